"""The README's picture shows what the code draws."""

import json
import runpy

import pytest
from PIL import Image

from mididraw import __version__
from mididraw.draw import draw
from tests.conftest import ROOT

MAKER = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))
REMEDY = "the code draws otherwise than docs/drawings.png shows: run make pictures"


def test_the_readmes_picture_was_made_by_this_version() -> None:
    with Image.open(ROOT / "docs" / "drawings.png") as picture:
        assert picture.info["Software"] == f"midiDraw {__version__}", REMEDY
        assert json.loads(picture.info["drawings"]).keys() == set(MAKER["NAMES"]), REMEDY


@pytest.mark.parametrize("name", MAKER["NAMES"])
def test_the_readmes_picture_shows_what_is_drawn_now(name: str) -> None:
    """Processors round differently and may draw other notes, but as many and as close."""
    with Image.open(ROOT / "docs" / "drawings.png") as picture:
        shown = json.loads(picture.info["drawings"])[name]
    drawing = draw([MAKER["EXAMPLES"] / f"{name}.png"], MAKER["OPTIONS"], title=name)
    drawn = MAKER["record"](drawing)
    assert (drawn["bars"], drawn["tempo"]) == (shown["bars"], shown["tempo"]), REMEDY
    assert drawn["match"] == pytest.approx(shown["match"], abs=0.025), REMEDY
    assert drawn["notes"] == pytest.approx(shown["notes"], rel=0.15), REMEDY
