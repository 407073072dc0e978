"""The key and the chord that a set of pitches is most likely in."""

import numpy as np
from numpy.typing import NDArray

from mididraw.harmony.theory import PITCH_CLASSES, QUALITIES, Chord, Key, Mode

# Probe-tone profiles of Krumhansl and Kessler (1982), tonic first.
_PROFILES = {
    Mode.MAJOR: (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    Mode.MINOR: (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}


def estimate_key(weights: NDArray[np.float64]) -> Key:
    """Find the key whose profile correlates best with the pitch classes' weights.

    Args:
        weights: how long each pitch class sounds, ``float64[12]``; all equal gives C major.

    Returns:
        the key by the algorithm of Krumhansl and Schmuckler (Krumhansl 1990).
    """
    centred = weights - weights.mean()
    best, best_score = Key(0), 0.0
    for mode, profile in _PROFILES.items():
        shape = np.array(profile) - np.mean(profile)
        shape /= np.linalg.norm(shape)
        for tonic in range(PITCH_CLASSES):
            score = float(centred @ np.roll(shape, tonic))
            if score > best_score + 1e-9:
                best, best_score = Key(tonic, mode), score
    return best


_LEAST_ALIKE = 0.7  # cosine of weights and chord below which no chord is named
_FOURTH_NOTE = 0.04  # how much better a chord of four notes must fit than one of three


def estimate_chord(weights: NDArray[np.float64]) -> Chord | None:
    """Find the chord whose tones are most alike to the pitch classes' weights.

    Args:
        weights: how long each pitch class sounds, ``float64[12]``.

    Returns:
        the chord by template matching (Fujishima 1999), or None where none is clear.
    """
    length = float(np.linalg.norm(weights))
    if not length:
        return None
    best, best_score = None, _LEAST_ALIKE
    for quality, steps in QUALITIES.items():
        for root in range(PITCH_CLASSES):
            chord = Chord(root, quality)
            alike = float(weights[sorted(chord.tones)].sum()) / (length * len(steps) ** 0.5)
            score = alike - _FOURTH_NOTE * (len(steps) - 3)
            if score > best_score + 1e-9:
                best, best_score = chord, score
    return best
