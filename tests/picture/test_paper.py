"""What is ink and what is paper."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from mididraw.errors import BlankPictureError, CrowdedPictureError, PictureError
from mididraw.picture import read
from tests.picture.drawn import alike, on_a_table, sketch, under_a_lamp, with_alpha

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        (_BLACK, _WHITE),
        (_WHITE, _BLACK),
        ((230, 230, 220), (30, 60, 40)),
        ((255, 255, 0), _WHITE),
        ((200, 20, 40), (30, 90, 200)),
        ((0, 130, 0), (190, 60, 60)),  # of one lightness: only the colour differs
        ((170, 170, 170), _WHITE),
    ],
)
def test_ink_is_what_differs_from_the_paper(ink: tuple[int, ...], paper: tuple[int, ...]) -> None:
    assert alike(read(sketch("RGB", ink, paper)), read(sketch())) == 1.0


def test_faint_strokes_beside_dark_ones_stay() -> None:
    image = sketch()
    ImageDraw.Draw(image).line([(280, 40), (380, 40)], fill=205, width=4)
    both = sketch()
    ImageDraw.Draw(both).line([(280, 40), (380, 40)], fill=0, width=4)
    assert alike(read(image), read(both)) > 0.99


def test_strokes_of_many_colours_are_all_ink() -> None:
    image = Image.new("RGB", (400, 400), _WHITE)
    brush = ImageDraw.Draw(image)
    colours = ["red", "gold", "lime", "cyan", "magenta", "navy", "black"]
    for place, colour in enumerate(colours):
        brush.line([(40, 40 + 50 * place), (360, 60 + 50 * place)], fill=colour, width=5)
    assert read(image).strokes[:, 160].sum() == len(colours)


@pytest.mark.parametrize("ink", [_BLACK, _WHITE])
@pytest.mark.parametrize("beneath", [_BLACK, _WHITE])
def test_on_transparency_ink_is_what_is_opaque(
    ink: tuple[int, ...], beneath: tuple[int, ...]
) -> None:
    image = with_alpha(ink, beneath, lambda level: 255 - level)
    assert alike(read(image), read(sketch())) > 0.99


def test_an_opaque_sheet_on_transparency_is_paper() -> None:
    image = Image.new("RGBA", (700, 600), (0, 0, 0, 0))
    image.paste(sketch("RGB", _BLACK, _WHITE), (150, 150))
    assert alike(read(image), read(sketch())) > 0.99


@pytest.mark.parametrize(("frame", "width"), [(_BLACK, 14), ((120, 80, 40), 25)])
def test_a_frame_around_the_picture_is_no_ink(frame: tuple[int, ...], width: int) -> None:
    image = sketch("RGB", _BLACK, _WHITE)
    ImageDraw.Draw(image).rectangle((0, 0, 399, 299), outline=frame, width=width)
    assert alike(read(image), read(sketch())) > 0.99


def test_a_thin_line_along_the_edge_is_no_ink() -> None:
    image = sketch("RGB", _BLACK, _WHITE)
    ImageDraw.Draw(image).line([(399, 0), (399, 299)], fill=(80, 80, 80), width=2)
    assert alike(read(image), read(sketch())) == 1.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [(1600, 1200), (3000, 2250)])
def test_a_photo_of_pencil_on_paper_under_uneven_light(seed: int, size: tuple[int, int]) -> None:
    pencil = sketch("L", 40, 255, pen=9, size=size).filter(ImageFilter.GaussianBlur(1.2))
    assert alike(read(under_a_lamp(pencil, seed)), read(sketch())) > 0.97


@pytest.mark.parametrize("wood", [(120, 80, 50), (60, 60, 65), (190, 160, 120)])
@pytest.mark.parametrize("tilt", [1.5, -3, 8, -12, 20])
def test_a_table_in_the_corners_and_the_edge_of_a_tilted_sheet_are_no_ink(
    tilt: float, wood: tuple[int, int, int]
) -> None:
    sheet = Image.new("L", (1280, 960), 250)
    sheet.paste(sketch("L", 60, 250, pen=6, size=(640, 480)), (320, 240))
    photo, plain = on_a_table(sheet, tilt, wood)
    assert alike(read(photo), read(plain)) > 0.95


def test_strokes_at_the_corners_of_a_photographed_sheet_stay() -> None:
    image = sketch("L", 60, 255, pen=9, size=(1200, 900))
    brush = ImageDraw.Draw(image)
    for reach in range(10, 120, 30):
        for x, y in ((0, 0), (1199, 0), (0, 899), (1199, 899)):
            brush.line([(abs(x - reach), y), (x, abs(y - reach))], fill=40, width=8)
    ink = read(under_a_lamp(image))
    assert max(ink.box[:2]) < 0.02
    assert min(ink.box[2:]) > 0.98


def test_a_sun_in_the_corner_of_a_photographed_sheet_stays() -> None:
    image = sketch("L", 60, 255, pen=9, size=(1200, 900))
    ImageDraw.Draw(image).ellipse((1050, -150, 1350, 150), fill=40)
    left, top, right, _ = read(under_a_lamp(image)).box
    assert left > 0.05
    assert top < 0.02
    assert right > 0.98


@pytest.mark.parametrize("sheet", [300, 1000, 2500, 4000])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("pen", [2, 4])
def test_a_drawing_of_any_size_on_its_sheet_is_read(sheet: int, share: float, pen: int) -> None:
    size = max(round(sheet * share), 60)
    image = Image.new("L", (sheet, sheet), 255)
    image.paste(sketch(size=(size, size * 3 // 4), pen=pen), (sheet // 20, sheet // 20))
    expected = read(sketch(size=(size, size * 3 // 4), pen=pen))
    assert alike(read(image), expected) > 0.9


def test_a_hairline_frame_is_no_ink() -> None:
    image = sketch("RGB", _BLACK, _WHITE)
    ImageDraw.Draw(image).rectangle((0, 0, 399, 299), outline=(60, 60, 60), width=1)
    assert alike(read(image), read(sketch())) == 1.0


def test_specks_are_removed() -> None:
    image = sketch(size=(800, 600), pen=8)
    dust = np.random.default_rng(0)
    for x, y in zip(dust.integers(0, 800, 60), dust.integers(0, 600, 60), strict=True):
        image.putpixel((int(x), int(y)), 0)
    assert alike(read(image), read(sketch())) > 0.99


def test_a_dot_as_large_as_the_pen_stays() -> None:
    image = sketch()
    ImageDraw.Draw(image).ellipse((300, 20, 308, 28), fill=0)
    strokes = read(image).strokes | read(image).fills
    box = strokes.shape[0] * 0.1
    assert strokes[: int(box), strokes.shape[1] // 2 + 20 :].any()


def test_inverting_takes_paper_for_ink() -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).rectangle((40, 40, 60, 160), fill=0)
    assert read(image, invert=True).area.mean() > 0.8
    assert read(image).area.shape[1] < read(image).area.shape[0]


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (200, 200), 255),
        Image.new("RGB", (200, 200), (9, 90, 40)),
        Image.new("RGBA", (200, 200), (0, 0, 0, 0)),
        Image.linear_gradient("L"),
        under_a_lamp(Image.new("L", (800, 600), 255)),
        under_a_lamp(Image.new("L", (1280, 960), 255)),
    ],
    ids=["white", "green", "transparent", "gradient", "empty paper", "larger paper"],
)
def test_a_blank_picture_says_so(image: Image.Image) -> None:
    with pytest.raises(BlankPictureError, match="draw"):
        read(image)


def test_a_picture_that_is_nearly_all_ink_says_so() -> None:
    image = Image.new("L", (400, 400), 255)
    brush = ImageDraw.Draw(image)
    for place in range(20, 380, 14):
        brush.line([(place, 20), (place, 380)], fill=0, width=4)
        brush.line([(20, place), (380, place)], fill=0, width=4)
    with pytest.raises(CrowdedPictureError, match="fewer"):
        read(image)


def test_noise_is_refused_or_read() -> None:
    with pytest.raises(PictureError):
        read(Image.effect_noise((500, 500), 90))


def test_the_seeds_own_drawings_are_read(shared: Path) -> None:
    pictures = sorted((shared / "data" / "seed_drawings").glob("*.png"))
    assert len(pictures) >= 10
    for picture in pictures:
        ink = read(picture)
        assert 0.2 < ink.aspect < 5
        assert 100 < ink.strokes.sum() < 0.05 * ink.area.size + 2000
