"""The loss over the steps, as a picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from mididraw.training.train import TrainingProgress

_SIZE = (960, 540)
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 40, 930, 490
_SMOOTH = 0.95
_GRID, _TEXT, _COLOURS = "#dddddd", "#333333", ("#8fa8d8", "#d1495b")


@dataclass(frozen=True, slots=True)
class Curve:
    """A name, values by step, and whether they are shown smoothed."""

    name: str
    points: Sequence[tuple[int, float]]
    smoothed: bool


def draw_curve(history: Sequence[TrainingProgress]) -> Image.Image:
    """Draw training loss (bits a token, smoothed) and held-out bits a note over the steps."""
    held = [(one.step, one.held.bits_per_note) for one in history if one.held]
    loss = [(one.step, one.bits_per_token) for one in history]
    return draw_curves(
        [Curve("training: bits a token", loss, True), Curve("held out: bits a note", held, False)]
    )


def draw_curves(curves: Sequence[Curve]) -> Image.Image:
    """Draw up to two curves over the same steps, from 0 to the highest value."""
    image = Image.new("RGB", _SIZE, "white")
    brush = ImageDraw.Draw(image)
    font = ImageFont.load_default(16)
    found = [_smoothed(one.points) if one.smoothed else one.points for one in curves]
    found = [[point for point in points if math.isfinite(point[1])] for points in found]
    values = [value for points in found for _, value in points]
    if not values:
        return image
    top = max(math.ceil(max(values)), 1)
    last = max(step for points in found for step, _ in points)

    def place(step: int, value: float) -> tuple[float, float]:
        across = _LEFT + (_RIGHT - _LEFT) * step / max(last, 1)
        return across, _BOTTOM - (_BOTTOM - _TOP) * value / top

    for value in range(0, top + 1, max(top // 10, 1)):
        brush.line([place(0, value), place(last, value)], fill=_GRID)
        brush.text((_LEFT - 12, place(0, value)[1]), str(value), _TEXT, font, anchor="rm")
    for step, anchor in ((0, "la"), (last // 2, "ma"), (last, "ra")):
        brush.text((place(step, 0)[0], _BOTTOM + 8), f"step {step}", _TEXT, font, anchor=anchor)
    for number, (curve, points) in enumerate(zip(curves, found, strict=True)):
        colour = _COLOURS[number % len(_COLOURS)]
        if len(points) > 1:
            brush.line([place(*one) for one in points], fill=colour, width=3)
        right = _RIGHT - 260 * (len(curves) - 1 - number)
        brush.text((right, 12), curve.name, colour, font, anchor="ra")
    return image


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Exponential mean without the bias of its start (Kingma and Ba 2015)."""
    found, mean = [], 0.0
    for count, (step, value) in enumerate(points, 1):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * value
        found.append((step, mean / (1 - _SMOOTH**count)))
    return found
