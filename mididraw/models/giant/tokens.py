"""Score ↔ events ↔ tokens of the Giant Music Transformer."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mididraw.errors import ModelError
from mididraw.harmony.estimate import estimate_key
from mididraw.instruments import INSTRUMENTS
from mididraw.models.giant import vocabulary as v
from mididraw.score import STEPS_PER_BAR, Note, Score, Track, sounding_pitch_classes

DRUM_PATCH = 128
_LOUDNESS_STEP = 15


@dataclass(frozen=True, slots=True)
class Event:
    """One note as the model writes it.

    Attributes:
        delay: ticks of 16 ms since the event before, 0 to 255.
        duration: ticks, 0 to 255.
        loudness: 0 to 7, an eighth of the velocities each.
        patch: General MIDI program, or 128 for drums.
        pitch: MIDI pitch.
    """

    delay: int
    duration: int
    loudness: int
    patch: int
    pitch: int

    def __post_init__(self) -> None:
        ranges = (256, 256, v.LOUDNESSES, v.PATCHES, 128)
        values = (self.delay, self.duration, self.loudness, self.patch, self.pitch)
        if not all(0 <= value < stop for value, stop in zip(values, ranges, strict=True)):
            raise ValueError(f"{self} is out of range")

    @property
    def tokens(self) -> tuple[int, int, int]:
        """The three tokens that the note is written in."""
        return (
            v.DELAY.first + self.delay,
            v.SOUND.first + v.LOUDNESSES * self.duration + self.loudness,
            v.NOTE.first + v.PITCHES * self.patch + self.pitch,
        )


def ticks_per_step(tempo: float) -> float:
    """How many ticks a 16th step lasts at ``tempo`` beats a minute."""
    return 60.0 / tempo / 4 / v.TICK_SECONDS


def encode(events: Sequence[Event], *, end: bool = True) -> list[int]:
    """Write a piece: three tokens of introduction, three a note, and three for its end."""
    drums = any(event.patch == DRUM_PATCH for event in events)
    first = events[0].patch if events else 0
    body = [token for event in events for token in event.tokens]
    return [*opening(first, drums=drums), *body, *([v.END.first] * 3 if end else [])]


def opening(patch: int = 0, *, drums: bool = False) -> list[int]:
    """The introduction of a piece that begins on ``patch``."""
    return [v.INTRO.first, v.DRUMS.first + drums, v.FIRST_PATCH.first + patch]


def decode(tokens: Iterable[int]) -> list[Event]:
    """Read the events from tokens, up to the end token.

    Control tokens are passed over. Delays add up and the last sound counts, so that any sequence
    of tokens is music; a piece that is cut off in the middle of a note loses this note.
    """
    events: list[Event] = []
    delay, sound = 0, 0
    for token in tokens:
        if token in v.DELAY:
            delay += token - v.DELAY.first
        elif token in v.SOUND:
            sound = token - v.SOUND.first
        elif token in v.NOTE:
            patch, pitch = divmod(token - v.NOTE.first, v.PITCHES)
            duration, loudness = divmod(sound, v.LOUDNESSES)
            events.append(Event(min(delay, 255), duration, loudness, patch, min(pitch, 127)))
            delay = 0
        elif token in v.END:
            break
    return events


def events_of(score: Score) -> list[Event]:
    """Write a score as events.

    Silences and notes longer than 4.08 s become that long, velocities one of eight. Notes that
    start together are ordered from the highest down, as in the model's training data.
    """
    ticks = ticks_per_step(score.tempo)
    notes = sorted(
        (
            (note.onset, -note.pitch, DRUM_PATCH if track.drums else track.program, note)
            for track in score.tracks
            for note in track.notes
        ),
        key=lambda item: item[:3],
    )
    times = [round(note.onset * ticks) for _, _, _, note in notes]
    delays = [0, *(after - before for before, after in pairwise(times))]
    return [
        Event(
            delay=min(delay, 255),
            duration=min(round(note.duration * ticks), 255),
            loudness=round(max(note.velocity, 8) / _LOUDNESS_STEP) - 1,
            patch=patch,
            pitch=note.pitch,
        )
        for delay, (_, _, patch, note) in zip(delays, notes, strict=False)
    ]


def score_of(events: Sequence[Event], tempo: float) -> Score:
    """Lay events out on the grid of 16th steps at ``tempo`` beats a minute.

    Raises:
        ModelError: there are none.
    """
    if not events:
        raise ModelError("model-silent", "The model wrote no notes: try another seed or prompt.")
    ticks = ticks_per_step(tempo)
    parts: dict[int, list[Note]] = defaultdict(list)
    time = 0
    for event in events:
        time += event.delay
        duration = max(round(event.duration / ticks), 1)
        velocity = (event.loudness + 1) * _LOUDNESS_STEP
        parts[event.patch].append(Note(round(time / ticks), event.pitch, duration, velocity))
    tracks = tuple(
        Track("Drums", 0, tuple(notes), drums=True)
        if patch == DRUM_PATCH
        else Track(INSTRUMENTS[patch], patch, tuple(notes))
        for patch, notes in sorted(parts.items())
    )
    last = max(note.end for track in tracks for note in track.notes)
    tuned = [note for track in tracks if not track.drums for note in track.notes]
    key = estimate_key(sounding_pitch_classes(tuned))
    return Score(tracks, math.ceil(last / STEPS_PER_BAR), tempo, key)
