"""Score ↔ picture of bare cells (the seed's midi2img): one pixel a cell, exact on the grid.

Black is loud, white is silence. Tempo and key stand in the PNG's texts, so that it converts back to
the same notes; any other picture is a drawing, not cells. A MIDI file knows no bars after its last
note, so silence at the end is lost there.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mididraw.errors import OptionError
from mididraw.harmony import Key
from mididraw.score import DRAWING, STEPS_PER_BAR, Note, Score, Track, roll

_MARK = "mididraw-cells"
_MAX_SIDE = 20_000


def roll_to_picture(velocities: NDArray[np.uint8]) -> Image.Image:
    """Paint a piano roll ``uint8[pitches, steps]`` (0 to 127) as grey cells, high pitch on top."""
    return Image.fromarray(255 - 2 * velocities[::-1])


def picture_to_roll(image: Image.Image) -> NDArray[np.uint8]:
    """Read back what :func:`roll_to_picture` painted, exactly."""
    return (255 - np.asarray(image.convert("L"))[::-1]) // 2


def roll_to_notes(velocities: NDArray[np.uint8], lowest: int = 0) -> tuple[Note, ...]:
    """Turn every run of one velocity into a note; row 0 is pitch ``lowest``."""
    notes = []
    for row, line in enumerate(velocities):
        starts = np.flatnonzero(np.diff(line.astype(np.int16), prepend=-1))
        for start, stop in zip(starts, [*starts[1:], len(line)], strict=True):
            if line[start]:
                notes.append(Note(int(start), lowest + row, int(stop - start), int(line[start])))
    return tuple(sorted(notes))


def write_cells(score: Score) -> bytes:
    """Write all tracks of a score as one PNG of cells, 128 rows high."""
    notes = [note for track in score.tracks if not track.drums for note in track.notes]
    info = PngInfo()
    info.add_text(_MARK, f"{score.tempo} {score.key.name}")
    out = io.BytesIO()
    roll_to_picture(roll(notes, score.steps)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def read_cells(path: Path) -> Score | None:
    """Read a picture of cells; None if the file is any other picture or none at all."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; whether they are too large is checked here.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=["PNG"]) as image:
                mark = image.info.get(_MARK)
                if not isinstance(mark, str) or image.height != 128 or image.width > _MAX_SIDE:
                    return None
                velocities = picture_to_roll(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    tempo, _, key = mark.partition(" ")
    notes = roll_to_notes(velocities)
    bars = max(-(-velocities.shape[1] // STEPS_PER_BAR), 1)
    try:
        score = Score((Track(DRAWING, 0, notes),), bars, float(tempo), Key.parse(key))
    except (OptionError, ValueError):
        return None
    # What MIDI can say: 24 bits of microseconds a beat.
    return score if 4 <= score.tempo <= 1000 else None
