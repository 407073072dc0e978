"""Make the README's picture with the program itself: drawings above, their piano rolls below."""

import io
from pathlib import Path

from PIL import Image

from mididraw.draw import draw
from mididraw.options import DrawOptions

DOCS = Path(__file__).parent
EXAMPLES = DOCS.parent / "mididraw" / "examples"
COLUMN, GAP = 640, 24
ROLL = (COLUMN, COLUMN * 720 // 1280)
PAPER = 300


def main() -> None:
    """Write ``drawings.png``."""
    names = ("fish", "butterfly")
    width = len(names) * COLUMN + (len(names) - 1) * GAP
    sheet = Image.new("RGB", (width, PAPER + GAP + ROLL[1]), "white")
    for place, name in enumerate(names):
        left = place * (COLUMN + GAP)
        picture = Image.open(EXAMPLES / f"{name}.png").convert("RGB")
        picture.thumbnail((COLUMN, PAPER))
        sheet.paste(picture, (left + (COLUMN - picture.width) // 2, (PAPER - picture.height) // 2))
        drawing = draw([EXAMPLES / f"{name}.png"], DrawOptions(seed=1), title=name)
        roll = Image.open(io.BytesIO(drawing.png)).convert("RGB")
        sheet.paste(roll.resize(ROLL, Image.Resampling.LANCZOS), (left, PAPER + GAP))
    sheet.quantize(128).save(DOCS / "drawings.png", optimize=True)


if __name__ == "__main__":
    main()
