"""The largest pictures are read in little memory."""

import subprocess
import sys

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.picture.drawn import saved, sketch

_MOST_MB = 160  # above the imports; a picture of 78 megapixels and transparency has 312 MB
_SIZE = (10_200, 7_650)
_PROGRAM = """
import sys
from mididraw.evaluation.benches.memory import peak_mb
from mididraw.picture.decode import decode

content = sys.stdin.buffer.read()
before = peak_mb()
decode(content)
print(peak_mb() - before)
"""


@pytest.fixture(scope="module")
def large() -> Image.Image:
    image = sketch("RGB", (200, 30, 10), (255, 250, 240), pen=80, size=_SIZE)
    image.putalpha(sketch("L", 255, 0, pen=120, size=_SIZE))
    return image


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {"compress_level": 1}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"quality": 70, "method": 0}),
        ("WEBP", {"quality": 70, "method": 0, "save_all": True}),
    ],
)
def test_a_huge_picture_is_never_in_memory_whole(
    large: Image.Image, kind: str, options: dict[str, object]
) -> None:
    if "save_all" in options:
        options = {**options, "append_images": [Image.new("1", _SIZE)]}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=saved(large, kind, **options),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert float(done.stdout) < _MOST_MB
