"""What a person sees is ink: the pictures of real complaints, and ones like them of our own."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from mididraw.errors import BlankPictureError
from mididraw.options import Shape
from mididraw.picture import Ink, read
from tests.picture.drawn import alike, saved, sketch, under_a_lamp


def cat(
    size: int = 600,
    *,
    line: str = "black",
    body: str | None = None,
    paper: str = "white",
    pen: int = 6,
) -> Image.Image:
    """Draw a face with ears, eyes and a mouth, its area filled with ``body``."""
    image = Image.new("RGB", (size, size), paper)
    brush = ImageDraw.Draw(image)

    def at(*points: float) -> list[float]:
        return [point * size for point in points]

    for ear in (at(0.22, 0.4, 0.2, 0.1, 0.45, 0.25), at(0.78, 0.4, 0.8, 0.1, 0.55, 0.25)):
        brush.polygon(ear, fill=body, outline=line, width=pen)
    brush.ellipse(at(0.15, 0.2, 0.85, 0.9), fill=body, outline=line, width=pen)
    for eye in (at(0.33, 0.42, 0.4, 0.49), at(0.6, 0.42, 0.67, 0.49)):
        brush.ellipse(eye, fill=line)
    brush.line(at(0.35, 0.68, 0.5, 0.75, 0.65, 0.68), fill=line, width=pen, joint="curve")
    return image


def parts_within(ink: Ink, left: float, top: float, right: float, bottom: float) -> int:
    """How many parts lie wholly inside a box of the ink's own breadth and height."""
    played = (ink.strokes | ink.fills).astype(np.uint8)
    height, width = played.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(played)
    x, y, wide, high = (stats[1:, column] for column in range(4))
    inside = (x >= left * width) & (y >= top * height)
    inside &= (x + wide <= right * width) & (y + high <= bottom * height)
    return int(inside.sum())


PLAIN = cat(body="white")


@pytest.mark.parametrize(
    ("name", "box", "parts"),
    [
        ("white_coloured_cat.png", (0.2, 0.25, 0.6, 0.6), 3),  # eyes; nose and mouth in one
        ("sticker_smile.webp", (0.1, 0.1, 0.9, 0.9), 3),
        ("eyes_r10.png", (0.1, 0.1, 0.9, 0.9), 3),
        ("trans_soft40.png", (0.15, 0.2, 0.6, 0.6), 3),
        ("photo_lined_faint.jpg", (0.2, 0.2, 0.6, 0.6), 3),
        ("photo_spiral.jpg", (0.15, 0.2, 0.6, 0.6), 3),
        ("scan_grid.png", (0.15, 0.2, 0.6, 0.6), 3),
        ("screenshot_iphone.png", (0.15, 0.2, 0.6, 0.6), 3),
    ],
)
def test_a_posted_face_keeps_its_eyes_and_mouth(
    shared: Path, name: str, box: tuple[float, float, float, float], parts: int
) -> None:
    assert parts_within(read(shared / "data" / "cases" / name), *box) >= parts


@pytest.mark.parametrize(
    ("name", "breadth"),
    [
        # The cat is 1.2 times as broad as high; rulings, holes and bars would make it another.
        ("photo_lined_faint.jpg", 1.2),
        ("photo_spiral.jpg", 1.2),
        ("scan_grid.png", 1.2),
        ("screenshot_iphone.png", 1.2),
    ],
)
def test_what_is_printed_around_a_drawing_is_dropped(
    shared: Path, name: str, breadth: float
) -> None:
    assert read(shared / "data" / "cases" / name).aspect == pytest.approx(breadth, rel=0.08)


@pytest.mark.parametrize("body", ["orange", "#c02020", "#3060d0", "#404040"])
def test_a_filled_face_looks_as_its_lines_do(body: str) -> None:
    line = "white" if body == "#404040" else "black"
    # White lines around the ears are lost on the paper.
    least = 0.8 if line == "white" else 0.97
    assert alike(read(cat(body=body, line=line, paper="#f4f4f4")), read(PLAIN)) > least


