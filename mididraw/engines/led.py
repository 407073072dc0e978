"""Chances of keys, led by the ink → notes → a piece: what the engines with small networks share.

A network gives every key's chance to be silent, held or struck; ink adds to what plays it. Of a
column the likeliest notes are taken first, and those beside them, or on ink that they play, give
way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Bools
from mididraw.canvas import Canvas
from mididraw.engines.piece import piece_of
from mididraw.engines.request import ScoreRequest
from mididraw.engines.voices import MAX_VOICES, spread
from mididraw.harmony import Key
from mididraw.harmony.plan import PHRASE, Plan
from mididraw.models.columns.features import HELD, KEYS, SILENT, STRUCK
from mididraw.options import LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, STEPS_PER_BEAT, Note, Score

_STRONGEST = 14.0
"""Nats a cell of ink at strength 100."""
_CURVE = 1.3
_OFF_CENTRE = 0.8  # a cell one row off covers the ink, but less exactly
_STRAY = 1.5  # a cell more than one row or step from ink
_OFF_SCALE = 4.0  # nats
_CHANCE = 0.7
"""How much is left to chance, as a share of the model's own."""
_RARE = 0.02
_RETURNING = 0.8
"""How much of the noise is the same in a bar and in that four later."""
_LOUDER = 14
"""Velocity that the highest note of a column gains, and those inside lose."""
_LAGS = tuple(bars * STEPS_PER_BAR for bars in (1, 2, 4))

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """What leads a piece: the ink on all keys, and what it is worth.

    Attributes:
        ink: how much of each cell is wanted, ``float64[88, steps]``, 1 for ink.
        near: whether there is ink within a row and a step, ``bool[88, steps]``.
        nats: that a cell of ink is worth.
        off_scale: keys that are not in the key's scale, ``bool[88]``.
    """

    ink: Floats
    near: Bools
    nats: float
    off_scale: Bools

    @classmethod
    def of(cls, ink: Floats, strength: int, key: Key) -> "Lead":
        """Lead by ink as far as the slider says."""
        nats = _STRONGEST * (strength / 100) ** _CURVE
        off_scale = np.array([(LOWEST_KEY + k) % 12 not in key.scale for k in range(KEYS)])
        return cls(ink, spread(ink > 0, 1, 1), nats, off_scale)

    def choose_column(
        self,
        step: int,
        chances: Floats,
        before: Bytes,
        random: np.random.Generator,
        chance: float = _CHANCE,
    ) -> Bytes:
        """Choose the notes of a column.

        Args:
            step: which.
            chances: logarithms of each key's to be silent, held or struck, ``float64[88, 3]``.
            before: what each key did in the column before, ``uint8[88]``.
            random: of what is left to chance.
            chance: how much that is, as a share of the network's own.

        Returns:
            what each key does, ``uint8[88]``.
        """
        chances = chances.copy()
        chances[:, 1:] -= _OFF_SCALE * self.off_scale[:, None]
        chances += chance * random.gumbel(size=chances.shape)
        chances[before == SILENT, HELD] = -np.inf
        todo, near = self.ink[:, step].copy(), self.near[:, step]
        best = chances[:, 1:].max(axis=1) - chances[:, SILENT]
        kind = chances[:, 1:].argmax(axis=1).astype(np.uint8) + HELD
        found = np.zeros(KEYS, np.uint8)
        for _ in range(MAX_VOICES):
            beside = np.pad(todo, 1)
            reward = np.maximum(todo, _OFF_CENTRE * np.maximum(beside[:-2], beside[2:]))
            gain = best + self.nats * np.where(near, reward, -_STRAY)
            key = int(gain.argmax())
            if gain[key] <= 0:
                break
            found[key] = kind[key]
            best[max(key - 1, 0) : key + 2] = -np.inf
            todo[max(key - 1, 0) : key + 2] = 0
        return found


def on_keys(canvas: Canvas, ink: Bools) -> Floats:
    """Ink of a canvas, ``bool[pitches, steps]``, on all 88 keys, ``float64[88, steps]``."""
    wanted = np.zeros((KEYS, canvas.steps))
    first = canvas.pitches.low - LOWEST_KEY
    wanted[first : first + len(ink)] = ink
    return wanted


@dataclass(frozen=True, slots=True)
class StyleCosts:
    """What songs do that networks of single bars, and ink, do not care for; in nats.

    Attributes:
        chance: how much is left to it, as a share of the network's own.
        again: the cost of striking a key that sounds.
        short: the cost of striking off the eighths.
        off_scale: the cost of a note that is not in the key, beside what it always is.
        rhythm: how much an onset gains where all of the bars one, two and four before had one, and
            loses where none had.
    """

    again: float = 0.0
    short: float = 0.0
    off_scale: float = 0.0
    rhythm: float = 0.0
    chance: float = _CHANCE


