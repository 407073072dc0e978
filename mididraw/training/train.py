"""Token sequences → a checkpoint: the training loop, to be broken off and resumed at any moment."""

import math
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- torch's own name for it

from mididraw.corpora.dataset import Dataset, windows
from mididraw.errors import ModelError
from mididraw.evaluation.measures.cross_entropy import CrossEntropy, cross_entropy
from mididraw.models.pocket import model as pocket
from mididraw.models.pocket import vocabulary as v
from mididraw.models.transformer import Transformer
from mididraw.models.transformer_weights import TransformerConfig
from mididraw.training.batches import batches
from mididraw.training.config import TrainConfig

CHECKPOINT, WEIGHTS = "checkpoint.pt", "weights.safetensors"
_QUICK_WINDOWS = 48  # of the validation songs, for the curve; at the end all are heard


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """What is told after every step: loss in bits a token, and what was just measured, if so."""

    step: int
    bits_per_token: float
    held: CrossEntropy | None


class Trainer:
    """A model, its optimizers and where they are; all of it goes into a checkpoint."""

    def __init__(self, config: TrainConfig, start: Transformer | None = None) -> None:
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(config.seed)
        shape = TransformerConfig(
            v.SIZE,
            config.context,
            config.width,
            config.depth,
            config.heads,
            config.kv_heads,
            config.hidden,
        )
        self.model = (start or Transformer(shape)).to(self.device).train()
        matrices, others = _parted(self.model)
        # Muon (Jordan et al. 2024) for matrices inside the blocks, AdamW for all else.
        self.optimizers: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, lr=config.matrix_rate, weight_decay=config.weight_decay),
            torch.optim.AdamW(others, lr=config.rate, betas=(0.9, 0.95), weight_decay=0.0),
        )
        self.rates = (config.matrix_rate, config.rate)
        self.half = faster_in_half(self.device)
        self.random = np.random.default_rng(config.seed)
        self.step = 0
        self.history: list[TrainingProgress] = []

    def run(
        self, dataset: Dataset, out: Path, tell: Callable[[TrainingProgress], None]
    ) -> CrossEntropy:
        """Train to the last step, writing checkpoint and weights into ``out`` on the way.

        Raises:
            ModelError: there is nothing to learn from.
        """
        if not dataset.train:
            raise ModelError("training-data-empty", "There is no music to learn from.")
        quick = list(windows(dataset.validation, self.config.context))
        quick = quick[:: max(len(quick) // _QUICK_WINDOWS, 1)]
        forward = _compiled(self.model) if self.config.steps > 50 else self.model
        stream = batches(dataset.train, self.config.context, self.config.batch, self.random)
        while self.step < self.config.steps:
            loss = self._learn(forward, next(stream))
            self.step += 1
            due = self.step % self.config.evaluate_every == 0 or self.step == self.config.steps
            held = cross_entropy(self.model, quick) if due and quick else None
            self.history.append(TrainingProgress(self.step, loss, held))
            tell(self.history[-1])
            if self.step % self.config.save_every == 0 or self.step == self.config.steps:
                self.save(out)
        return cross_entropy(self.model, windows(dataset.validation, self.config.context))

    def _learn(self, forward: Callable[[Tensor], Tensor], batch: NDArray[np.int64]) -> float:
        share = _share(self.step, self.config)
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        tokens = torch.from_numpy(batch).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits = forward(tokens[:, :-1])
        loss = F.cross_entropy(
            logits.float().flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=v.PAD
        )
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return float(loss.detach()) / math.log(2)

    def save(self, out: Path) -> None:
        """Write the checkpoint, and the weights as they are shipped."""
        out.mkdir(parents=True, exist_ok=True)
        partial = out / (CHECKPOINT + ".part")
        torch.save(
            {
                "config": self.config.model_dump(),
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "step": self.step,
                "random": self.random.bit_generator.state,
                "history": [
                    (one.step, one.bits_per_token, one.held and one.held.bits_per_note)
                    for one in self.history
                ],
            },
            partial,
        )
        partial.replace(out / CHECKPOINT)
        pocket.save(self.model, out / WEIGHTS)

    def resume(self, out: Path) -> None:
        """Go on where a checkpoint left off, to the bit.

        Raises:
            ModelError: the checkpoint is damaged or of another shape.
        """
        path = out / CHECKPOINT
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            self.model.load_state_dict(state["model"])
            for optimizer, stored in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(stored)
            self.random.bit_generator.state = state["random"]
        except (OSError, EOFError, LookupError, ValueError, pickle.UnpicklingError) as error:
            raise ModelError(
                "training-state-damaged", "{path} is damaged: remove it to begin anew.", path=path
            ) from error
        except RuntimeError as error:
            raise ModelError(
                "training-state-unfit",
                "{path} is damaged or of another shape than the config.",
                path=path,
            ) from error
        self.step = state["step"]
        self.history = [
            TrainingProgress(step, bits, None if note is None else CrossEntropy(math.nan, note))
            for step, bits, note in state["history"]
        ]


def _parted(model: Transformer) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, weight in model.named_parameters():
        (matrices if weight.ndim == 2 and name.startswith("blocks") else others).append(weight)
    return matrices, others


def _share(step: int, config: TrainConfig) -> float:
    """Share of the full rate: up, level, and down to nothing over the last steps."""
    up = (step + 1) / max(config.warmup, 1)
    down = (config.steps - step) / max(config.cooldown, 1)
    return min(up, 1.0, down)


@cache
def faster_in_half(device: torch.device) -> bool:
    """Whether bfloat16 pays: on a GPU, and on a CPU where its products take half the time."""
    if device.type != "cpu":
        return True
    seconds = {}
    for kind in (torch.float32, torch.bfloat16):
        one, other = torch.ones(1024, 320, dtype=kind), torch.ones(320, 1728, dtype=kind)
        times = []
        for _ in range(5):
            start = perf_counter()
            one @ other
            times.append(perf_counter() - start)
        seconds[kind] = min(times)
    return seconds[torch.bfloat16] < seconds[torch.float32] / 2


def _compiled(model: Transformer) -> Callable[[Tensor], Tensor]:
    """Fuse the model where a compiler is at hand: three times as fast on two CPU cores."""
    if shutil.which("g++") is None and not torch.cuda.is_available():
        return model
    compiled: Callable[[Tensor], Tensor] = torch.compile(model)
    return compiled
