"""Training lowers the loss, and goes on to the bit where it was broken off."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from mididraw.corpora.dataset import Dataset, TokenPiece
from mididraw.errors import ModelError, OptionError
from mididraw.models.pocket import model as pocket
from mididraw.models.pocket.tokens import encode
from mididraw.training.config import DEFAULT, TrainConfig
from mididraw.training.curve import draw_curve
from mididraw.training.train import CHECKPOINT, WEIGHTS, Trainer, TrainingProgress, faster_in_half
from tests.corpora.tunes import tune

TINY = TrainConfig(
    width=32,
    depth=1,
    heads=2,
    kv_heads=1,
    hidden=64,
    context=128,
    batch=4,
    steps=30,
    warmup=2,
    cooldown=10,
    rate=0.01,
    matrix_rate=0.02,
    weight_decay=0.0,
    evaluate_every=10,
    save_every=5,
    seed=3,
)
MUSIC = Dataset(
    tuple(TokenPiece(f"own/{n}", np.array(encode(tune(12, n)), np.uint16)) for n in range(3)),
    (TokenPiece("own/3", np.array(encode(tune(8, 3)), np.uint16)),),
)


def _quietly(progress: TrainingProgress) -> None:
    assert math.isfinite(progress.bits_per_token)


def test_the_loss_falls_and_weights_are_written(tmp_path: Path) -> None:
    trainer = Trainer(TINY)
    told: list[TrainingProgress] = []
    held = trainer.run(MUSIC, tmp_path, told.append)
    assert [one.step for one in told] == list(range(1, 31))
    assert told[-1].bits_per_token < 0.75 * told[0].bits_per_token
    assert [one.step for one in told if one.held] == [10, 20, 30]
    assert 0 < held.bits_per_token < held.bits_per_note
    written = pocket.load(tmp_path / WEIGHTS)
    for name, weight in trainer.model.state_dict().items():
        assert np.allclose(written.named[name], weight, atol=2e-3)


def test_training_broken_off_goes_on_to_the_bit(tmp_path: Path) -> None:
    whole = Trainer(TINY)
    whole.run(MUSIC, tmp_path / "whole", _quietly)

    class BrokenOffError(Exception):
        pass

    def break_off(progress: TrainingProgress) -> None:
        if progress.step == 17:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        Trainer(TINY).run(MUSIC, tmp_path / "parts", break_off)
    again = Trainer(TINY)
    again.resume(tmp_path / "parts")
    assert again.step == 15
    again.run(MUSIC, tmp_path / "parts", _quietly)
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], weight)
    assert [one.bits_per_token for one in again.history] == [
        one.bits_per_token for one in whole.history
    ]


@pytest.mark.parametrize("damage", [lambda data: data[:400], lambda _: b"", lambda _: b"PK\3\4no"])
def test_a_damaged_checkpoint_says_so(tmp_path: Path, damage: object) -> None:
    trainer = Trainer(TINY)
    trainer.save(tmp_path)
    whole = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / CHECKPOINT).write_bytes(damage(whole))  # type: ignore[operator]
    with pytest.raises(ModelError, match="damaged"):
        trainer.resume(tmp_path)


def test_a_checkpoint_of_another_shape_says_so(tmp_path: Path) -> None:
    Trainer(TINY).save(tmp_path)
    with pytest.raises(ModelError, match="shape"):
        Trainer(TINY.model_copy(update={"width": 64})).resume(tmp_path)


def test_no_music_is_no_training(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no music"):
        Trainer(TINY).run(Dataset((), ()), tmp_path, _quietly)


def test_the_curve_shows_both_lines(tmp_path: Path) -> None:
    trainer = Trainer(TINY)
    trainer.run(MUSIC, tmp_path, _quietly)
    colours = {colour for _, colour in draw_curve(trainer.history).getcolors(100_000) or []}
    assert {(0x8F, 0xA8, 0xD8), (0xD1, 0x49, 0x5B)} <= colours
    assert draw_curve([]).size == draw_curve(trainer.history).size


def test_the_config_is_read_and_refused(tmp_path: Path) -> None:
    shipped = TrainConfig.read(DEFAULT)
    assert (shipped.width, shipped.depth, shipped.context) == (
        pocket.SHAPE.width,
        pocket.SHAPE.depth,
        pocket.SHAPE.context,
    )
    path = tmp_path / "config.toml"
    for text, said in (
        ("width = ", "TOML"),
        ("width = 320", "depth"),
        ("wdith = 3", "wdith|width"),
    ):
        path.write_text(text)
        with pytest.raises(OptionError, match=said):
            TrainConfig.read(path)


def test_half_precision_is_chosen_by_time_and_for_good() -> None:
    chosen = faster_in_half(torch.device("cpu"))
    assert Trainer(TINY).half == chosen
    assert faster_in_half(torch.device("cpu")) is chosen
    assert faster_in_half(torch.device("meta"))