def choose(chances: Floats, lead: Lead, random: np.random.Generator, costs: StyleCosts) -> Bytes:
    """Choose all notes where the chances are known beforehand.

    Args:
        chances: logarithms, ``float64[3, 88, steps]``.
        lead: by ink.
        random: of what is left to chance.
        costs: what songs seldom do.

    Returns:
        what each key does in each column, ``uint8[steps, 88]``.
    """
    held = _held_on(chances)
    before, written = np.zeros(KEYS, np.uint8), []
    onsets: list[bool] = []
    for step in range(chances.shape[2]):
        here = chances[:, :, step].T.copy()
        sounds = before != SILENT
        here[sounds, HELD] = np.log(held[sounds, step])
        here[sounds, SILENT] = np.log(1 - held[sounds, step])
        here[sounds, STRUCK] -= costs.again
        here[:, STRUCK] -= costs.short * (step % 2)
        here[lead.off_scale, HELD:] -= costs.off_scale
        known = [onsets[step - lag] for lag in _LAGS if step >= lag]
        if known:
            here[:, STRUCK] += costs.rhythm * (2 * sum(known) / len(known) - 1)
        before = lead.choose_column(step, here, before, random, costs.chance)
        onsets.append(bool((before == STRUCK).any()))
        written.append(before)
    return np.stack(written)


def _held_on(chances: Floats) -> Floats:
    """The chance that a key which sounds is held on, ``float64[88, steps]``.

    What a network tells of a column is true whatever was before; here it is known.
    """
    likely = np.exp(chances)
    sounded = np.pad(likely[HELD] + likely[STRUCK], [(0, 0), (1, 0)])[:, :-1]
    return np.asarray(np.clip(likely[HELD] / np.maximum(sounded, 1e-6), _RARE, 1 - _RARE))


def lead_of(request: ScoreRequest, plan: Plan) -> Lead:
    """Lead by a request's own ink."""
    canvas = request.canvas
    return Lead.of(on_keys(canvas, canvas.ink), request.options.strength, plan.key)


def piece_by_chances(
    request: ScoreRequest,
    plan: Plan,
    chances: NDArray[np.float32],
    random: np.random.Generator,
    costs: StyleCosts,
    lead: Lead | None = None,
) -> Score:
    """Make a piece where the chances are known beforehand; its highest and lowest notes stand out.

    Args:
        request: what is asked for.
        plan: its key and chords.
        chances: logarithms, ``float32[3, 88, steps]``; steps after the last one are left out.
        random: of what is left to chance.
        costs: what songs seldom do.
        lead: by the canvas's own ink if not given.
    """
    logs = chances[:, :, : request.canvas.steps].astype(np.float64)
    played = choose(logs, lead or lead_of(request, plan), random, costs)
    return piece_of_states(request, plan, played, random, _LOUDER)


def piece_of_states(
    request: ScoreRequest,
    plan: Plan,
    played: Bytes,
    random: np.random.Generator,
    louder: int = 0,
) -> Score:
    """Make a piece of what each key does in each column.

    Args:
        request: what is asked for.
        plan: its key and chords.
        played: ``uint8[steps, 88]``.
        random: of what is left to chance.
        louder: velocity that the highest note of a column gains; those inside lose as much.
    """
    return piece_of(request, plan, _notes(request.canvas, played, louder), random)


def returning_noise(
    bars: int, shape: tuple[int, ...], random: np.random.Generator, kind: type[np.floating[Any]]
) -> NDArray[np.float32]:
    """Noise of deviation 1, much of which is the same in a bar and in that four later.

    Args:
        bars: how many.
        shape: of the noise of one bar.
        random: that it comes from.
        kind: of number that is drawn: single or double precision give other noise.

    Returns:
        ``float32[bars, *shape]``.
    """

    def drawn(count: int) -> NDArray[Any]:
        return random.standard_normal((count, *shape), dtype=kind)

    again = drawn(PHRASE)[np.arange(bars) % PHRASE]
    mixed = np.sqrt(_RETURNING) * again + np.sqrt(1 - _RETURNING) * drawn(bars)
    return np.asarray(mixed, np.float32)


def _notes(canvas: Canvas, played: Bytes, louder: int) -> tuple[Note, ...]:
    notes = []
    sounds = played != SILENT
    top = KEYS - 1 - sounds[:, ::-1].argmax(axis=1)
    bottom = sounds.argmax(axis=1)
    for key, line in enumerate(played.T):
        struck = np.flatnonzero(line == STRUCK)
        for place, start in enumerate(struck.tolist()):
            following = int(struck[place + 1]) if place + 1 < len(struck) else len(line)
            silent = np.flatnonzero(line[start:following] == SILENT)
            stop = start + int(silent[0]) if silent.size else following
            row = key + LOWEST_KEY - canvas.pitches.low
            velocity = 56 + 8 * (start % STEPS_PER_BEAT == 0) + 6 * (start % STEPS_PER_BAR == 0)
            if 0 <= row < len(canvas.weight):
                velocity += round(36 * float(canvas.weight[row, start:stop].mean()))
            if key == top[start]:
                velocity += louder
            elif key != bottom[start]:
                velocity -= louder
            notes.append(Note(start, key + LOWEST_KEY, stop - start, velocity))
    return tuple(notes)
