"""The frames of the playing roll, each made of three prepared layers: unplayed, lit and whole."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mididraw.options import Theme, Video
from mididraw.render.layout import CHORDS, DRUMS, KEYBOARD, Box, Layout, header
from mididraw.render.palette import PALETTES, Palette
from mididraw.render.planes import SUBSAMPLED, Planes, slices
from mididraw.render.roll import RollSheet, chord_changes, stroke_box
from mididraw.render.timeline import Timeline
from mididraw.score import Note

SIZES: dict[Video, tuple[int, int]] = {
    shape: shape.size for shape in Video if shape is not Video.NONE
}
"""Width and height of each shape."""
FRAMES_PER_SECOND = 30
HOLD = 1.0
"""Seconds for which the whole picture is held at the end."""

_TALLEST = 1400
"""Of a tall video the roll takes so much in the middle; phones write over the rest."""
_FADE = 0.15
"""Seconds in which a note's light goes out."""
_STROKE = 0.1
"""Seconds for which a stroke of the drums is lit at least."""
_STRUCK, _HELD = 0.25, 0.45
"""Seconds in which a struck note's light falls by e, and the share of it that stays."""
_LEVELS = 16
"""Steps of light: fewer changes from frame to frame, fewer bytes."""
_LINE, _TRAIL = 3.0, 56.0
"""Width of the playhead, and of the glow behind it."""
_GLOW = 0.2


@dataclass(frozen=True, slots=True)
class _Cell:
    """A part of the picture that is lit for a time, in seconds; what is struck begins brighter."""

    box: Box
    start: float
    end: float
    struck: bool

    def light(self, time: float) -> float:
        """How bright it is, 0 to 1."""
        if time >= self.end:
            return max(1 - (time - self.end) / _FADE, 0.0) * (_HELD if self.struck else 1.0)
        if not self.struck:
            return 1.0
        return _HELD + (1 - _HELD) * math.exp((self.start - time) / _STRUCK)


