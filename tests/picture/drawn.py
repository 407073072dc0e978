"""Pictures made for the tests, and how alike two drawings are."""

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from mididraw.picture import Ink

SIZE = (400, 300)
Colour = int | tuple[int, ...]


def sketch(
    mode: str = "L",
    ink: Colour = 0,
    paper: Colour = 255,
    pen: int = 5,
    size: tuple[int, int] = SIZE,
) -> Image.Image:
    """Paint a drawing that is itself neither when turned nor when mirrored."""
    image = Image.new(mode, size, paper)
    brush = ImageDraw.Draw(image)
    width, height = size
    for line in (
        [(0.1, 0.85), (0.1, 0.4), (0.35, 0.12), (0.6, 0.4), (0.6, 0.85), (0.1, 0.85)],
        [(0.6, 0.85), (0.9, 0.7), (0.9, 0.3)],
        [(0.2, 0.6), (0.4, 0.6)],
    ):
        points = [(x * width, y * height) for x, y in line]
        brush.line(points, fill=ink, width=pen, joint="curve")
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode an image."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def alike(one: Ink, other: Ink) -> float:
    """The share of both drawings' played pixels that lie near the other's, 0 to 1.

    Near is within 2 % of the longer side, both drawings laid on one another at their boxes.
    """
    first, second = _normal(one), _normal(other)
    return float(min(_near(first, second), _near(second, first)))


def _normal(ink: Ink) -> np.ndarray:
    points = np.argwhere(ink.strokes | ink.fills).astype(float)
    return np.asarray(points / max(ink.area.shape))


def _near(points: np.ndarray, others: np.ndarray) -> float:
    field = np.ones((420, 420), np.uint8)
    field[tuple((others * 400).astype(int).T)] = 0
    distance = cv2.distanceTransform(field, cv2.DIST_L2, 5) / 400
    return float((distance[tuple((points * 400).astype(int).T)] < 0.02).mean())


def under_a_lamp(image: Image.Image, seed: int = 0) -> Image.Image:
    """Photograph a grey drawing: a lamp at one corner, a shadow across, grain, warm light."""
    grain = np.random.default_rng(seed)
    levels = np.asarray(image.convert("L"), np.float32) / 255
    height, width = levels.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 110 + 120 * np.exp(-((x / width - 0.2) ** 2 + (y / height - 0.2) ** 2) * 1.5)
    light *= np.where(x / width + y / height > 1.45, 0.65, 1.0)
    grey = light * (0.35 + 0.65 * levels) + grain.normal(0, 4, levels.shape)
    warm = np.dstack([grey, grey * 0.97, grey * 0.88])
    return Image.fromarray(warm.clip(0, 255).astype(np.uint8))


def on_a_table(
    sheet: Image.Image, tilt: float, wood: tuple[int, int, int], seed: int = 0
) -> tuple[Image.Image, Image.Image]:
    """Photograph a sheet, tilted by degrees, on a table of grained wood.

    Returns:
        the photograph, as large as the sheet, whose corners may lie beyond it; and the same sheet
        on white.
    """
    width, height = sheet.size
    turned = sheet.convert("RGBA").rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    place = ((width - turned.width) // 2, (height - turned.height) // 2)
    plain = Image.new("RGB", sheet.size, "white")
    plain.paste(turned, place, turned)
    cover = Image.new("L", sheet.size)
    cover.paste(turned.getchannel("A"), place)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grain = 1 + 0.12 * np.sin((y + 0.1 * x) / 23 + 2 * np.sin(x / 180))
    shadow = 1 - 0.45 * cv2.GaussianBlur(np.asarray(cover, np.float32) / 255, (0, 0), 9)
    table = np.array(wood, np.float32) * (grain * shadow)[..., None]
    shown = np.asarray(cover, np.float32)[..., None] / 255
    seen = cv2.GaussianBlur(np.asarray(plain) * shown + table * (1 - shown), (0, 0), 1.1)
    light = 0.6 + 0.35 * np.exp(-1.3 * ((x / width - 0.25) ** 2 + (y / height - 0.2) ** 2))
    noise = np.random.default_rng(seed).normal(0, 3, seen.shape)
    return Image.fromarray((seen * light[..., None] + noise).clip(0, 255).astype(np.uint8)), plain


def with_alpha(painted: Colour, beneath: Colour, opacity: Callable[[int], int]) -> Image.Image:
    """Paint ``painted`` on ``beneath``, with the opacity of a black sketch's levels."""
    image = sketch("RGB", painted, beneath).convert("RGBA")
    image.putalpha(sketch().point(opacity))
    return image
