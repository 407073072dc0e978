"""What an engine is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from mididraw.canvas import Canvas
from mididraw.options import DrawOptions
from mididraw.score import Score
from mididraw.settings import POCKET

BarProgress = Callable[[int, int], None]
"""Told again and again how many bars are done, and of how many; what it raises ends the work."""


def no_progress(done: int, bars: int) -> None:
    """Take note of nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRequest:
    """A piece to be written; the same canvas, options, seed and prompt give the same score.

    Attributes:
        canvas: the ink.
        options: what the person asked for; its own seed is not looked at.
        seed: decides whatever is left open.
        prompt: music that the piece goes on from, where the engine can.
        progress: told how far the work is, by engines that take long, between any two of their
            steps.
        model: its name, for engines that need one; see :mod:`mididraw.models.catalogue`.
    """

    canvas: Canvas
    options: DrawOptions
    seed: int
    prompt: Score | None = None
    progress: BarProgress = no_progress
    model: str = POCKET
