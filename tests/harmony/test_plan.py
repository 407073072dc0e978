"""Plans return, come home and bend to what fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.harmony import Chord, Key, Mode, Style, style_keys
from mididraw.harmony.plan import PHRASE, Plan, choose_plan, sections_of
from mididraw.harmony.progressions import progression_model
from tests.strategies.scores import keys


def fits(style: Style, options: list[Key], bars: int, seed: int) -> dict[Chord, np.ndarray]:
    random = np.random.default_rng(seed)
    chords = {
        chord: None for key in options for chord in progression_model(style, key.mode).chords(key)
    }
    return {chord: random.gumbel(size=bars) for chord in chords}


@given(keys(), st.sampled_from(Style), st.integers(1, 64), st.integers(0, 1000))
def test_a_plan_keeps_its_key_and_comes_home(key: Key, style: Style, bars: int, seed: int) -> None:
    plan = choose_plan(fits(style, [key], bars, seed), style, [key])
    assert plan.key == key
    assert len(plan.chords) == len(plan.sections) == bars
    assert all(chord.tones <= key.scale for chord in plan.chords)
    assert plan.chords[-1] == Chord(key.tonic, "min" if key.mode is Mode.MINOR else "maj")


@given(st.sampled_from(Style), st.integers(6, 64), st.integers(0, 1000))
def test_sections_have_loops_and_the_end_a_cadence(style: Style, bars: int, seed: int) -> None:
    plan = choose_plan(fits(style, [Key(0)], bars, seed), style, [Key(0)])
    loops: dict[tuple[int, int], Chord] = {}
    for bar, (chord, section) in enumerate(zip(plan.chords, plan.sections, strict=True)):
        if bar < bars - 2:
            assert loops.setdefault((section, bar % PHRASE), chord) == chord
    assert plan.chords[-2].root != 0


@pytest.mark.parametrize(
    ("bars", "letters"),
    [
        (2, "A"),
        (8, "AA"),
        (10, "AAA"),
        (12, "AAA"),
        (14, "AAAA"),
        (16, "AABA"),
        (18, "AABAA"),
        (32, "AABBAABA"),
    ],
)
def test_pieces_end_as_they_began(bars: int, letters: str) -> None:
    sections = sections_of(bars)
    assert len(sections) == bars
    assert "".join("AB"[section] for section in sections[::PHRASE]) == letters
    assert sections[-1] == sections[0] == 0


def test_two_sections_have_other_chords() -> None:
    plan = choose_plan(fits(Style.POP, [Key(0)], 16, 0), Style.POP, [Key(0)])
    assert plan.chords[:4] == plan.chords[4:8] != plan.chords[8:12]


@pytest.mark.parametrize("style", Style)
def test_the_key_that_fits_is_found(style: Style) -> None:
    wanted = Key(4, Mode.MINOR)
    fit = fits(style, style_keys(style), 8, 0)
    only = progression_model(style, wanted.mode).chords(wanted)
    tonic = Chord(wanted.tonic, "min")
    for chord in fit:
        fit[chord] = np.full(8, 3.0 if chord == tonic else 0.0 if chord in only else -9.0)
    assert tonic.tones <= choose_plan(fit, style, style_keys(style)).key.scale


def test_overwhelming_fit_decides_the_loop() -> None:
    key = Key(0)
    loop = [Chord(9, "min"), Chord(5), Chord(0), Chord(7)]
    wanted = [*loop, *loop[:2], Chord(2, "min"), Chord(0)]
    chords = progression_model(Style.POP, Mode.MAJOR).chords(key)
    fit = {chord: np.array([1000.0 * (chord == bar) for bar in wanted]) for chord in chords}
    assert choose_plan(fit, Style.POP, [key]).chords == tuple(wanted)


@pytest.mark.parametrize(
    ("third", "cadence"),
    [(Chord(5), Chord(5)), (Chord(7), Chord(7)), (Chord(2, "min"), Chord(7))],
)
def test_a_cadence_begins_as_its_phrase_did_where_songs_end_so(
    third: Chord, cadence: Chord
) -> None:
    key, bars = Key(0), 8
    loop = [Chord(0), Chord(9, "min"), third, Chord(4, "min")]
    fit = {c: np.zeros(bars) for c in progression_model(Style.POP, key.mode).chords(key)}
    for bar in range(bars - 2):
        fit[loop[bar % PHRASE]][bar] = 30.0
    assert choose_plan(fit, Style.POP, [key]).chords == (*loop, *loop[:2], cadence, Chord(0))


def test_without_evidence_a_piece_starts_at_home_and_goes_away() -> None:
    for mode in Mode:
        key = Key(2, mode)
        fit = {chord: np.zeros(8) for chord in progression_model(Style.POP, mode).chords(key)}
        chords = choose_plan(fit, Style.POP, [key]).chords
        assert chords[0].root == chords[-1].root == key.tonic
        assert len({chord.root for chord in chords[:4]}) >= 3


def test_a_plan_has_a_section_for_each_chord() -> None:
    with pytest.raises(ValueError, match="1 chords in 0 bars"):
        Plan(Key(0), (Chord(0),))
