"""The loss over the steps, as a picture."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from mididraw.training.train import TrainingProgress

_SIZE = (960, 540)
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 40, 930, 490
_SMOOTH = 0.95
_GRID, _TEXT, _LOSS, _HELD = "#dddddd", "#333333", "#8fa8d8", "#d1495b"


def draw_curve(history: Sequence[TrainingProgress]) -> Image.Image:
    """Draw training loss (bits a token, smoothed) and held-out bits a note over the steps."""
    image = Image.new("RGB", _SIZE, "white")
    brush = ImageDraw.Draw(image)
    font = ImageFont.load_default(16)
    loss = _smoothed(history)
    held = [(one.step, one.held.bits_per_note) for one in history if one.held]
    held = [(step, bits) for step, bits in held if math.isfinite(bits)]
    values = [bits for _, bits in (*loss, *held)]
    if not values:
        return image
    top = math.ceil(max(values))
    last = history[-1].step

    def place(step: int, bits: float) -> tuple[float, float]:
        across = _LEFT + (_RIGHT - _LEFT) * step / max(last, 1)
        return across, _BOTTOM - (_BOTTOM - _TOP) * bits / top

    for bits in range(0, top + 1, max(top // 10, 1)):
        brush.line([place(0, bits), place(last, bits)], fill=_GRID)
        brush.text((_LEFT - 12, place(0, bits)[1]), str(bits), _TEXT, font, anchor="rm")
    for step, anchor in ((0, "la"), (last // 2, "ma"), (last, "ra")):
        brush.text((place(step, 0)[0], _BOTTOM + 8), f"step {step}", _TEXT, font, anchor=anchor)
    if len(loss) > 1:
        brush.line([place(*one) for one in loss], fill=_LOSS, width=3)
    if len(held) > 1:
        brush.line([place(*one) for one in held], fill=_HELD, width=3)
    brush.text((_RIGHT, 12), "held out: bits a note", _HELD, font, anchor="ra")
    brush.text((_RIGHT - 240, 12), "training: bits a token", _LOSS, font, anchor="ra")
    return image


def _smoothed(history: Sequence[TrainingProgress]) -> list[tuple[int, float]]:
    """Exponential mean without the bias of its start (Kingma and Ba 2015)."""
    points, mean = [], 0.0
    for count, one in enumerate(history, 1):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * one.bits_per_token
        points.append((one.step, mean / (1 - _SMOOTH**count)))
    return points
