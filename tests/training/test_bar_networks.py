"""Training the networks of bars on what comes with midiDraw."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mididraw.errors import OptionError, OutputError
from mididraw.models.columns.features import HELD, KEYS, STRUCK
from mididraw.training.bar_networks import CURVE, HISTORY, WEIGHTS, Lesson, read_into
from mididraw.training.columns import ColumnsNetwork
from mididraw.training.command import train_bars
from mididraw.training.diffusion import DiffusionLesson
from mididraw.training.gan import GanLesson
from mididraw.training.rolls import HELD_OUT, Rolls, draw_ink
from mididraw.training.vae import Vae, VaeLesson


def test_one_command_trains_and_leaves_weights_a_curve_and_what_was_measured(
    tmp_path: Path,
) -> None:
    train_bars("vae", 10, tmp_path)
    history = json.loads((tmp_path / HISTORY).read_text())
    assert [step for step, _ in history["trained"]] == [10]
    ((step, held),) = history["held out"]
    assert step == 10
    assert 0 < held["from ink"] < 2000
    assert (tmp_path / CURVE).stat().st_size > 1000
    read_into(Vae(), tmp_path / WEIGHTS)


def test_columns_are_trained_by_the_same_command(tmp_path: Path) -> None:
    train_bars("columns", 1, tmp_path)
    read_into(ColumnsNetwork(), tmp_path / WEIGHTS)


def test_training_needs_a_step_and_a_place(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="at least one step"):
        train_bars("vae", 0, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        train_bars("vae", 1, tmp_path / "file" / "below")


def test_the_autoencoder_learns() -> None:
    lesson = VaeLesson(16)
    losses = [lesson.step(step / 16)["from ink"] for step in range(8)]
    assert losses[-1] < 0.95 * losses[0]


def test_windows_are_bars_that_follow_one_another_with_their_harmony() -> None:
    rolls = Rolls(2)
    assert not set(rolls.learned) & set(rolls.held_out)
    assert 0 < len(rolls.held_out) < 2 * len(rolls.learned) / HELD_OUT
    batch = rolls.batch(rolls.learned[:40], np.random.default_rng(1))
    assert batch.states.shape == batch.ink.shape == (40, KEYS, 32)
    assert batch.harmony.shape == (40, 5, KEYS, 32)
    # Every held note was struck before, but for those that go on from the bar before.
    held = batch.states == HELD
    assert (batch.states[:, :, :-1][held[:, :, 1:]] > 0).mean() > 0.99
    struck = batch.states == STRUCK
    tones, scale = batch.harmony[:, 0] > 0, batch.harmony[:, 2] > 0
    assert tones[struck].mean() > 0.6
    assert scale[struck].mean() > 0.9


def test_ink_lies_where_the_notes_are_and_beside_them() -> None:
    random = np.random.default_rng(1)
    states = Rolls(1).batch(np.arange(50), random).states
    ink = np.stack([draw_ink(one, random) for one in states])
    assert ink.shape == states.shape
    played = states > 0
    assert 0.3 < (ink & played).sum() / played.sum() < 0.9
    assert 0.2 < (ink & played).sum() / ink.sum() < 0.95
    assert not draw_ink(np.zeros((KEYS, 16), np.uint8), np.random.default_rng(3)).all()


@pytest.mark.parametrize("lesson", [DiffusionLesson, GanLesson])
def test_a_step_changes_the_network(lesson: Callable[[int], Lesson]) -> None:
    taught = lesson(4)
    before = [one.clone() for one in taught.network.parameters()]
    losses = [taught.step(0.0) for _ in range(2)]
    assert all(0 < one["bits a bar"] < 1000 for one in losses)
    changed = [
        (one != two).any() for one, two in zip(before, taught.network.parameters(), strict=True)
    ]
    assert sum(map(bool, changed)) > 0.9 * len(changed)
