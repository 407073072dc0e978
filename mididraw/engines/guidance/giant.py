"""The giants' tokens as processors see them; their time is counted in ticks and not in beats."""

import numpy as np

from mididraw.arrays import Bools, Floats, Ints
from mididraw.canvas import Canvas
from mididraw.engines.guidance.consonance import NEVER, Consonance
from mididraw.engines.guidance.coverage import KEYS, LONGEST
from mididraw.engines.guidance.notes import Notes
from mididraw.engines.guidance.particles import ParticleFilter
from mididraw.engines.guidance.reward import PictureReward
from mididraw.engines.guidance.token_mask import TokenMask
from mididraw.engines.guidance.weights import ImportanceWeights
from mididraw.harmony import PITCH_CLASSES
from mididraw.harmony.plan import Plan
from mididraw.instruments import INSTRUMENTS
from mididraw.models.decoder import LogitsProcessor
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.grammar import GiantGrammar
from mididraw.models.giant.tokens import ticks_per_step
from mididraw.models.interface import Opening
from mididraw.options import HIGHEST_KEY
from mididraw.score import STEPS_PER_BAR

_DRAWING_PATCH = 0
_BACKING_PATCH = 32
"""Piano, and a double bass below it."""
_PIANO = slice(HIGHEST_KEY - KEYS + 1, HIGHEST_KEY + 1)
"""The pitches of the piano's keys, from the lowest up."""


class GiantPictureGrammar(GiantGrammar):
    """The grammar, with notes and time counted from where the picture begins.

    Times become steps as the score's reader rounds them. A piece ends with the delay that leads
    past its last step.
    """

    def __init__(self, slots: int) -> None:
        """Make room for so many sequences."""
        super().__init__(slots)
        self.completed: Notes | None = None
        self._ticks, self._sound, self._first_step, self._steps = (
            np.zeros_like(self.last) for _ in range(4)
        )
        self._ticks_per_step = np.ones(slots)
        self._has_notes = np.zeros(slots, np.bool_)
        """Whether there is a note; a piece does not end without."""
        self._delays = np.arange(v.DELAY.count)

    def begin(self, slots: Ints, opening: Opening, steps: int) -> None:
        """Take note of sequences whose picture, of so many steps, begins after an opening."""
        self.start(slots, opening.tokens[-1])
        self._ticks[slots] = sum(t - v.DELAY.first for t in opening.tokens if t in v.DELAY)
        self._first_step[slots], self._steps[slots] = opening.bars * STEPS_PER_BAR, steps
        self._ticks_per_step[slots] = ticks_per_step(opening.tempo)
        self._has_notes[slots] = False

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Forbid what may not follow, and all but the end once the picture is over."""
        logits = super().apply(logits, slots)
        logits[:, v.OUTRO.first] = -np.inf
        ended = self._has_ended(slots)
        delaying = (self.last[slots] >= v.NOTE.first) & ~ended
        if delaying.any():
            logits[delaying, v.END.first] = -np.inf
            _forbid(logits, delaying, v.DELAY, self._may_wait(slots[delaying]))
        logits[ended] = -np.inf
        logits[ended, v.END.first] = 0.0
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:
        """Go on by one token each, and read the notes that are complete."""
        super().observe(slots, tokens)
        waited = tokens < v.DELAY.stop
        self._ticks[slots] += np.where(waited, tokens - v.DELAY.first, 0)
        sounds = (tokens >= v.SOUND.first) & (tokens < v.SOUND.stop)
        self._sound[slots] = np.where(sounds, tokens - v.SOUND.first, self._sound[slots])
        struck = (tokens >= v.NOTE.first) & (tokens < v.NOTE.stop)
        step = self._step_at(slots, self._ticks[slots])
        struck &= step >= 0
        self.completed = None
        if struck.any():
            slots, note = slots[struck], tokens[struck] - v.NOTE.first
            self._has_notes[slots] = True
            key, backing = HIGHEST_KEY - note % v.PITCHES, note // v.PITCHES == _BACKING_PATCH
            self.completed = Notes(slots, key, step[struck], self.duration(slots), backing)

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        super().fork(source, target)
        for part in (
            self._ticks,
            self._sound,
            self._first_step,
            self._steps,
            self._ticks_per_step,
            self._has_notes,
        ):
            part[target] = part[source]

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""
        step = np.where(self._has_ended(slots), self._steps[slots], self.step(slots))
        begun: list[int] = (step // STEPS_PER_BAR + 1).tolist()
        return begun

    def step(self, slots: Ints) -> Ints:
        """Tell the step in hand, within the picture, ``int64[n]``."""
        step = self._step_at(slots, self._ticks[slots])
        within: Ints = np.minimum(step.clip(min=0), self._steps[slots])
        return within

    def steps_after_delays(self, slots: Ints) -> Ints:
        """Tell the step after each delay, within the picture, ``int64[n, 256]``."""
        steps = self._step_at(slots, self._ticks[slots][:, None] + self._delays)
        within: Ints = np.minimum(steps.clip(min=0), self._steps[slots][:, None])
        return within

    def durations(self, slots: Ints, ticks: Ints) -> Ints:
        """Tell in steps how long sounds of ``int64[ticks]`` last, ``int64[n, ticks]``."""
        steps = np.round(ticks / self._ticks_per_step[slots][:, None]).astype(np.int64)
        within: Ints = steps.clip(1, LONGEST)
        return within

    def duration(self, slots: Ints) -> Ints:
        """Tell the duration of the last sound, in steps, ``int64[n]``."""
        ticks = self._sound[slots] // v.LOUDNESSES
        steps = np.round(ticks / self._ticks_per_step[slots]).astype(np.int64)
        return steps.clip(1, LONGEST)

    def going_on(self, slots: Ints) -> tuple[Bools, Bools, Bools]:
        """Tell which sequences go on with a delay, a sound and a note, ``bool[n]`` each."""
        last, goes_on = self.last[slots], ~self._has_ended(slots)
        sound = (last >= v.SOUND.first) & (last < v.SOUND.stop)
        return (last >= v.NOTE.first) & goes_on, (last < v.DELAY.stop) & goes_on, sound & goes_on

    def _has_ended(self, slots: Ints) -> Bools:
        return self._step_at(slots, self._ticks[slots]) >= self._steps[slots]

    def _may_wait(self, slots: Ints) -> Bools:
        """Tell which delays may follow, ``bool[n, 256]``."""
        steps = self._step_at(slots, self._ticks[slots][:, None] + self._delays)
        # Where the prompt ends in a long silence, the longest delay is the way through it.
        allowed: Bools = (steps >= 0) | (self._delays == v.DELAY.count - 1)
        allowed &= (steps < self._steps[slots][:, None]) | self._has_notes[slots][:, None]
        return allowed

    def _step_at(self, slots: Ints, ticks: Ints) -> Ints:
        """Tell the step at ``int64[n, …]`` ticks, as the score's reader rounds it."""
        shape = (-1, *([1] * (ticks.ndim - 1)))
        steps = np.round(ticks / self._ticks_per_step[slots].reshape(shape)).astype(np.int64)
        return steps - self._first_step[slots].reshape(shape)


