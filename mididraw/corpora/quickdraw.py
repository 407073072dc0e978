"""QuickDraw's drawings: read from Google's simplified files, and painted as pictures."""

import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from PIL import Image, ImageDraw
from pydantic import AfterValidator, BaseModel, Field

from mididraw.errors import OptionError


def _as_long_as_each_other(stroke: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
    if len(stroke[0]) != len(stroke[1]):
        raise ValueError("a stroke needs as many x as y")
    return stroke


_Place = Annotated[int, Field(ge=0, le=255)]
_Points = Annotated[list[_Place], Field(min_length=1, max_length=10_000)]
Stroke = Annotated[tuple[_Points, _Points], AfterValidator(_as_long_as_each_other)]
"""The x and the y of one stroke's points, from 0 to 255."""


class _Entry(BaseModel):
    """One line of QuickDraw's simplified files, as far as it is needed."""

    word: str
    recognized: bool
    drawing: Annotated[list[Stroke], Field(min_length=1)]


def read_quickdraw(path: Path) -> Iterator[list[Stroke]]:
    """Read recognised drawings, one of each category in turn.

    Yields:
        the strokes of a drawing, from 0 to 255, y down.

    Raises:
        OptionError: the file cannot be read or holds no drawing.
    """
    categories: defaultdict[str, list[list[Stroke]]] = defaultdict(list)
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            for line in lines:
                entry = _Entry.model_validate_json(line)
                if entry.recognized:
                    categories[entry.word].append(entry.drawing)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise OptionError(
            "quickdraw-unread", "{path} cannot be read as QuickDraw's ndjson.", path=path
        ) from error
    if not categories:
        raise OptionError("quickdraw-empty", "{path} holds no recognised drawing.", path=path)
    for turn in range(max(map(len, categories.values()))):
        for word in sorted(categories):
            if turn < len(categories[word]):
                yield categories[word][turn]


def paint(strokes: list[Stroke], size: int = 512, pen: int = 6) -> Image.Image:
    """Paint a QuickDraw drawing with a round pen, black on white, ``size`` pixels square."""
    image = Image.new("L", (size, size), 255)
    brush = ImageDraw.Draw(image)
    scale = (size - 4 * pen) / 255
    for xs, ys in strokes:
        points = [(2 * pen + x * scale, 2 * pen + y * scale) for x, y in zip(xs, ys, strict=True)]
        brush.line(points, fill=0, width=pen, joint="curve")
        for x, y in (points[0], points[-1]):
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=0)
    return image
