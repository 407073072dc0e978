"""The plan of a piece: key, chords and rhythm, chosen by the ink, the style's songs and chance."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mididraw.canvas import Canvas, runs
from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, style_keys
from mididraw.harmony.feel import Feel, feel_shares
from mididraw.harmony.plan import Plan, choose_plan
from mididraw.harmony.progressions import style_tempos
from mididraw.options import DrawOptions
from mididraw.score import STEPS_PER_BAR

_FIT = 8.0  # nats for a bar that the chord covers wholly, against one that it does not at all
_PREFERENCE = 0.6  # how far (in nats) another seed may lean towards another progression
_STRUCK = 0.5
"""Of the steps that have ink so many are struck at most."""
_HELD, _CHANGED = 0.25, 0.35
"""Of the steps that have ink, and of those where it gets to a new pitch: level lines are held."""
_TEMPO, _FEEL, _CONTRAST = 1, 2, 3
"""Tell the chances of tempo, feel and contrast apart from that of the chords, which depends on the
length."""
_CONTRASTS = tuple(np.linspace(0.2, 1.2, 9).tolist())
"""Some songs are played evenly, others with much light and shade: the standard deviation of their
velocities is 5 in a tenth of POP909's excerpts, and 19 in another."""
_LEVEL_RUN = 4  # ink that stays level so long is heard as a held note


def plan_piece(canvas: Canvas, options: DrawOptions, seed: int, key: Key | None = None) -> Plan:
    """Choose key, chords, feel and density of each bar; the same of all for the same seed.

    Args:
        canvas: the ink.
        options: the style, and the key where one is asked for.
        seed: leans towards one plan or another.
        key: of the music that the piece goes on from.
    """
    fixed = key or options.fixed_key
    ink = _ink_by_pitch_class(canvas)
    # Drawn for every chord there is, so that asking for the key that a seed chose by itself
    # gives the same piece again.
    every = [Chord(root, quality) for root in range(PITCH_CLASSES) for quality in QUALITIES]
    preferences = np.random.default_rng(seed).gumbel(size=(len(every), canvas.bars))
    fit = {
        chord: _FIT * ink @ _cover(chord) + _PREFERENCE * preference
        for chord, preference in zip(every, preferences, strict=True)
    }
    plan = choose_plan(fit, options.style, [fixed] if fixed else style_keys(options.style))
    return replace(plan, onsets=_onsets(canvas), feel=choose_feel(options, seed))


def choose_feel(options: DrawOptions, seed: int) -> Feel:
    """A feel that the style's songs have, in their shares."""
    shares = feel_shares(options.style)
    chance = np.random.default_rng([seed, _FEEL])
    return list(shares)[chance.choice(len(shares), p=list(shares.values()))]


def choose_tempo(options: DrawOptions, seed: int) -> int:
    """The tempo that is asked for, or one that the style's songs have, in beats a minute."""
    if options.tempo:
        return options.tempo
    return int(np.random.default_rng([seed, _TEMPO]).choice(style_tempos(options.style)))


def choose_contrast(seed: int) -> float:
    """How far loudness is spread, as a share of what the model and the layers have it be."""
    return float(np.random.default_rng([seed, _CONTRAST]).choice(_CONTRASTS))


def _onsets(canvas: Canvas) -> tuple[int, ...]:
    """At how many steps of each bar something should begin: more where lines change their pitch."""
    begins = canvas.ink.copy()
    begins[:, 1:] &= ~canvas.ink[:, :-1]
    inked, changed = (
        cells.any(axis=0).reshape(canvas.bars, STEPS_PER_BAR).sum(axis=1)
        for cells in (canvas.ink, begins)
    )
    struck = np.minimum(_STRUCK * inked, _HELD * inked + _CHANGED * changed)
    return tuple(np.rint(struck).astype(int).tolist())


def _ink_by_pitch_class(canvas: Canvas) -> NDArray[np.float64]:
    """Share of each pitch class in the ink of each bar, ``float64[bars, 12]``; blank bars 0.

    Level ink counts double, as it is heard as a held note.
    """
    weight = canvas.ink.astype(np.float64)
    for row, line in enumerate(canvas.ink):
        for start, stop in runs(line):
            if stop - start >= _LEVEL_RUN:
                weight[row, start:stop] = 2.0
    bars = weight.reshape(len(weight), canvas.bars, STEPS_PER_BAR).sum(axis=2)
    classes = (canvas.pitches.low + np.arange(len(weight))) % PITCH_CLASSES
    total = np.stack([bars[classes == place].sum(axis=0) for place in range(PITCH_CLASSES)], axis=1)
    share: NDArray[np.float64] = total / np.maximum(total.sum(axis=1, keepdims=True), 1e-9)
    return share


def _cover(chord: Chord) -> NDArray[np.float64]:
    """How well a chord stands for ink on each pitch class, ``float64[12]`` with mean 0.

    The mean is taken off so that chords of four notes are not preferred for their number.
    """
    cover = np.zeros(PITCH_CLASSES)
    for tone in chord.tones:
        for step, gain in ((0, 1.0), (1, 0.6), (-1, 0.6)):
            place = (tone + step) % PITCH_CLASSES
            cover[place] = max(cover[place], gain)
    return np.asarray(cover - cover.mean())
