"""What training the networks of bars has in common: steps, held-out losses, weights, a curve."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mididraw.training.curve import Curve, draw_curves

WEIGHTS, CURVE, HISTORY = "weights.safetensors", "curve.png", "history.json"
HELD_OUT = "held out"
_AVERAGE = 0.998
"""Share of the mean weights that each step leaves; the mean is what is kept."""

StepReport = Callable[[int, str], None]
Losses = dict[str, float]


class Lesson(Protocol):
    """A network that can be taught."""

    @property
    def network(self) -> nn.Module:
        """The network whose weights are kept."""

    def step(self, done: float) -> Losses:
        """Take one step of training; ``done`` goes from 0 to 1. Gives what it measured."""

    def measure(self) -> Losses:
        """Measure it on songs that it was not trained on."""


@dataclass(slots=True)
class LossHistory:
    """What was measured at which step, of training and of held-out songs."""

    trained: list[tuple[int, Losses]] = field(default_factory=list)
    held_out: list[tuple[int, Losses]] = field(default_factory=list)


def teach(
    lesson: Lesson, steps: int, out: Path, report: StepReport, every: int = 100
) -> LossHistory:
    """Take so many steps, and write weights, curve and history.

    Args:
        lesson: what is taught.
        steps: how many.
        out: the folder to write to.
        report: called at each step with what was measured, in words.
        every: so many steps it is measured on held-out songs and written.
    """
    history, network = LossHistory(), lesson.network
    mean = {name: value.detach().clone() for name, value in network.state_dict().items()}
    began = time.monotonic()
    for step in range(1, steps + 1):
        losses = lesson.step((step - 1) / steps)
        share = min(_AVERAGE, step / (step + 10))
        for name, value in network.state_dict().items():
            mean[name].lerp_(value, 1 - share)
        if step % 10 == 0:
            history.trained.append((step, losses))
            report(step, in_words(losses))
        if step % every == 0 or step == steps:
            own = {name: value.clone() for name, value in network.state_dict().items()}
            network.load_state_dict(mean)
            history.held_out.append((step, lesson.measure()))
            network.load_state_dict(own)
            save(mean, out / WEIGHTS)
            _write(history, time.monotonic() - began, out)
            report(step, f"{HELD_OUT}: {in_words(history.held_out[-1][1])}")
    return history


def in_words(losses: Mapping[str, float]) -> str:
    """What was measured, in words."""
    return ", ".join(f"{name} {value:.3g}" for name, value in losses.items())


def save(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write weights in half precision."""
    halves = {name: value.half().contiguous() for name, value in weights.items()}
    partial = path.with_suffix(".part")
    save_file(halves, partial)
    partial.replace(path)


def read_into(network: nn.Module, path: Path) -> None:
    """Read weights that :func:`save` wrote."""
    network.load_state_dict({name: value.float() for name, value in load_file(path).items()})


def _write(history: LossHistory, seconds: float, out: Path) -> None:
    (out / HISTORY).write_text(
        json.dumps(
            {
                "seconds": round(seconds),
                "trained": history.trained,
                "held out": history.held_out,
            }
        )
        + "\n"
    )
    name = next(iter(history.held_out[-1][1]))
    curves = [
        Curve(f"training: {name}", [(step, one[name]) for step, one in history.trained], True),
        Curve(f"held out: {name}", [(step, one[name]) for step, one in history.held_out], False),
    ]
    draw_curves(curves).save(out / CURVE)