def test_a_sticker_without_outlines_shows_the_borders_of_its_colours() -> None:
    image = Image.new("RGBA", (500, 500), (0, 0, 0, 0))
    brush = ImageDraw.Draw(image)
    brush.rectangle((50, 50, 450, 450), fill=(250, 210, 40, 255))
    brush.rectangle((150, 150, 350, 350), fill=(40, 120, 220, 255))
    ink = read(saved(image, "WEBP", lossless=True))
    height, width = ink.strokes.shape
    column = np.flatnonzero(ink.strokes[:, width // 2]) / height
    for border in (0.0, 0.25, 0.75, 1.0):
        assert np.abs(column - border).min() < 0.02
    assert parts_within(ink, 0.2, 0.2, 0.8, 0.8) == 1


def frog(pupil: float) -> Image.Image:
    """Paint a green head with white eyes whose pupils are so many times as broad as the head."""
    image = Image.new("RGB", (600, 600), "white")
    brush = ImageDraw.Draw(image)
    brush.ellipse((80, 160, 520, 540), fill="#4caf50")
    for x in (190, 410):
        brush.ellipse((x - 75, 80, x + 75, 230), fill="#4caf50")
        brush.ellipse((x - 48, 105, x + 48, 205), fill="white")
        half = pupil * 440 / 2
        brush.ellipse((x - half, 155 - half, x + half, 155 + half), fill="black")
    brush.arc((190, 330, 410, 460), 20, 160, fill="#1b3d1d", width=12)
    return image


@pytest.mark.parametrize("pupil", [0.02, 0.05, 0.08, 0.09, 0.12, 0.16])
def test_pupils_of_any_size_in_white_eyes_are_seen(pupil: float) -> None:
    assert parts_within(read(frog(pupil)), 0.1, 0.0, 0.9, 0.35) >= 2


def test_a_gradient_has_no_borders() -> None:
    levels = np.tile(np.linspace(40, 215, 400).astype(np.uint8), (400, 1))
    pixels = np.full((500, 500, 3), 255, np.uint8)
    pixels[50:450, 50:450] = np.dstack([levels, 255 - levels, np.full_like(levels, 90)])
    assert parts_within(read(Image.fromarray(pixels)), 0.05, 0.05, 0.95, 0.95) == 0


def test_pixel_art_shows_outline_and_face(shared: Path) -> None:
    ink = read(shared / "data" / "cases" / "pixelart512.png")
    assert ink.aspect == pytest.approx(1.0, abs=0.1)
    assert parts_within(ink, 0.1, 0.1, 0.9, 0.7) >= 3


def test_the_shape_options_keep_the_face() -> None:
    image = cat(body="orange")
    outlined, filled = read(image, shape=Shape.OUTLINE), read(image, shape=Shape.FILL)
    assert not outlined.fills.any()
    assert parts_within(outlined, 0.2, 0.3, 0.8, 0.9) == 3
    assert filled.fills.mean() > 0.4
    holes = filled.area & ~filled.fills & ~filled.strokes
    _, _, stats, _ = cv2.connectedComponentsWithStats(holes.astype(np.uint8))
    assert (stats[1:, cv2.CC_STAT_AREA] > 200).sum() >= 3  # eyes and mouth are silent


@pytest.mark.parametrize(
    ("name", "strokes"), [("photo_two_pens_red.jpg", 4), ("photo_rainbow_crayon.jpg", 7)]
)
def test_strokes_of_all_colours_in_a_photo_are_ink(shared: Path, name: str, strokes: int) -> None:
    ink = read(shared / "data" / "cases" / name)
    count, _ = cv2.connectedComponents(ink.area.astype(np.uint8))
    assert count - 1 >= strokes


def test_light_strokes_on_lit_paper_are_ink() -> None:
    image = Image.new("RGB", (900, 700), (235, 232, 225))
    brush = ImageDraw.Draw(image)
    colours = ("#e04030", "#f0c020", "#50b040", "#4080e0", "#9040b0")
    for place, colour in enumerate(colours):
        brush.line([(120, 120 + 100 * place), (780, 180 + 100 * place)], fill=colour, width=12)
    pixels = np.asarray(image, np.float32)
    light = np.linspace(0.62, 1.0, 900, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 2.5, pixels.shape)
    photo = Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8))
    assert read(photo).strokes[:, 320].sum() == len(colours)


@pytest.mark.parametrize("pen", [6, 40])
def test_a_silhouette_or_a_thick_pen_in_a_photo_keeps_its_outline(pen: int) -> None:
    image = Image.new("L", (900, 700), 240)
    brush = ImageDraw.Draw(image)
    brush.ellipse((250, 150, 650, 550), fill=20 if pen == 6 else None, outline=20, width=pen)
    ink = read(under_a_lamp(image))
    y, x = np.nonzero(ink.strokes)
    height, width = ink.area.shape
    away = np.hypot((x / width - 0.5) * 2, (y / height - 0.5) * 2)
    assert len(x) > 300
    assert np.quantile(np.abs(away - away.mean()), 0.95) < 0.08
    assert ink.aspect == pytest.approx(1, abs=0.05)


def test_ruled_and_squared_paper_of_our_own_is_dropped() -> None:
    plain = read(sketch("RGB", (60, 60, 60), (255, 255, 255), size=(900, 700)))
    for squares in (False, True):
        image = sketch("RGB", (60, 60, 60), (250, 250, 250), size=(900, 700))
        paper = Image.new("RGB", image.size, (250, 250, 250))
        brush = ImageDraw.Draw(paper)
        for place in range(25, 700, 35):
            brush.line([(0, place), (900, place)], fill=(170, 190, 225), width=2)
        for place in range(25, 900, 35) if squares else [50]:
            colour = (170, 190, 225) if squares else (230, 150, 150)
            brush.line([(place, 0), (place, 700)], fill=colour, width=2)
        drawn = np.minimum(np.asarray(image), np.asarray(paper))
        assert alike(read(Image.fromarray(drawn)), plain) > 0.97


