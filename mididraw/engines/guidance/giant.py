"""The picture's wishes in the giants' tokens, whose time is counted in ticks and not in beats."""

import torch
from torch import Tensor

from mididraw.canvas import Canvas
from mididraw.engines.guidance.easel import KEYS, LONGEST
from mididraw.engines.guidance.harmony import NEVER
from mididraw.engines.guidance.target import Target
from mididraw.harmony import PITCH_CLASSES, Key
from mididraw.instruments import INSTRUMENTS
from mididraw.models.giant import vocabulary as v
from mididraw.models.giant.grammar import Grammar
from mididraw.models.giant.tokens import ticks_per_step
from mididraw.models.interface import Opening, forbid
from mididraw.options import HIGHEST_KEY
from mididraw.score import STEPS_PER_BAR

_DRAWING_PATCH = 0
_BACKING_PATCH = 32
"""Piano, and a double bass below it."""


class GiantGuide(Target):
    """Grammar, harmony and picture for a batch of sequences, each with a picture of its own.

    A note is a delay, a sound and a pitch. Times become steps as the score's reader rounds them. A
    delay is weighed by what would be missed on the way, a sound by the best key that could have
    it, a pitch by its own cells. A piece ends with the delay that leads past its last step. Only
    the drawing's patch is played, and that of the accompaniment where one is wanted.
    """

    backing = INSTRUMENTS[_BACKING_PATCH]

    def __init__(self, batch: int, device: torch.device) -> None:
        """Make ``batch`` places, all free."""
        super().__init__(batch, v.SIZE, device)
        numbers = torch.zeros(batch, dtype=torch.int64, device=device)
        self._grammar = Grammar(device)
        self._last, self._ticks, self._sound = numbers.clone(), numbers.clone(), numbers.clone()
        self._first_step, self._steps = numbers.clone(), numbers.clone()
        self._pace = torch.ones(batch, dtype=torch.float64, device=device)
        """Ticks a step."""
        self._sounded = torch.zeros(batch, dtype=torch.bool, device=device)
        """Whether there is a note; a piece does not end without."""
        self._scale = torch.zeros(batch, KEYS, dtype=torch.bool, device=device)
        self._delays = torch.arange(v.DELAY.count, device=device)
        self._durations = torch.arange(1, LONGEST + 1, device=device)

    def join(
        self,
        canvas: Canvas,
        opening: Opening,
        key: Key,
        strength: float,
        count: int,
        *,
        accompany: bool = False,
    ) -> Tensor:
        """Take places, like :meth:`mididraw.engines.guidance.pocket.PocketGuide.join`."""
        places = self._join(canvas, strength, count, accompany=accompany)
        self._last[places] = opening.tokens[-1]
        self._ticks[places] = sum(t - v.DELAY.first for t in opening.tokens if t in v.DELAY)
        self._first_step[places] = opening.bars * STEPS_PER_BAR
        self._steps[places], self._sounded[places] = canvas.steps, False
        self._pace[places] = ticks_per_step(opening.tempo)
        scale = [(HIGHEST_KEY - row) % PITCH_CLASSES in key.scale for row in range(KEYS)]
        self._scale[places] = torch.tensor(scale, device=self.device)
        return places

    def bars_begun(self, places: Tensor) -> list[int]:
        """How many bars each has begun since the opening; one more once it has ended."""
        step, steps = self._step_at(places, self._ticks[places]), self._steps[places]
        begun = step.clamp(min=0) // STEPS_PER_BAR + 1
        return torch.where(step >= steps, steps // STEPS_PER_BAR + 1, begun).tolist()

    def take(self, places: Tensor, tokens: Tensor) -> None:
        """Follow what was drawn, ``int64[n]`` each."""
        self._count(places, tokens)
        self._last[places] = tokens
        waited = tokens < v.DELAY.stop
        self._ticks[places] += torch.where(waited, tokens - v.DELAY.first, 0)
        sounds = (tokens >= v.SOUND.first) & (tokens < v.SOUND.stop)
        self._sound[places] = torch.where(sounds, tokens - v.SOUND.first, self._sound[places])
        struck = (tokens >= v.NOTE.first) & (tokens < v.NOTE.stop)
        step = self._step_at(places, self._ticks[places])
        struck &= step >= 0
        if bool(struck.any()):
            at, step = places[struck], step[struck]
            patch = (tokens[struck] - v.NOTE.first) // v.PITCHES
            pitch = (tokens[struck] - v.NOTE.first) % v.PITCHES
            duration = self._sounding(at, self._sound[at] // v.LOUDNESSES)
            self._sounded[at] = True
            self._play(at, HIGHEST_KEY - pitch, step, duration, patch == _BACKING_PATCH)

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Put the sequences at ``source`` also at ``target``, both ``int64[n]``, of one piece."""
        self._copy(source, target)
        for part in (self._last, self._ticks, self._sound, self._sounded):
            part[target] = part[source]

    def __call__(self, logits: Tensor, places: Tensor) -> Tensor:
        """Weigh what may follow at ``places``; ``logits`` and result ``float32[n, SIZE]``."""
        last = self._last[places]
        logits = forbid(logits, self._grammar.mask(last))
        logits[:, v.OUTRO.first] = -torch.inf
        step = self._step_at(places, self._ticks[places])
        ended = step >= self._steps[places]
        step = torch.minimum(step.clamp(min=0), self._steps[places])
        guided = logits.clone()
        delaying = (last >= v.NOTE.first) & ~ended
        sounding = (last < v.DELAY.stop) & ~ended
        striking = (last >= v.SOUND.first) & (last < v.SOUND.stop) & ~ended
        if bool(delaying.any()):
            allowed, wishes = self._of_delays(places[delaying], step[delaying])
            _narrow(logits, guided, delaying, v.DELAY, allowed, wishes)
            logits[delaying, v.END.first] = guided[delaying, v.END.first] = -torch.inf
        if bool(sounding.any()):
            allowed, wishes = self._of_sounds(places[sounding], step[sounding])
            _narrow(logits, guided, sounding, v.SOUND, allowed, wishes)
        if bool(striking.any()):
            allowed, wishes = self._of_notes(places[striking], step[striking])
            _narrow(logits, guided, striking, v.NOTE, allowed, wishes)
        for level in (logits, guided):
            level[ended] = -torch.inf
            level[ended, v.END.first] = 0.0
        return self._weighed(logits, guided, places)

    def _of_delays(self, places: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Which delays may follow, and their nats, both ``[n, 256]``."""
        steps = self._step_at(places, self._ticks[places][:, None] + self._delays)
        # Where the prompt ends in a long silence, the longest delay is the way through it.
        allowed = (steps >= 0) | (self._delays == v.DELAY.count - 1)
        end = self._steps[places][:, None]
        allowed &= (steps < end) | self._sounded[places][:, None]
        steps = torch.minimum(steps.clamp(min=0), end)
        ahead = (steps - step[:, None]).clamp(0, LONGEST)
        missed = self._easel.missed(places, step, LONGEST).gather(1, ahead)
        bare = self._easel.bare(places, step, LONGEST + 1).gather(1, ahead)
        bare = bare * ~self._accompany[places][:, None]
        wishes = -self._strength[places][:, None] * (missed + bare)
        return allowed, wishes - NEVER * ~self._consonance.room(places, steps)

    def _of_sounds(self, places: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Which sounds may follow, and their nats, both ``[n, 2048]``."""
        lead, backing = self._worth(places, step, self._durations)
        best = self._strength[places][:, None, None] * torch.maximum(lead, backing)
        best = best - self._against(places, step)[:, None]
        ticks = torch.arange(v.SOUND.count // v.LOUDNESSES, device=self.device)
        sounds = torch.round(ticks / self._pace[places][:, None]).long()
        durations = sounds.clamp(1, LONGEST)
        nats = best.amax(dim=2).gather(1, durations - 1)
        allowed = (sounds <= LONGEST).repeat_interleave(v.LOUDNESSES, 1)
        return allowed, nats.repeat_interleave(v.LOUDNESSES, 1)

    def _of_notes(self, places: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Which patches and pitches may follow, and their nats, both ``[n, NOTE.count]``."""
        duration = self._sounding(places, self._sound[places] // v.LOUDNESSES)
        at = (torch.arange(len(places), device=self.device), duration - 1)
        lead, backing = (worth[at] for worth in self._worth(places, step, self._durations))
        shape = (len(places), v.PATCHES, v.PITCHES)
        allowed = torch.zeros(shape, dtype=torch.bool, device=self.device)
        wishes = torch.zeros(shape, device=self.device)
        keys = slice(HIGHEST_KEY - KEYS + 1, HIGHEST_KEY + 1)
        strength, against = self._strength[places][:, None], self._against(places, step)
        allowed[:, _DRAWING_PATCH, keys] = self._scale[places].flip(1)
        wishes[:, _DRAWING_PATCH, keys] = (strength * lead - against).flip(1)
        accompany = self._accompany[places][:, None]
        allowed[:, _BACKING_PATCH, keys] = (self._scale[places] & accompany).flip(1)
        wishes[:, _BACKING_PATCH, keys] = (strength * backing - against).flip(1)
        return allowed.flatten(1), wishes.flatten(1)

    def _against(self, places: Tensor, step: Tensor) -> Tensor:
        """Nats to take off every key, ``float32[n, 88]``."""
        return self._consonance.penalty(places, step) + NEVER * ~self._scale[places]

    def _step_at(self, places: Tensor, ticks: Tensor) -> Tensor:
        """Steps since the picture's beginning, as the score's reader rounds them."""
        pace, first = self._pace[places], self._first_step[places]
        shape = (-1, *([1] * (ticks.dim() - 1)))
        return torch.round(ticks / pace.view(shape)).long() - first.view(shape)

    def _sounding(self, places: Tensor, ticks: Tensor) -> Tensor:
        """Durations in steps."""
        return torch.round(ticks / self._pace[places]).long().clamp(1, LONGEST)


def _narrow(
    logits: Tensor,
    guided: Tensor,
    rows: Tensor,
    family: v.Family,
    allowed: Tensor,
    wishes: Tensor,
) -> None:
    """Forbid tokens of a family to both distributions, and weigh the rest of one, in place."""
    span = slice(family.first, family.stop)
    own = logits[rows, span].masked_fill(~allowed, -torch.inf)
    logits[rows, span] = own
    guided[rows, span] = own + wishes
