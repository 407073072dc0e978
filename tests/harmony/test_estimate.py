"""The key of a set of pitches."""

import numpy as np
from hypothesis import given

from mididraw.harmony import Chord, Key, Mode
from mididraw.harmony.estimate import estimate_key
from tests.strategies.scores import keys


@given(keys())
def test_a_cadence_is_heard_in_its_key(key: Key) -> None:
    third = "maj" if key.mode is Mode.MAJOR else "min"
    weights = np.zeros(12)
    for root, quality, length in ((0, third, 3), (5, third, 1), (7, "maj", 1)):
        for tone in Chord((key.tonic + root) % 12, quality).tones:
            weights[tone] += length
    weights[key.tonic] += 2
    assert estimate_key(weights) == key


def test_silence_is_c_major() -> None:
    assert estimate_key(np.zeros(12)) == Key(0)
