"""Bars of real songs, chosen so that their notes cover the ink, thinned and filled to its outline.

The seed's idea of what a mask leaves of real music failed as most music is too sparse. Here every
bar has 74,000 to choose from, in any octave; several are laid over one another, each for the ink
that the ones below leave; and what none plays is filled by rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mididraw.arrays import Ints
from mididraw.bars.library import Library, chord_number, library
from mididraw.canvas import Canvas
from mididraw.engines.chords import perform, playable
from mididraw.engines.piece import piece_of
from mididraw.engines.plan import plan_piece
from mididraw.engines.request import BarProgress, ScoreRequest, no_progress
from mididraw.engines.voices import MAX_VOICES, find_lines, spread
from mididraw.harmony import PITCH_CLASSES, Chord, Key, Mode
from mididraw.score import STEPS_PER_BAR, Note, Score

_SAMPLE = 3000
"""Bars to choose from for a chord; another seed has others."""
_FEWEST = 200
"""With fewer bars in the plan's own scale, those of any are taken."""
_OCTAVES = (-24, -12, 0, 12, 24)
_KEPT = 32
"""Bars that the path chooses from, for each bar of the canvas."""
_LAYERS = 4
"""Bars that lie over one another at most."""
_OFF_CENTRE = 0.85  # a cell one row off covers the ink, but less exactly
_STRAY = 1.5  # a cell more than one row or step from ink
_BESIDE = 0.2  # a cell near ink that is played already
_NOTE = 0.4  # what a note is worth for being real
_SHORTENED = 0.2  # a note that ends before its time
_FAR = 0.08  # a semitone from the last highest or lowest note to the next one
_ALIKE = 3.0  # a bar of the same rhythm as the last
_PREFERENCE = 0.5  # how far another seed may lean towards another bar
_IMPOSSIBLE = -1e6
_LOUDNESS = 68
"""Mean velocity of every bar; songs were recorded at different loudness."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tile:
    """A bar of a song, moved up by so many semitones, and what that is worth."""

    bar: int
    shift: int
    gain: float


def mosaic(request: ScoreRequest, progress: BarProgress = no_progress) -> Score:
    """Lay real bars over the picture.

    At strength 0 they are played as they are, whatever the ink; at 50 and above only what lies at
    ink is, and what they leave is filled.
    """
    canvas, options, known = request.canvas, request.options, library()
    plan = plan_piece(canvas, options, request.seed)
    pull = (options.strength / 50) ** 3
    state = _Covered(canvas, pull)
    random = np.random.default_rng(request.seed)
    pools = {chord: _pool(known, chord, plan.key, random) for chord in dict.fromkeys(plan.chords)}
    notes: list[Note] = []
    used: dict[str, None] = {}
    for layer in range(1 + round((_LAYERS - 1) * min(pull, 1.0))):
        choices = [
            _choices(known, state.rewards(bar), pools[chord], chord, random)
            for bar, chord in enumerate(plan.chords)
        ]
        for bar, tile in enumerate(best_path(known, choices)):
            laid = list(state.lay(bar, tile_notes(known, tile), thin=layer > 0))
            notes += laid
            if laid:
                used[known.names[known.song[tile.bar]]] = None
        progress(layer, _LAYERS)
    voices = round(MAX_VOICES * min(pull, 1.0))
    if voices:
        grid = playable(canvas, plan.key, plan.chords)
        lines = find_lines(state.todo, grid, sounding=state.sounding, voices=voices)
        notes += perform(canvas, grid, lines)
    return piece_of(request, plan, _apart(notes), random, used)


def _pool(known: Library, chord: Chord, key: Key, random: np.random.Generator) -> Ints:
    """Bars that stay on a chord of this kind, in the same scale where there are enough of them."""
    number = known.chords.astype(np.int64)
    fits = (number // PITCH_CLASSES == chord_number(chord) // PITCH_CLASSES).all(axis=1)
    fits &= number[:, 0] == number[:, 1]
    up = (chord.root - number[:, 0]) % PITCH_CLASSES
    tonic = known.keys % PITCH_CLASSES + 3 * (known.keys >= PITCH_CLASSES)
    same = (tonic + up) % PITCH_CLASSES == (
        key.tonic + 3 * (key.mode is Mode.MINOR)
    ) % PITCH_CLASSES
    pool = np.flatnonzero(fits & same)
    if len(pool) < _FEWEST:
        pool = np.flatnonzero(fits)
    return random.permutation(pool)[:_SAMPLE]


def _choices(
    known: Library, rewards: Floats, pool: Ints, chord: Chord, random: np.random.Generator
) -> list[Tile]:
    """The bars that go best with the ink, at the height where they do.

    Args:
        known: the bars.
        rewards: of a note by pitch, onset and duration - 1, ``float64[128, 16, 16]``.
        pool: numbers of the bars to choose from.
        chord: that they are moved to.
        random: leans towards one or another.
    """
    counts = known.first[pool + 1] - known.first[pool]
    starts = np.concatenate([[0], counts.cumsum()[:-1]])
    notes = np.repeat(known.first[pool] - starts, counts) + np.arange(counts.sum())
    up = (chord.root - known.chords[pool, 0].astype(np.int64)) % PITCH_CLASSES
    up = np.where(up > PITCH_CLASSES // 2, up - PITCH_CLASSES, up)
    pitch = known.pitch[notes] + np.repeat(up, counts)
    onset, last = known.onset[notes].astype(np.int64), known.duration[notes].astype(np.int64) - 1
    preference = _PREFERENCE * random.gumbel(size=len(pool))
    found: list[Tile] = []
    for octave in _OCTAVES:
        gain = np.maximum(rewards[np.clip(pitch + octave, 0, 127), onset, last], 0) - _NOTE
        total = np.add.reduceat(gain, starts) + preference
        found += [
            Tile(int(pool[place]), int(up[place]) + octave, float(total[place]))
            for place in np.argsort(total)[-_KEPT:]
        ]
    return sorted(found, key=lambda tile: -tile.gain)[:_KEPT]


def best_path(known: Library, choices: Sequence[Sequence[Tile]]) -> list[Tile]:
    """Choose one tile a bar, so that voices move little and rhythm goes on (Viterbi).

    No two that follow one another are of one song.
    """
    score = np.array([tile.gain for tile in choices[0]])
    back: list[Ints] = []
    for before, here in pairwise(choices):
        edges = np.array([[_follow(known, one, two) for one in before] for two in here])
        total = edges + score
        back.append(total.argmax(axis=1))
        score = total.max(axis=1) + np.array([tile.gain for tile in here])
    path = [int(score.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return [tiles[place] for tiles, place in zip(choices, reversed(path), strict=True)]


def _follow(known: Library, one: Tile, two: Tile) -> float:
    """How well a tile follows another: small steps above and below, and the same rhythm."""
    if known.song[one.bar] == known.song[two.bar]:
        return _IMPOSSIBLE
    first, second = (np.s_[known.first[t.bar] : known.first[t.bar + 1]] for t in (one, two))
    ends = known.onset[first] + known.duration[first]
    last = known.pitch[first][ends == ends.max()].astype(np.int64) + one.shift
    starts = known.onset[second]
    next_ = known.pitch[second][starts == starts.min()].astype(np.int64) + two.shift
    far = abs(int(last.max() - next_.max())) + abs(int(last.min() - next_.min()))
    both = np.zeros((2, STEPS_PER_BAR))
    both[0, known.onset[first]] = both[1, starts] = 1
    alike = float(both[0] @ both[1] / np.sqrt(both[0].sum() * both[1].sum()))
    return _ALIKE * alike - _FAR * min(far, 24)


def tile_notes(known: Library, tile: Tile) -> list[Note]:
    """A tile's notes, from step 0, as loud as other bars; beyond MIDI's pitches there are none."""
    span = range(int(known.first[tile.bar]), int(known.first[tile.bar + 1]))
    recorded = known.velocity[span.start : span.stop].astype(np.int64)
    louder = _LOUDNESS - round(float(recorded[recorded > 0].mean())) if recorded.any() else 0
    return [
        Note(
            int(known.onset[n]),
            int(known.pitch[n]) + tile.shift,
            int(known.duration[n]),
            min(max(int(known.velocity[n]) + louder, 1), 127) if known.velocity[n] else _LOUDNESS,
        )
        for n in span
        if 0 <= int(known.pitch[n]) + tile.shift <= 127
    ]


class _Covered:
    """What is played of a picture while bars are laid on it.

    Attributes:
        todo: ink that nothing plays yet, ``bool[rows, steps]``.
        sounding: what sounds, of the same shape.
    """

    def __init__(self, canvas: Canvas, pull: float) -> None:
        self._low, self._pull = canvas.pitches.low, pull
        self.todo, self.sounding = canvas.ink.copy(), np.zeros_like(canvas.ink)
        self._near = spread(canvas.ink, 1, 1)

    def _cells(self, bar: int) -> Floats:
        """What each cell of a bar is worth, ``float64[128, 16]``."""
        span = np.s_[:, bar * STEPS_PER_BAR : (bar + 1) * STEPS_PER_BAR]
        todo = self.todo[span].astype(np.float64)
        gain = todo.copy()
        gain[1:] += _OFF_CENTRE * todo[:-1]
        gain[:-1] += _OFF_CENTRE * todo[1:]
        gain = np.where(gain > 0, np.minimum(gain, 1.5), -_BESIDE)
        gain[~self._near[span]] = -_STRAY
        gain *= self._pull
        gain[spread(self.sounding[span], 1, 0)] = _IMPOSSIBLE
        everywhere = np.full((128, STEPS_PER_BAR), -_STRAY * self._pull)
        everywhere[self._low : self._low + len(gain)] = gain
        return everywhere

    def _reward_and_length(self, bar: int) -> tuple[Floats, Ints]:
        cells = self._cells(bar)
        rewards = np.full((128, STEPS_PER_BAR, STEPS_PER_BAR), _IMPOSSIBLE)
        lengths = np.ones(rewards.shape, np.int64)
        for onset in range(STEPS_PER_BAR):
            whole = cells[:, onset:].cumsum(axis=1)
            best = np.maximum.accumulate(whole, axis=1)
            at = np.where(whole == best, np.arange(whole.shape[1]) + 1, 0)
            at = np.maximum.accumulate(at, axis=1)
            shorter = best - _SHORTENED > whole
            room = np.s_[:, onset, : whole.shape[1]]
            rewards[room] = _NOTE + np.where(shorter, best - _SHORTENED, whole)
            lengths[room] = np.where(shorter, at, np.arange(whole.shape[1]) + 1)
        return rewards, lengths

    def rewards(self, bar: int) -> Floats:
        """What a note adds, by pitch, onset and duration - 1, ``float64[128, 16, 16]``."""
        return self._reward_and_length(bar)[0]

    def lay(self, bar: int, notes: Sequence[Note], *, thin: bool) -> Iterator[Note]:
        """Play what is worth it of a bar's notes, the best first, as long as it is.

        Args:
            bar: which of the canvas.
            notes: from step 0.
            thin: whether a note must play ink that no other does.
        """
        rewards, _ = self._reward_and_length(bar)
        for note in sorted(notes, key=lambda n: -float(rewards[n.pitch, n.onset, n.duration - 1])):
            at = note.pitch, note.onset, note.duration - 1
            again, lengths = self._reward_and_length(bar) if self._pull else (rewards, None)
            least = _NOTE if thin else 0.0
            if again[at] < least or (lengths is None and rewards[at] < 0):
                continue
            length = note.duration if lengths is None else int(lengths[at])
            start = bar * STEPS_PER_BAR + note.onset
            row = note.pitch - self._low
            if 0 <= row < len(self.todo):
                self.sounding[row, start : start + length] = True
                self.todo[max(row - 1, 0) : row + 2, max(start - 1, 0) : start + length + 1] = False
            yield replace(note, onset=start, duration=length)


def _apart(notes: Sequence[Note]) -> list[Note]:
    """Let a note end where its pitch is struck again; of two struck at once, the longer stays."""
    kept: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.pitch, note.onset, note.duration)):
        last = kept[-1] if kept else None
        if last and last.pitch == note.pitch and note.onset < last.end:
            kept.pop()
            if last.onset < note.onset:
                kept.append(replace(last, duration=note.onset - last.onset))
        kept.append(note)
    return kept
