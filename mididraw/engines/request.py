"""What an engine is asked for, and how it says how far it is."""

from collections.abc import Callable
from dataclasses import dataclass

from mididraw.canvas import Canvas
from mididraw.options import DrawOptions
from mididraw.score import Score
from mididraw.settings import POCKET

BarProgress = Callable[[int, int], None]
"""Called between any two steps of engines that take long, with how many bars are done, and of how
many; what it raises ends the work."""


def no_progress(done: int, bars: int) -> None:
    """Ignore how far the work is."""


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """A piece to be written, as a value: equal requests give the same score, in any process.

    Attributes:
        canvas: the ink.
        options: what the person asked for; their seed, which must be given, decides whatever is
            left open.
        prompt: music that the piece goes on from, where the engine can.
        model: its name, for engines that need one; see :mod:`mididraw.models.catalogue`.
    """

    canvas: Canvas
    options: DrawOptions
    prompt: Score | None = None
    model: str = POCKET

    def __post_init__(self) -> None:
        if self.options.seed is None:
            raise ValueError("a request needs options with a seed")

    @property
    def seed(self) -> int:
        """The seed of the options."""
        assert self.options.seed is not None  # noqa: S101 -- refused above
        return self.options.seed
