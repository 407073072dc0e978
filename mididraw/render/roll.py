"""The piano roll: a picture of the score in which the drawing can be seen again."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from mididraw.canvas import Canvas, Placement
from mididraw.harmony import PITCH_CLASSES, Chord, pitch_name
from mididraw.options import Theme
from mididraw.render.layout import (
    CHORDS,
    DRUMS,
    FACTS,
    KEYBOARD,
    RULER,
    SIZE,
    TITLE,
    Box,
    Layout,
    header,
    plan,
)
from mididraw.render.palette import MIDDLE_FIFTH, PALETTES, Colour, Palette, fifths_from, mix
from mididraw.render.text import LARGE, SMALL, draw_text, font, printable, shortened
from mididraw.score import Meter, Note, Score, Track

_BASS_DRUMS, _CYMBALS = frozenset({35, 36}), frozenset({42, 44, 46, 49, 51, 52, 55, 57, 59, 70, 82})
_BLACK_KEYS = frozenset({1, 3, 6, 8, 10})
# Shapes are drawn at twice the size and averaged, which smooths corners and half pixels.
_OVERSAMPLING = 2


@dataclass(frozen=True, slots=True)
class RollSheet:
    """All that a piano-roll picture shows, whatever its colours.

    Attributes:
        score: the music; its chords colour the notes.
        canvas: keeps the drawing's proportions and shows its outline; None for a score that
            comes from elsewhere.
        match: how well music and drawing agree, as a text such as ``match 96 %``.
        title: the headline; what the built-in font cannot write is left out.
        accompaniment: show the other tracks too, subdued.
        size: width and height in pixels.
    """

    score: Score
    canvas: Canvas | None = None
    match: str | None = None
    title: str | None = None
    accompaniment: bool = False
    size: tuple[int, int] = SIZE

    @property
    def drawing(self) -> Track:
        """The track that is the picture."""
        return self.score.drawing if self.score.tracks else Track("", 0, ())

    @property
    def others(self) -> list[Track]:
        """The other tracks that are shown among the pitches."""
        return [track for track in self.score.others if self.accompaniment and not track.drums]

    @property
    def drums(self) -> list[Note]:
        """The strokes that are shown on a strip of their own."""
        tracks = [track for track in self.score.others if self.accompaniment and track.drums]
        return [note for track in tracks for note in track.notes]

    def layout(self) -> Layout:
        """Compute where everything lies on the picture."""
        tracks = [self.drawing, *self.others]
        titled = bool(printable(self.title or ""))
        strip = DRUMS if self.drums else 0
        return plan(
            self.score, self.canvas, titled=titled, tracks=tracks, size=self.size, strip=strip
        )

    def paint(self, palette: Palette) -> Image.Image:
        """Draw it all; gives an RGB image of :attr:`size`."""
        score, canvas, layout = self.score, self.canvas, self.layout()
        width, height = self.size
        image = Image.new("RGB", (width * _OVERSAMPLING, height * _OVERSAMPLING), palette.window)
        draw = ImageDraw.Draw(image)
        _grid(draw, layout, palette, layout.top - header(score))
        for placement in canvas.placements if canvas else ():
            _ghost(image, layout, palette, placement, layout.home[0])
        for track in self.others:
            for note in track.notes:
                _note(draw, layout, note, palette.backing)
        if self.drums:
            _drums(draw, layout, palette, self.drums, width)
        fifths = _fifths(score)
        for note in self.drawing.notes:
            if note.onset < score.steps:
                _note(draw, layout, note, palette.note(note.velocity, fifths[note.onset]))
        for start, end, chord in chord_changes(score):
            colour = palette.note(127, fifths_from(score.key, chord))
            strip = (layout.x(start), layout.top - 6, layout.x(end) - 1, layout.top - 1)
            _fill(draw, strip, colour)
        _keyboard(draw, layout, palette)

        image = image.reduce(_OVERSAMPLING)
        draw = ImageDraw.Draw(image)
        _octaves(draw, layout, palette)
        _bar_numbers(draw, layout, palette, layout.top - header(score))
        _chord_names(draw, layout, palette, score)
        _facts(draw, layout, palette, score, printable(self.match or ""))
        if title := printable(self.title or ""):
            draw_text(draw, (24, TITLE / 2), shortened(title, width - 48), palette.text, LARGE)
        return image


def draw_roll(
    score: Score,
    canvas: Canvas | None = None,
    *,
    match: str | None = None,
    theme: Theme = Theme.DARK,
    title: str | None = None,
    accompaniment: bool = False,
) -> Image.Image:
    """Draw the score as a piano roll in a theme's colours; the rest is a :class:`RollSheet`'s.

    Returns:
        RGB image, 1280 × 720 pixels.
    """
    return RollSheet(score, canvas, match, title, accompaniment).paint(PALETTES[theme])


def _grid(draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette, top: float) -> None:
    """Draw the lanes, dimmed outside of the piece, with beat and bar lines."""
    right = layout.size[0]
    _fill(draw, (0, top, right, layout.top), palette.ruler)
    for pitch in layout.pitches:
        black = pitch % PITCH_CLASSES in _BLACK_KEYS
        y, below = layout.y(pitch), layout.y(pitch - 1)
        outside = palette.black_outside if black else palette.white_outside
        _fill(draw, (KEYBOARD, y, right, below), outside)
        if layout.home[0] <= pitch <= layout.home[1]:
            inside = palette.black_lane if black else palette.white_lane
            _fill(draw, (layout.origin, y, layout.end, below), inside)
            if pitch % PITCH_CLASSES in {4, 11}:
                _fill(draw, (layout.origin, y, layout.end, y + 1), palette.row_line)
    lines = [(layout.meter.beat, palette.beat_line), (layout.meter.bar, palette.bar_line)]
    for every, colour in [*lines, (layout.steps, palette.clip_line)]:
        # Lines closer than this would make one grey of the lanes.
        if every * layout.step_width >= 8:
            for step in range(0, layout.steps + 1, every):
                x = round(layout.x(step))
                _fill(draw, (x, layout.top, x + 1, layout.bottom), colour)


def _ghost(
    image: Image.Image, layout: Layout, palette: Palette, placement: Placement, low: int
) -> None:
    """Lay the outline of a drawing, as it was drawn, faintly over the lanes."""
    left, right = (round(_OVERSAMPLING * layout.x(s)) for s in (placement.start, placement.stop))
    top, bottom = (
        round(_OVERSAMPLING * layout.y(low + row - 1)) for row in (placement.top, placement.bottom)
    )
    strength = round(255 * palette.ghost_share)
    mask = Image.fromarray(placement.area).convert("L").point(lambda value: value and strength)
    mask = mask.resize((max(right - left, 1), bottom - top), Image.Resampling.BILINEAR)
    image.paste(palette.ghost, (left, top), mask)


def _note(draw: ImageDraw.ImageDraw, layout: Layout, note: Note, colour: Colour) -> None:
    """Draw a note as a rounded block with an edge and a light from above."""
    if note.pitch not in layout.pitches or note.onset >= layout.steps:
        return
    left, top, right, bottom = layout.box(note)
    # The gap tells a note struck again from one held; the shortest notes stay visible.
    right = max(right - min(1.5, layout.step_width / 4), left + 2.5)
    bottom -= 0.5 if layout.row_height < 8 else 1
    radius = min(3.5, (bottom - top) / 3, (right - left) / 3)
    if layout.row_height >= 8 and right - left >= 3:
        _fill(draw, (left, top, right, bottom), mix(colour, (0, 0, 0), 0.3), radius)
        _fill(draw, (left, top, right, bottom - 1), mix(colour, (255, 255, 255), 0.4), radius)
        top, bottom = top + 1, bottom - 1
    _fill(draw, (left, top, right, bottom), colour, radius)


def _drums(
    draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette, notes: list[Note], width: int
) -> None:
    """Draw drums on a strip below the roll: cymbals above, drums amid, the bass drum below."""
    _fill(draw, (KEYBOARD, layout.bottom, width, layout.bottom + DRUMS), palette.ruler)
    for note in notes:
        if note.onset < layout.steps:
            _fill(draw, stroke_box(layout, note), palette.backing)


def stroke_box(layout: Layout, note: Note) -> Box:
    """Where a stroke of the drums is shown."""
    lane = (DRUMS - 6) / 3
    height = 2 if note.pitch in _BASS_DRUMS else 0 if note.pitch in _CYMBALS else 1
    top, left = layout.bottom + 3 + height * lane, layout.x(note.onset)
    return left, top + 1, max(left + layout.step_width / 2, left + 2), top + lane - 1


def _keyboard(draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette) -> None:
    """Draw piano keys, each in the row of its pitch."""
    short = KEYBOARD * 0.56
    _fill(draw, (0, layout.top, KEYBOARD, layout.bottom), palette.key_line)
    _fill(draw, (0, layout.top, KEYBOARD - 2, layout.bottom), palette.white_key)
    for pitch in layout.pitches:
        y, below = layout.y(pitch), layout.y(pitch - 1)
        if pitch % PITCH_CLASSES in _BLACK_KEYS:
            middle = (y + below) / 2
            _fill(draw, (short, middle - 0.5, KEYBOARD - 2, middle + 0.5), palette.key_line)
            _fill(draw, (0, y, short, below), palette.black_key, 2)
            _fill(draw, (0, y, 4, below), palette.black_key)
        elif pitch % PITCH_CLASSES in {0, 5}:
            _fill(draw, (0, below - 0.5, KEYBOARD - 2, below + 0.5), palette.key_line)


def _octaves(draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette) -> None:
    """Name every C on its key."""
    for pitch in layout.pitches:
        # The white key of C reaches half-way up the row of C sharp.
        y = layout.y(pitch) + layout.row_height / 4
        if pitch % PITCH_CLASSES == 0 and layout.top + 8 < y < layout.bottom - 8:
            draw_text(draw, (KEYBOARD - 6, y), pitch_name(pitch), palette.key_text, 22, "r")


def _bar_numbers(draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette, top: float) -> None:
    """Number the bars, or every 2nd, 4th … where there is no room."""
    bar = layout.meter.bar
    room = font(SMALL).getlength(str(layout.steps // bar)) + 14
    every = next(bar * 2**n for n in range(16) if bar * 2**n * layout.step_width >= room)
    for step in range(0, layout.steps, every):
        x = round(layout.x(step))
        if x + room > layout.size[0]:
            break
        draw.line((x, top + 6, x, layout.top - 8), palette.bar_line)
        number = str(step // bar + 1)
        draw_text(draw, (x + 6, top + RULER / 2), number, palette.quiet_text, SMALL)


def _chord_names(draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette, score: Score) -> None:
    """Name the chords where they begin; in a long piece those of every 1st, 2nd, 4th … bar."""
    changes = chord_changes(score)
    choices = [(size, 1) for size in (LARGE, 27, 20)]
    choices += [(SMALL, score.meter.bar * 2**n) for n in range(16)]
    for size, every in choices:
        names = [(layout.x(s) + 6, c.name(score.key)) for s, _, c in changes if s % every == 0]
        ends = [x + font(size).getlength(name) for x, name in names]
        if all(end + 2 < x for end, (x, _) in zip(ends, names[1:], strict=False)):
            break
    for (x, name), end in zip(names, ends, strict=True):
        if end > layout.size[0]:
            break
        draw_text(draw, (x, layout.top - CHORDS / 2 - 3), name, palette.text, size)


def _facts(
    draw: ImageDraw.ImageDraw, layout: Layout, palette: Palette, score: Score, match: str
) -> None:
    """Write key, tempo and length below the roll, and the match at the right."""
    width, height = layout.size
    middle = height - FACTS / 2
    bars = "1 bar" if score.bars == 1 else f"{score.bars} bars"
    facts = f"{score.key}  ·  {score.tempo:.0f} bpm  ·  {bars}"
    if score.meter != Meter():
        facts += f" of {score.meter.beats}/{score.meter.unit}"
    draw_text(draw, (24, middle), facts, palette.text, LARGE)
    room = width - 72 - font(LARGE).getlength(facts)
    draw_text(draw, (width - 24, middle), shortened(match, room), palette.accent, LARGE, "r")


def chord_changes(score: Score) -> list[tuple[int, int, Chord]]:
    """Start, end and chord of what rules in turn, repeats merged, in steps."""
    changes: list[tuple[int, int, Chord]] = []
    for span in sorted(score.chords, key=lambda span: span.onset):
        end = min(span.onset + span.duration, score.steps)
        if changes and changes[-1][1:] == (span.onset, span.chord):
            changes[-1] = (changes[-1][0], end, span.chord)
        elif span.onset < end:
            changes.append((span.onset, end, span.chord))
    return changes


def _fifths(score: Score) -> list[int]:
    """Place on the circle of fifths of what rules at each step; the middle where nothing does."""
    fifths = [MIDDLE_FIFTH] * score.steps
    for start, end, chord in chord_changes(score):
        fifths[start:end] = [fifths_from(score.key, chord)] * (end - start)
    return fifths


def _fill(draw: ImageDraw.ImageDraw, box: Box, colour: Colour, radius: float = 0) -> None:
    """Fill a box given in pixels of the finished picture, at least one of them wide."""
    left, top, right, bottom = (round(_OVERSAMPLING * edge) for edge in box)
    corners = (left, top, max(right - 1, left), max(bottom - 1, top))
    if radius:
        draw.rounded_rectangle(corners, _OVERSAMPLING * radius, colour)
    else:
        draw.rectangle(corners, colour)