class GiantConsonance(Consonance):
    """Takes off delays and pitches what they cost beside what sounds."""

    def __init__(self, grammar: GiantPictureGrammar, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        super().__init__(grammar, slots)
        self._grammar = grammar

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Lower pitches that clash, and steps and pitches where too many sound."""
        delaying, _, striking = self._grammar.going_on(slots)
        if delaying.any():
            steps = self._grammar.steps_after_delays(slots[delaying])
            _raise(logits, delaying, v.DELAY, -NEVER * ~self.has_room(slots[delaying], steps))
        if striking.any():
            at = slots[striking]
            cost = np.zeros((len(at), v.PATCHES, v.PITCHES), np.float32)
            cost[:, :, _PIANO] = self.cost(at, self._grammar.step(at))[:, None, ::-1]
            _raise(logits, striking, v.NOTE, -cost.reshape(len(at), -1))
        return logits


class GiantReward(PictureReward):
    """Weighs each token by the best that may still come of it.

    A note is a delay, a sound and a pitch. A delay is weighed by what would be missed on the way, a
    sound by the best key that could have it, in key and in consonance with what sounds, and a pitch
    by its own cells.
    """

    def __init__(self, grammar: GiantPictureGrammar, consonance: Consonance, slots: int) -> None:
        """Make room for so many sequences that the grammar follows."""
        super().__init__(grammar, slots)
        self._grammar, self._consonance = grammar, consonance
        self._scale = np.zeros((slots, KEYS), np.bool_)
        self._durations = np.arange(1, LONGEST + 1)
        self._ticks = np.arange(v.SOUND.count // v.LOUDNESSES)

    def set_scale(self, slots: Ints, scale: Bools) -> None:
        """Tell which keys may be played, ``bool[88]`` from the highest down."""
        self._scale[slots] = scale

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        """Raise what gains ink, and lower what misses it or lies off it."""
        for rows, family, nats in zip(
            self._grammar.going_on(slots),
            (v.DELAY, v.SOUND, v.NOTE),
            (self._of_delays, self._of_sounds, self._of_notes),
            strict=True,
        ):
            if rows.any():
                _raise(logits, rows, family, nats(slots[rows]))
        return logits

    def fork(self, source: Ints, target: Ints) -> None:
        """Copy the state of some slots to others."""
        super().fork(source, target)
        self._scale[target] = self._scale[source]

    def _of_delays(self, slots: Ints) -> Floats:
        """Tell the nats of each delay, ``float32[n, 256]``."""
        step = self._grammar.step(slots)
        ahead = (self._grammar.steps_after_delays(slots) - step[:, None]).clip(0, LONGEST)
        missed = np.take_along_axis(self.coverage.missed(slots, step, LONGEST), ahead, axis=1)
        cost = self.coverage.least_cost(slots, step, LONGEST + 1)
        cost = np.take_along_axis(cost, ahead, axis=1)
        cost = cost * ~self.accompanied[slots][:, None]
        return -self.strength[slots][:, None] * (missed + cost)

    def _of_sounds(self, slots: Ints) -> Floats:
        """Tell the nats of each sound, ``float32[n, 2048]``."""
        step = self._grammar.step(slots)
        lead, backing = self._gains(slots, step, self._durations)
        best = self.strength[slots][:, None, None] * np.maximum(lead, backing)
        cost = self._consonance.cost(slots, step) + np.float32(NEVER) * ~self._scale[slots]
        best = (best - cost[:, None]).max(axis=2)
        durations = self._grammar.durations(slots, self._ticks)
        return np.take_along_axis(best, durations - 1, axis=1).repeat(v.LOUDNESSES, axis=1)

    def _of_notes(self, slots: Ints) -> Floats:
        """Tell the nats of each patch and pitch, ``float32[n, NOTE.count]``."""
        at = (np.arange(len(slots)), self._grammar.duration(slots) - 1)
        gains = self._gains(slots, self._grammar.step(slots), self._durations)
        lead, backing = (self.strength[slots][:, None] * gain[at] for gain in gains)
        nats = np.zeros((len(slots), v.PATCHES, v.PITCHES), np.float32)
        nats[:, _DRAWING_PATCH, _PIANO] = lead[:, ::-1]
        nats[:, _BACKING_PATCH, _PIANO] = backing[:, ::-1]
        return nats.reshape(len(slots), -1)


class GiantGuidance:
    """Guides a giant: grammar, key, picture and consonance, and the weights of it all."""

    backing = INSTRUMENTS[_BACKING_PATCH]

    def __init__(self, slots: int) -> None:
        """Make the processors for a decoder of so many slots."""
        self.grammar = GiantPictureGrammar(slots)
        self.key = TokenMask(slots, v.SIZE)
        self.consonance = GiantConsonance(self.grammar, slots)
        self.reward = GiantReward(self.grammar, self.consonance, slots)
        self.weights = ImportanceWeights(slots, v.SIZE, self.reward.value)
        self.processors: tuple[LogitsProcessor, ...] = (
            self.grammar,
            self.key,
            self.weights.model,
            self.reward,
            self.consonance,
            self.weights.proposal,
        )
        self.selection = ParticleFilter(self.weights)

    def begin(
        self,
        slots: Ints,
        canvas: Canvas,
        opening: Opening,
        plan: Plan,
        strength: float,
        *,
        accompany: bool = False,
    ) -> None:
        """Take note of sequences, like :class:`mididraw.engines.guidance.pocket.PocketGuidance`.

        Only the drawing's patch is played, and that of the accompaniment where one is wanted.
        """
        self.grammar.begin(slots, opening, canvas.steps)
        scale = np.array(
            [(HIGHEST_KEY - row) % PITCH_CLASSES in plan.key.scale for row in range(KEYS)]
        )
        self.reward.begin(slots, canvas, strength, accompany=accompany)
        self.reward.set_scale(slots, scale)
        self.key.begin(slots, allowed_tokens(scale, opening.tempo, accompany=accompany))
        self.consonance.begin(slots)
        self.weights.begin(slots)

    def bars_begun(self, slots: Ints) -> list[int]:
        """Tell how many bars each has begun since the opening; one more once it has ended."""
        return self.grammar.bars_begun(slots)


def allowed_tokens(scale: Bools, tempo: float, *, accompany: bool) -> Bools:
    """Tell which tokens a piece makes do with, ``bool[SIZE]``.

    Its notes keep to the keys in ``bool[88]``, from the highest down, and its sounds are no longer
    than a note may be.
    """
    allowed = np.ones(v.SIZE, np.bool_)
    ticks = np.arange(v.SOUND.count // v.LOUDNESSES)
    short = np.round(ticks / ticks_per_step(tempo)) <= LONGEST
    allowed[v.SOUND.first : v.SOUND.stop] = short.repeat(v.LOUDNESSES)
    notes = np.zeros((v.PATCHES, v.PITCHES), np.bool_)
    notes[_DRAWING_PATCH, _PIANO] = scale[::-1]
    notes[_BACKING_PATCH, _PIANO] = scale[::-1] & accompany
    allowed[v.NOTE.first : v.NOTE.stop] = notes.ravel()
    return allowed


def _forbid(logits: Floats, rows: Bools, family: v.GiantFamily, allowed: Bools) -> None:
    """Make tokens of a family impossible in some rows, ``bool[n]``, in place."""
    part = logits[rows, family.first : family.stop]
    logits[rows, family.first : family.stop] = np.where(allowed, part, np.float32(-np.inf))


def _raise(logits: Floats, rows: Bools, family: v.GiantFamily, nats: Floats) -> None:
    """Raise the tokens of a family in some rows, ``bool[n]``, in place."""
    logits[rows, family.first : family.stop] += nats