def on_lined_paper(face: Image.Image, tilt: float, *, margin: bool) -> Image.Image:
    """Photograph a face on tilted paper with blue rulings and, maybe, a red margin line."""
    large = Image.new("RGB", (2000, 1600), (246, 245, 240))
    brush = ImageDraw.Draw(large)
    for place in range(20, 1600, 42):
        brush.line([(0, place), (2000, place)], fill=(175, 195, 225), width=2)
    if margin:
        brush.line([(430, 0), (430, 1600)], fill=(232, 160, 165), width=3)
    drawn = Image.new("RGB", large.size, "white")
    drawn.paste(face, (650, 380))
    paper = Image.fromarray(np.minimum(np.asarray(large), np.asarray(drawn)))
    pixels = np.asarray(_tilted(paper, tilt).filter(ImageFilter.GaussianBlur(1.1)), np.float32)
    y, x = np.mgrid[:1200, :1600].astype(np.float32)
    light = 0.62 + 0.38 * np.exp(-1.3 * ((x / 1600 - 0.25) ** 2 + (y / 1200 - 0.2) ** 2))
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    return Image.fromarray((pixels * light[..., None] + noise).clip(0, 255).astype(np.uint8))


def _tilted(image: Image.Image, degrees: float) -> Image.Image:
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    return turned.crop((200, 200, 1800, 1400))


@pytest.mark.parametrize("pencil", [110, 150])
@pytest.mark.parametrize("tilt", [0.0, 1.2, -3.0])
@pytest.mark.parametrize("margin", [False, True])
def test_rulings_and_a_margin_that_are_hardly_fainter_than_the_pencil_are_dropped(
    pencil: int, tilt: float, margin: bool
) -> None:
    plain = Image.new("RGB", (2000, 1600), "white")
    plain.paste(cat(800, pen=5), (650, 380))
    face = cat(800, line=f"rgb({pencil},{pencil},{pencil})", pen=5)
    photo = on_lined_paper(face, tilt, margin=margin)
    assert alike(read(photo), read(_tilted(plain, tilt))) > 0.97


def test_stripes_that_are_all_there_is_stay() -> None:
    image = Image.new("RGB", (600, 400), "white")
    brush = ImageDraw.Draw(image)
    for place in range(30, 400, 40):
        brush.line([(0, place), (600, place)], fill="black", width=4)
    assert read(image).strokes[:, 200].sum() >= 8


def test_a_photograph_gives_its_main_lines(shared: Path) -> None:
    ink = read(shared / "data" / "cases" / "sk_astronaut.png")
    assert 0.01 < ink.strokes.mean() < 0.06
    # The ring of the suit's collar, the helmet and the head are long lines, not crumbs.
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.strokes.astype(np.uint8))
    spans = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    assert (spans > 0.2 * max(ink.strokes.shape)).sum() >= 3


def photographed(slats: int = 0) -> Image.Image:
    """A ball before a room of blurred patches, and before so many slats of a blind."""
    grain = np.random.default_rng(1)
    y, x = np.mgrid[:480, :640].astype(np.float32)
    patches = grain.integers(20, 150, (3, 4, 3)).astype(np.float32)
    room = cv2.GaussianBlur(cv2.resize(patches, (640, 480), interpolation=0), (0, 0), 6)
    if slats:
        blind = (y * slats % 480 > 240)[..., None]
        room = np.where(blind, np.array([245, 235, 220], np.float32), room)
    ball = (np.hypot(x - 300, y - 250) < 130)[..., None]
    lit = np.dstack([250 - 0.2 * y, 220 - 0.1 * x, 90 + 0.1 * y])
    photo = np.where(ball, lit, room) + grain.normal(0, 4, (480, 640, 3))
    return Image.fromarray(photo.clip(0, 255).astype(np.uint8))


def test_a_photograph_of_our_own_shows_its_subject() -> None:
    ink = read(photographed())
    height, width = ink.strokes.shape
    assert 0.7 < width / height < 1.5
    assert 0.004 < ink.strokes.mean() < 0.06


def test_evenly_spaced_lines_of_a_photograph_are_not_printed_on_paper() -> None:
    ink = read(photographed(slats=10))
    assert ink.visible is not None
    for lines in (ink.strokes, ink.visible > 0):
        at_left = lines[:, lines.shape[1] // 12]
        begun = at_left & ~np.roll(at_left, 1)
        assert begun.sum() >= 17  # of the 19 edges of its slats


def test_a_photograph_without_clear_lines_is_refused() -> None:
    grain = np.random.default_rng(2)
    blurred = cv2.GaussianBlur(grain.normal(128, 60, (500, 500, 3)), (0, 0), 2.0)
    texture = ((blurred - 128) * 5 + 128).clip(0, 255).astype(np.uint8)
    with pytest.raises(BlankPictureError, match=r"photograph|Nothing"):
        read(Image.fromarray(texture))
