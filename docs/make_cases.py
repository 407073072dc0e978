"""Make docs/gallery/cases.png: the pictures of people's complaints, each beside its piano roll.

Run as ``python docs/make_cases.py FOLDER`` with the folder that holds them.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from mididraw.draw import draw
from mididraw.errors import MididrawError
from mididraw.options import DrawOptions
from mididraw.picture.decode import decode
from mididraw.settings import Settings

SHEET = Path(__file__).parent / "gallery" / "cases.png"
COLUMNS = 2
PAPER = (250, 225)
ROLL = (400, 225)
CAPTION = 22
GAP = 14
KINDS = {".png", ".jpg", ".webp", ".gif", ".heic", ".avif", ".tif", ".pdf"}


def main(folder: Path) -> None:
    """Write the contact sheet."""
    cells = [_cell(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in KINDS]
    width, height = cells[0].size
    rows = -(-len(cells) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, rows * (height + GAP) + GAP), "white")
    for place, cell in enumerate(cells):
        row, column = divmod(place, COLUMNS)
        sheet.paste(cell, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    sheet.quantize(192).save(SHEET, optimize=True)


def _cell(path: Path) -> Image.Image:
    cell = Image.new("RGB", (PAPER[0] + ROLL[0], PAPER[1] + CAPTION), "white")
    brush = ImageDraw.Draw(cell)
    picture = decode(path).convert("RGBA")
    # A ground of grey shows where a picture is transparent.
    seen = Image.new("RGBA", picture.size, (214, 218, 224, 255))
    seen.alpha_composite(picture)
    seen.thumbnail(PAPER)
    cell.paste(seen.convert("RGB"), (0, (PAPER[1] - seen.height) // 2))
    try:
        drawing = draw([path], DrawOptions(seed=1), settings=Settings(), title=path.stem)
    except MididrawError as error:
        words = str(error)
    else:
        roll = Image.open(io.BytesIO(drawing.png)).convert("RGB")
        cell.paste(roll.resize(ROLL, Image.Resampling.LANCZOS), (PAPER[0], 0))
        found = drawing.match
        words = f"likeness {found.likeness:.0%}, F1 with the ink {found.f1:.0%}"
    brush.text((2, PAPER[1] + 4), f"{path.name}: {words}", fill="black")
    print(f"{path.name}: {words}")  # noqa: T201 -- who runs it waits
    return cell


if __name__ == "__main__":
    main(Path(sys.argv[1]))
