"""Where pitches and steps lie in the piano-roll picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from mididraw.canvas import Canvas
from mididraw.harmony import PITCH_CLASSES
from mididraw.score import Meter, Note, Score, Track

SIZE = (1280, 720)
"""Width and height of the picture in pixels, where no others are asked for."""

KEYBOARD = 88
"""Width of the keyboard in pixels."""

MARGIN = 12
"""Pixels left free at both ends of a piece."""

TITLE, RULER, CHORDS, FACTS = 60, 36, 46, 60
"""Heights in pixels of what lies above and below the roll."""

DRUMS = 33
"""Height in pixels of the strip of drums below the roll of a piece that has some."""

MAX_WIDENING, MAX_NARROWING = 1.3, 1.6
"""How far a drawing may leave its proportions so that it fills more of the picture."""

_PITCHES = 128

Box = tuple[float, float, float, float]
"""Left, top, right and bottom edge in pixels."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where pitches and steps lie in the picture; all lengths in pixels.

    Attributes:
        top: upper edge of the highest row; ``bottom`` the lower one of the lowest.
        origin: left edge of step 0.
        step_width: width of a step; ``row_height`` height of a pitch row.
        lowest: MIDI pitch of the lowest row; ``rows`` is their number.
        home: the first and last pitch of the piece's own range; others are dimmed.
        steps: length of the piece.
        size: width and height of the picture.
        meter: says where its beats and bars begin.
    """

    top: float
    bottom: int
    origin: int
    step_width: float
    row_height: float
    lowest: int
    rows: int
    home: tuple[int, int]
    steps: int
    meter: Meter
    size: tuple[int, int] = SIZE

    @property
    def pitches(self) -> range:
        """The pitches that have a row."""
        return range(self.lowest, self.lowest + self.rows)

    @property
    def end(self) -> int:
        """Right edge of the last step."""
        return round(self.x(self.steps))

    def x(self, step: float) -> float:
        """Left edge of a step."""
        return self.origin + step * self.step_width

    def y(self, pitch: float) -> float:
        """Upper edge of a pitch's row."""
        return self.bottom - (pitch - self.lowest + 1) * self.row_height

    def box(self, note: Note) -> Box:
        """Left, top, right and bottom of a note's cells, cut at the end of the piece."""
        y = self.y(note.pitch)
        return self.x(note.onset), y, self.x(min(note.end, self.steps)), y + self.row_height


def plan(
    score: Score,
    canvas: Canvas | None,
    *,
    titled: bool = False,
    tracks: Sequence[Track] = (),
    size: tuple[int, int] = SIZE,
    strip: int = 0,
) -> Layout:
    """Choose the size of the cells.

    With a canvas its rows fill the height and steps follow from the drawing's proportions; a
    piece too long for that gets lower rows, hence more of them. Without one, the pitches of
    ``tracks`` fill the picture. ``strip`` pixels stay free below.
    """
    top = (TITLE if titled else 0) + header(score)
    bottom = size[1] - FACTS - strip
    height, width = bottom - top, size[0] - KEYBOARD - 2 * MARGIN
    if canvas is None:
        low, high = _span(tracks)
        row, step = _whole(height / (high - low + 1)), width / score.steps
    else:
        low, high = canvas.pitches.low, canvas.pitches.high
        row = _whole(height / (high - low + 1))
        step = min(width / score.steps, MAX_WIDENING * row / canvas.row_per_step)
        row = min(row, _whole(step * canvas.row_per_step * MAX_NARROWING))
    row = max(row, _whole(height / _PITCHES))
    bar = score.meter.bar
    if step * bar >= 16:
        # Whole pixels to a bar: all bar lines are equally sharp and far apart.
        step = int(step * bar) / bar
    rows = min(max(int(height / row), high - low + 1), _PITCHES)
    lowest = min(max(low - (rows - (high - low + 1)) // 2, 0), _PITCHES - rows)
    return Layout(
        top=bottom - rows * row,
        bottom=bottom,
        origin=KEYBOARD + MARGIN + int((width - step * score.steps) / 2),
        step_width=step,
        row_height=row,
        lowest=lowest,
        rows=rows,
        home=(low, high),
        steps=score.steps,
        size=size,
        meter=score.meter,
    )


def header(score: Score) -> int:
    """Height of bar numbers and chord names."""
    return RULER + (CHORDS if score.chords else 0)


def _whole(height: float) -> float:
    """Round a row down to whole pixels, a low one to halves: all rows look alike."""
    return float(int(height)) if height >= 8 else int(height * 2) / 2


def _span(tracks: Sequence[Track]) -> tuple[int, int]:
    """Lowest and highest pitch of the tracks with some margin, two octaves at least."""
    pitches = [note.pitch for track in tracks for note in track.notes] or [60]
    low, high = min(pitches) - 2, max(pitches) + 2
    missing = max(2 * PITCH_CLASSES - (high - low + 1), 0)
    low = max(low - missing // 2, 0)
    high = min(max(high, low + 2 * PITCH_CLASSES - 1), _PITCHES - 1)
    return min(low, high - 2 * PITCH_CLASSES + 1), high
