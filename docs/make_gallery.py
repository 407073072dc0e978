"""Make the gallery with the program itself: drawing above, piano roll below, MP3 beside.

Run as ``python docs/make_gallery.py DATA`` with the folder that holds ``seed_drawings`` and
``quickdraw.ndjson.gz``. QuickDraw's drawings are Google's, CC BY 4.0.
"""

import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from mididraw.corpora.quickdraw import paint
from mididraw.draw import draw
from mididraw.options import Arrangement, DrawOptions
from mididraw.settings import Settings

GALLERY = Path(__file__).parent / "gallery"
WIDTH, PAPER = 640, 240
ROLL = (WIDTH, WIDTH * 720 // 1280)
SEED = {"draw1": "m", "draw2": "heart", "draw3": "smile", "draw4": "eye", "draw5": "midi"}
WORDS = (
    *("airplane", "bicycle", "butterfly", "cat", "fish"),
    *("house", "sailboat", "snail", "star", "umbrella"),
)
EXAMPLE = Path(__file__).parent.parent / "mididraw" / "examples" / "cat.png"
SETTINGS = Settings(mp3_bitrate=96)


def main(data: Path) -> None:
    """Write a picture and an MP3 a drawing, and the page that shows them."""
    GALLERY.mkdir(exist_ok=True)
    lines = ["# Gallery\n", "Made by `make gallery`: default options, seed 1, no second try.\n"]
    for name, picture in _drawings(data):
        drawing = draw([picture], DrawOptions(seed=1), settings=SETTINGS, title=name)
        _sheet(picture, drawing.png).save(GALLERY / f"{name}.png", optimize=True)
        (GALLERY / f"{name}.mp3").write_bytes(drawing.mp3)
        found = drawing.match
        lines.append(
            f"## {name}\n\n![The drawing {name} above, its piano roll below]({name}.png)\n\n"
            f"[{name}.mp3]({name}.mp3): {drawing.options.key}, {drawing.options.tempo} bpm, "
            f"{found.lines:.0%} of the lines are played, {found.precision:.0%} of the notes lie "
            "on ink.\n"
        )
        print(f"{name}: likeness {found.likeness:.3f}")  # noqa: T201 -- who runs it waits
    lines.append(_arranged())
    lines.append(
        "The first five drawings are the seed project's; the others are from QuickDraw (Google, "
        "CC BY 4.0).\n"
    )
    (GALLERY / "README.md").write_text("\n".join(lines))


def _arranged() -> str:
    """Play one drawing in all arrangements; gives its part of the page."""
    lines = ["## One drawing, all arrangements\n"]
    for one in Arrangement:
        if one is Arrangement.AUTO:
            continue
        name = f"cat-{one}"
        options = DrawOptions(arrangement=one, seed=1)
        drawing = draw([EXAMPLE], options, settings=SETTINGS, title=f"cat, {one}")
        Image.open(io.BytesIO(drawing.png)).quantize(128).save(GALLERY / f"{name}.png")
        (GALLERY / f"{name}.mp3").write_bytes(drawing.mp3)
        lines.append(f"![The cat's piano roll, {one}]({name}.png)\n\n[{one}]({name}.mp3)\n")
    return "\n".join(lines)


def _drawings(data: Path) -> Iterator[tuple[str, Image.Image]]:
    for file, name in SEED.items():
        yield name, Image.open(data / "seed_drawings" / f"{file}.png").convert("RGB")
    wanted = set(WORDS)
    with gzip.open(data / "quickdraw.ndjson.gz", "rt") as entries:
        for entry in map(json.loads, entries):
            if entry["word"] in wanted and entry["recognized"]:
                wanted.discard(entry["word"])
                yield entry["word"], paint(entry["drawing"]).convert("RGB")


def _sheet(picture: Image.Image, png: bytes) -> Image.Image:
    sheet = Image.new("RGB", (WIDTH, PAPER + ROLL[1]), "white")
    paper = picture.copy()
    paper.thumbnail((WIDTH, PAPER))
    sheet.paste(paper, ((WIDTH - paper.width) // 2, (PAPER - paper.height) // 2))
    roll = Image.open(io.BytesIO(png)).convert("RGB").resize(ROLL, Image.Resampling.LANCZOS)
    sheet.paste(roll, (0, PAPER))
    return sheet.quantize(128)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
