"""From logits to tokens: temperature, nucleus and noise that is a function of its key."""

from dataclasses import dataclass
from itertools import count

import numpy as np

from mididraw.arrays import Floats, Ints
from mididraw.errors import OptionError

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one sequence's tokens are chosen.

    Attributes:
        temperature: divides the logits; at 0 the likeliest token is taken.
        top_p: only the likeliest tokens that together reach this share may be drawn (Holtzman
            et al. 2020).
        seed: key of the noise; the same seed draws the same tokens.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise OptionError(
                "temperature-out-of-range",
                "Temperature {temperature} is out of range: give 0 to 100.",
                temperature=f"{self.temperature:g}",
            )
        if not 0 < self.top_p <= 1:
            raise OptionError(
                "top-p-out-of-range",
                "Top-p {top_p} is out of range: give above 0, up to 1.",
                top_p=f"{self.top_p:g}",
            )


def noise(seed: int, step: int, draw: int = 0) -> float:
    """A number in [0, 1) that depends on its key alone (SplitMix64, Steele et al. 2014)."""
    state = _mix(_mix(_mix(seed & _MASK) + step) + draw)
    # 32 bits, so that the number times a total in double precision stays below the total.
    return (state >> 32) / (1 << 32)


def _mix(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def softmax(logits: Floats) -> Floats:
    """Turn logits into chances, ``float32[n, vocabulary]`` both; a row's sum is 1."""
    chances: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    return chances


def log_softmax(logits: Floats) -> Floats:
    """Turn logits into the logs of chances, ``float32[n, vocabulary]`` both."""
    logs: Floats = logits - logits.max(axis=-1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=-1, keepdims=True))
    return logs


def choose(logits: Floats, samplings: list[Sampling], steps: list[int]) -> Ints:
    """Choose the next token of each row.

    The nucleus needs no sorting: a token is drawn from all, and stands if the tokens that are
    likelier than it stay short of ``top_p``. If not, neither it nor any less likely one belongs
    to the nucleus, and the draw is repeated among the likelier.

    Args:
        logits: ``float32[rows, vocabulary]``; minus infinity is never chosen.
        samplings: one for each row.
        steps: how many tokens each row has drawn; with the seed the key of its noise.

    Returns:
        ``int64[rows]``.
    """
    done = np.array([sampling.temperature == 0 for sampling in samplings])
    # A row at temperature 0 is drawn as well and then overruled, which keeps rows alike.
    chosen = logits.argmax(axis=-1) if done.any() else np.zeros(len(samplings), np.int64)
    if done.all():
        return chosen
    heat = np.array([[s.temperature or 1.0] for s in samplings], np.float32)
    top_p = np.array([s.top_p for s in samplings], np.float32)
    chances = softmax(logits / heat)
    whole = bool((top_p == 1).all())
    rows = np.arange(len(samplings))
    open_chances = chances
    for draw in count():
        marks = [noise(s.seed, step, draw) for s, step in zip(samplings, steps, strict=True)]
        sums = open_chances.cumsum(axis=-1, dtype=np.float64)
        drawn = (sums <= (np.array(marks) * sums[:, -1])[:, None]).sum(axis=-1)
        chosen = np.where(done, chosen, drawn)
        if whole:
            return chosen
        likelier = np.where(chances > chances[rows, drawn][:, None], chances, np.float32(0))
        done |= (likelier.sum(axis=-1) < top_p) | (top_p == 1)
        if done.all():
            return chosen
        open_chances = np.where(done[:, None], open_chances, likelier)
    raise AssertionError("the likeliest token of a row always stands")
