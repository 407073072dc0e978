"""Make the README's picture with the program itself: drawings above, their piano rolls below."""

import io
import json
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mididraw import __version__
from mididraw.draw import Drawing, draw
from mididraw.options import DrawOptions

DOCS = Path(__file__).parent
EXAMPLES = DOCS.parent / "mididraw" / "examples"
NAMES = ("fish", "butterfly")
OPTIONS = DrawOptions(seed=1)
COLUMN, GAP = 640, 24
ROLL = (COLUMN, COLUMN * 720 // 1280)
PAPER = 300


def main() -> None:
    """Write ``drawings.png``; in it stands what was drawn, which a test compares with the code."""
    width = len(NAMES) * COLUMN + (len(NAMES) - 1) * GAP
    sheet = Image.new("RGB", (width, PAPER + GAP + ROLL[1]), "white")
    found = {}
    for place, name in enumerate(NAMES):
        left = place * (COLUMN + GAP)
        picture = Image.open(EXAMPLES / f"{name}.png").convert("RGB")
        picture.thumbnail((COLUMN, PAPER))
        sheet.paste(picture, (left + (COLUMN - picture.width) // 2, (PAPER - picture.height) // 2))
        drawing = draw([EXAMPLES / f"{name}.png"], OPTIONS, title=name)
        roll = Image.open(io.BytesIO(drawing.png)).convert("RGB")
        sheet.paste(roll.resize(ROLL, Image.Resampling.LANCZOS), (left, PAPER + GAP))
        found[name] = record(drawing)
    about = PngInfo()
    about.add_text("Software", f"midiDraw {__version__}")
    about.add_text("drawings", json.dumps(found))
    sheet.quantize(128).save(DOCS / "drawings.png", optimize=True, pnginfo=about)


def record(drawing: Drawing) -> dict[str, float]:
    """What a picture of a drawing shows of it, in numbers."""
    return {
        "match": round(drawing.match.likeness, 3),
        "bars": drawing.score.bars,
        "tempo": drawing.options.tempo or 0.0,
        "notes": len(drawing.score.drawing.notes),
    }


if __name__ == "__main__":
    main()