class Film:
    """The playing roll, picture after picture."""

    def __init__(
        self, sheet: RollSheet, timeline: Timeline, shape: Video, theme: Theme = Theme.DARK
    ) -> None:
        """Prepare the layers.

        Args:
            sheet: what the roll shows; its size is the shape's own.
            timeline: when each step sounds.
            shape: wide, square or tall.
            theme: dark or light.
        """
        self.size = width, height = SIZES[shape]
        self._sheet = replace(sheet, size=(width, min(height, _TALLEST)))
        self._layout = self._sheet.layout()
        self._bottom = self._layout.bottom + (DRUMS if self._sheet.drums else 0)
        self._down = (height - self._sheet.size[1]) // 2
        palette = PALETTES[theme]
        self._whole = self._layer(palette)
        lit = self._layer(palette.lit())
        self._gain = [
            light.astype(np.int16) - whole
            for light, whole in zip(lit.planes, self._whole.planes, strict=True)
        ]
        self._now = self._whole.copy()
        self._mute(palette)
        self._line = [int(plane[0, 0]) for plane in Planes.of(_patch(palette)).planes]
        self._timeline = timeline
        self.end = timeline.seconds(sheet.score.steps)
        """When the playhead comes to the end."""
        self._cells = sorted(self._all_cells(), key=lambda cell: cell.start)

    @property
    def seconds(self) -> float:
        """How long the film is at least."""
        return self.end + _FADE + HOLD

    def frames(self, seconds: float) -> Iterator[NDArray[np.uint8]]:
        """All frames of a film of that length, the whole picture first, as what stands for it.

        Each is ``uint8[height * width * 3 / 2]``, to be used before the next is taken.
        """
        frame = self._whole.copy()
        coming, sounding = 0, list[_Cell]()
        shown: dict[Box, int] = {}
        yield frame.data
        for number in range(1, math.ceil(seconds * FRAMES_PER_SECOND)):
            time = number / FRAMES_PER_SECOND
            if time >= self.end + _FADE:
                yield self._whole.data
                continue
            while coming < len(self._cells) and self._cells[coming].start <= time:
                sounding.append(self._cells[coming])
                coming += 1
            sounding = [cell for cell in sounding if time < cell.end + _FADE]
            lights: dict[Box, int] = dict.fromkeys(shown, 0)
            for cell in sounding:
                light = math.ceil(_LEVELS * cell.light(time))
                lights[cell.box] = max(light, lights.get(cell.box, 0))
            for box, light in lights.items():
                if shown.get(box) != light:
                    self._light(box, light)
            shown = {box: light for box, light in lights.items() if light}
            frame.data[:] = self._now.data
            if time < self.end:
                self._draw_playhead(frame, self._layout.x(self._timeline.step(time)))
            yield frame.data

    def _layer(self, palette: Palette) -> Planes:
        image = Image.new("RGB", self.size, palette.window)
        image.paste(self._sheet.paint(palette), (0, self._down))
        return Planes.of(image)

    def _mute(self, palette: Palette) -> None:
        """Nothing is played yet, in the roll and in the chords above it."""
        layout = self._layout
        top = layout.top - header(self._sheet.score)
        box = self._lowered((KEYBOARD, top, self.size[0], self._bottom))
        unplayed = self._layer(palette.unplayed())
        for now, plane, part in zip(self._now.planes, unplayed.planes, slices(box), strict=True):
            now[part] = plane[part]

    def _light(self, box: Box, light: int) -> None:
        """Show a box so bright, 0 to :data:`_LEVELS`."""
        for now, whole, gain, part in zip(
            self._now.planes, self._whole.planes, self._gain, slices(box), strict=True
        ):
            now[part] = whole[part] + gain[part] * light // _LEVELS

    def _draw_playhead(self, frame: Planes, x: float) -> None:
        layout = self._layout
        top = layout.top - header(self._sheet.score)
        box = self._lowered((max(x - _TRAIL, KEYBOARD), top, x + _LINE, self._bottom))
        for plane, colour, part, scale in zip(
            frame.planes, self._line, slices(box), SUBSAMPLED, strict=True
        ):
            view = plane[part]
            columns = (np.arange(view.shape[1]) + part[1].start + 0.5) * scale - x
            line = ((_LINE / 2 - abs(columns)) / scale + 0.5).clip(0, 1)
            glow = _GLOW * (1 + columns / _TRAIL).clip(0, 1) ** 2 * (columns < 0)
            share = (256 * np.maximum(line, glow)).astype(np.int32)
            view[:] = view + ((colour - view.astype(np.int32)) * share >> 8)

    def _all_cells(self) -> Iterator[_Cell]:
        layout, sheet, when = self._layout, self._sheet, self._timeline.seconds
        tracks = [sheet.drawing, *sheet.others]
        for note in (note for track in tracks for note in track.notes):
            if note.onset < layout.steps and note.pitch in layout.pitches:
                end = min(note.end, layout.steps)
                start, stop = when(note.onset), when(end)
                yield _Cell(self._lowered(layout.box(note)), start, stop, struck=True)
                yield _Cell(self._lowered(_key(layout, note)), start, stop, struck=False)
        for note in (note for note in sheet.drums if note.onset < layout.steps):
            # A stroke is over at once, however long its note is.
            start = when(note.onset)
            stop = max(start + _STROKE, when(note.onset + 1))
            yield _Cell(self._lowered(stroke_box(layout, note)), start, stop, struck=True)
        for onset, end, _ in chord_changes(sheet.score):
            box = (layout.x(onset), layout.top - CHORDS, layout.x(end), layout.top)
            yield _Cell(self._lowered(box), when(onset), when(end), struck=False)

    def _lowered(self, box: Box) -> Box:
        left, top, right, bottom = box
        return left, top + self._down, right, bottom + self._down


def _key(layout: Layout, note: Note) -> Box:
    """A pitch's row on the keyboard."""
    top = layout.y(note.pitch)
    return 0, top, KEYBOARD - 2, top + layout.row_height


def _patch(palette: Palette) -> Image.Image:
    return Image.new("RGB", (2, 2), palette.text)
