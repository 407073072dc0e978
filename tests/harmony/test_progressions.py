"""Progressions as songs have them, bent to what fits."""

import numpy as np
import pytest

from mididraw.harmony import Mode, Style, style_keys
from mididraw.harmony.progressions import best_path, progression_model, style_tempos


def test_overwhelming_fit_decides_every_bar() -> None:
    model = progression_model(Style.POP, Mode.MAJOR)
    wanted = (3, 0, 2, 1, 1, 0)
    fit = 1000.0 * np.eye(len(model.degrees))[list(wanted)]
    assert best_path(model, fit)[1] == wanted
    assert best_path(model, fit[:1])[1] == wanted[:1]


def test_chances_add_up_to_one() -> None:
    model = progression_model(Style.BALLAD, Mode.MINOR)
    assert np.exp(model.start).sum() == pytest.approx(1.0)
    assert (np.exp(model.follow).sum(axis=2) <= 1.0 + 1e-9).all()


def test_melancholy_is_minor_and_slower_than_upbeat() -> None:
    assert {key.mode for key in style_keys(Style.MELANCHOLY)} == {Mode.MINOR}
    assert max(style_tempos(Style.MELANCHOLY)) < min(style_tempos(Style.UPBEAT))
