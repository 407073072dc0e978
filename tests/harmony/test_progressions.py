"""Progressions as songs have them, bent to what fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.harmony import Chord, Key, Mode, Style, style_keys
from mididraw.harmony.progressions import choose_progression, progression_model, style_tempo
from tests.strategies.scores import keys


def fits(style: Style, options: list[Key], bars: int, seed: int) -> dict[Chord, np.ndarray]:
    random = np.random.default_rng(seed)
    chords = {
        chord: None for key in options for chord in progression_model(style, key.mode).chords(key)
    }
    return {chord: random.gumbel(size=bars) for chord in chords}


@given(keys(), st.sampled_from(Style), st.integers(1, 40), st.integers(0, 1000))
def test_chords_stay_in_the_key_that_was_asked_for(
    key: Key, style: Style, bars: int, seed: int
) -> None:
    found, chords = choose_progression(fits(style, [key], bars, seed), style, [key])
    assert found == key
    assert len(chords) == bars
    assert all(chord.tones <= key.scale for chord in chords)


@pytest.mark.parametrize("style", Style)
def test_the_key_that_fits_is_found(style: Style) -> None:
    wanted = Key(4, Mode.MINOR)
    fit = fits(style, style_keys(style), 8, 0)
    only = progression_model(style, wanted.mode).chords(wanted)
    tonic = Chord(wanted.tonic, "min")
    for chord in fit:
        fit[chord] = np.full(8, 3.0 if chord == tonic else 0.0 if chord in only else -9.0)
    key, chords = choose_progression(fit, style, style_keys(style))
    assert chords.count(tonic) >= 6
    assert tonic.tones <= key.scale


def test_overwhelming_fit_decides_every_bar() -> None:
    key = Key(0)
    wanted = [Chord(0), Chord(9, "min"), Chord(5), Chord(7), Chord(4, "min"), Chord(0)]
    model = progression_model(Style.POP, Mode.MAJOR)
    fit = {
        chord: np.array([1000.0 * (chord == bar) for bar in wanted]) for chord in model.chords(key)
    }
    assert choose_progression(fit, Style.POP, [key]) == (key, tuple(wanted))


def test_without_evidence_a_piece_starts_and_ends_at_home() -> None:
    for mode in Mode:
        key = Key(2, mode)
        fit = {chord: np.zeros(8) for chord in progression_model(Style.POP, mode).chords(key)}
        _, chords = choose_progression(fit, Style.POP, [key])
        assert chords[0].root == chords[-1].root == key.tonic


def test_chances_add_up_to_one() -> None:
    model = progression_model(Style.BALLAD, Mode.MINOR)
    assert np.exp(model.start).sum() == pytest.approx(1.0)
    assert (np.exp(model.follow).sum(axis=2) <= 1.0 + 1e-9).all()


def test_melancholy_is_minor_and_slower_than_upbeat() -> None:
    assert {key.mode for key in style_keys(Style.MELANCHOLY)} == {Mode.MINOR}
    assert style_tempo(Style.MELANCHOLY) < style_tempo(Style.UPBEAT)
