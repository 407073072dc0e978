"""From logits to tokens: temperature, nucleus and noise that is a function of its key."""

from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor

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


def choose(logits: Tensor, samplings: list[Sampling], steps: list[int]) -> Tensor:
    """Choose the next token of each row.

    The nucleus needs no sorting: a token is drawn from all, and stands if the tokens that are
    likelier than it stay short of ``top_p``. If not, neither it nor any less likely one belongs
    to the nucleus, and the draw is repeated among the likelier.

    Args:
        logits: ``float[rows, vocabulary]``; minus infinity is never chosen.
        samplings: one for each row.
        steps: how many tokens each row has drawn; with the seed the key of its noise.

    Returns:
        ``int64[rows]``.
    """
    device = logits.device
    cold = [sampling.temperature == 0 for sampling in samplings]
    done = torch.tensor(cold, device=device)
    # A row at temperature 0 is drawn as well and then overruled, which keeps rows alike.
    chosen = logits.argmax(-1) if any(cold) else done.long()
    if all(cold):
        return chosen
    heat = torch.tensor([[s.temperature or 1.0] for s in samplings], device=device)
    top_p = torch.tensor([s.top_p for s in samplings], device=device)
    chances = torch.softmax(logits.float() / heat, dim=-1)
    whole = all(sampling.top_p == 1 for sampling in samplings)
    open_chances = chances
    for draw in count():
        numbers = [noise(s.seed, step, draw) for s, step in zip(samplings, steps, strict=True)]
        marks = torch.tensor(numbers, dtype=torch.float64, device=device)[:, None]
        sums = open_chances.cumsum(-1, dtype=torch.float64)
        drawn = torch.searchsorted(sums, marks * sums[:, -1:], right=True)
        chosen = torch.where(done, chosen, drawn[:, 0])
        if whole:
            return chosen
        likelier = torch.where(chances > chances.gather(1, drawn), chances, 0.0)
        done = done | (likelier.sum(-1) < top_p) | (top_p == 1)
        if bool(done.all()):
            return chosen
        open_chances = torch.where(done[:, None], open_chances, likelier)
    raise AssertionError("the likeliest token of a row always stands")
