"""The style that music sounds like is told from its notes."""

import json
from pathlib import Path

import numpy as np
import pytest

from mididraw.errors import ModelError
from mididraw.harmony import Key, Style
from mididraw.models.music_embedding import DIMENSIONS
from mididraw.models.sounds_like import STYLES, StyleReadout, fit, load, style_like
from mididraw.score import Score, Track
from tests.corpora.tunes import tune


def points(count: int = 20) -> tuple[np.ndarray, list[Style]]:
    """Songs around a point for each style, of one style far more than of others."""
    random = np.random.default_rng(1)
    styles = [*STYLES, *[Style.POP] * 5] * count
    middles = {style: random.normal(size=DIMENSIONS) for style in STYLES}
    noise = random.normal(scale=0.3, size=(len(styles), DIMENSIONS))
    found = np.stack([middles[style] for style in styles]) + noise
    return found.astype(np.float32), styles


def test_styles_that_lie_apart_are_told() -> None:
    known, styles = points()
    readout = fit(known, styles)
    assert [readout.style_of(point) for point in known] == styles


def test_a_point_between_two_styles_is_of_none() -> None:
    known, styles = points()
    readout = fit(known, styles)
    middles = [known[[s is style for s in styles]].mean(axis=0) for style in STYLES[1:3]]
    assert readout.style_of(np.mean(middles, axis=0)) is None


def test_a_readout_is_what_was_saved(tmp_path: Path) -> None:
    readout = fit(*points())
    readout.save(tmp_path / "readout.json")
    again = load(tmp_path / "readout.json")
    assert np.allclose(again.weight, readout.weight, atol=1e-4)
    assert np.allclose(again.bias, readout.bias, atol=1e-4)


@pytest.mark.parametrize(
    "text", ["", "[]", json.dumps({"weight": [[1]], "bias": [0]}), json.dumps({"bias": [0] * 4})]
)
def test_a_damaged_readout_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "readout.json").write_text(text)
    with pytest.raises(ModelError, match=r"readout\.json cannot be read"):
        load(tmp_path / "readout.json")


def test_a_tune_over_two_chords_sounds_like_folk_in_any_key() -> None:
    assert [style_like(tune(8, tonic)) for tonic in (0, 5, 9)] == [Style.FOLK] * 3


@pytest.mark.parametrize("score", [tune(3), Score((Track("", 0, ()),), 8, 90.0, Key(0))])
def test_too_little_music_is_of_no_style(score: Score) -> None:
    assert style_like(score) is None


def test_no_style_is_preferred_where_nothing_speaks_for_any() -> None:
    even = StyleReadout(np.zeros((4, DIMENSIONS), np.float32), np.zeros(4, np.float32))
    assert even.style_of(np.ones(DIMENSIONS, np.float32)) is None
