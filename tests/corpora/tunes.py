"""Small tunes to learn from."""

from mididraw.harmony import Chord, Key
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.score import STEPS_PER_BAR, ChordSpan, Note, Score, Track


def tune(bars: int = 6, tonic: int = 0) -> Score:
    """A scale up and down over two chords, the same in every bar pair."""
    steps = [0, 2, 4, 5, 7, 5, 4, 2]
    lead = [Note(2 * place, 60 + tonic + steps[place % 8], 2, 72) for place in range(8 * bars)]
    chords = [Chord(tonic, "maj"), Chord((tonic + 7) % 12, "maj")]
    backing = [
        Note(STEPS_PER_BAR * bar, 36 + tonic + 7 * (bar % 2) + tone, STEPS_PER_BAR, 56)
        for bar in range(bars)
        for tone in (0, 4, 7)
    ]
    spans = [ChordSpan(STEPS_PER_BAR * bar, STEPS_PER_BAR, chords[bar % 2]) for bar in range(bars)]
    return Score(
        (Track(LEAD, 0, tuple(lead)), Track(BACKING, 0, tuple(backing))),
        bars,
        101.0,
        Key(tonic),
        tuple(spans),
    )
