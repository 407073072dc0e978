"""Numbers and what they stand for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.models.pocket import vocabulary as v
from mididraw.options import HIGHEST_KEY, LOWEST_KEY


def test_families_follow_one_another_without_a_gap() -> None:
    families = list(v.FAMILIES.values())
    assert families[0].first == 0
    assert families[-1].stop == v.SIZE
    assert all(one.stop == other.first for one, other in pairwise(families))
    assert v.SIZE < 2**16


@given(st.integers(LOWEST_KEY, HIGHEST_KEY), st.sampled_from(v.Role))
def test_a_pitch_is_read_back(pitch: int, role: v.Role) -> None:
    token = v.pitch_token(pitch, role)
    assert token in v.PITCH
    assert v.read_pitch(token) == (pitch, role)


@given(st.integers(1, v.LONGEST), st.sampled_from(v.VELOCITIES))
def test_a_shape_is_read_back(duration: int, velocity: int) -> None:
    token = v.shape_token(duration, velocity)
    assert token in v.SHAPE
    assert v.read_shape(token) == (duration, velocity)


@given(st.integers(1, 500), st.integers(1, 127))
def test_any_other_shape_is_the_nearest(duration: int, velocity: int) -> None:
    long, loud = v.read_shape(v.shape_token(duration, velocity))
    assert long == min(duration, v.LONGEST)
    assert abs(loud - velocity) <= 8


@given(st.floats(20, 400))
def test_a_tempo_is_the_nearest(tempo: float) -> None:
    found = v.TEMPOS[v.tempo_token(tempo) - v.TEMPO.first]
    assert abs(found - tempo) == min(abs(one - tempo) for one in v.TEMPOS)


def test_keys_and_chords_are_read_back() -> None:
    assert [v.KEYS[v.key_token(key) - v.KEY.first] for key in v.KEYS] == list(v.KEYS)
    assert [v.CHORDS[v.chord_token(one) - v.CHORD.first] for one in v.CHORDS] == list(v.CHORDS)


@pytest.mark.parametrize("pitch", [LOWEST_KEY - 1, HIGHEST_KEY + 1])
def test_a_pitch_beyond_the_keys_has_no_token(pitch: int) -> None:
    with pytest.raises(ValueError, match="88 keys"):
        v.pitch_token(pitch, v.Role.LEAD)
