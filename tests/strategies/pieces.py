"""Scores on the pocket model's grid."""

from hypothesis import strategies as st

from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import BACKING, LEAD
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import STEPS_PER_BAR, ChordSpan, Note, Score, Track


@st.composite
def pieces(draw: st.DrawFn, most_bars: int = 4) -> Score:
    """Any piece that tokens hold exactly: two tracks, chords by half bars."""
    bars = draw(st.integers(1, most_bars))
    end = bars * STEPS_PER_BAR
    starts = st.tuples(st.integers(0, end - 1), st.integers(LOWEST_KEY, HIGHEST_KEY))

    def track(name: str) -> Track:
        notes = [
            Note(
                onset,
                pitch,
                draw(st.integers(1, min(v.LONGEST, end - onset))),
                draw(st.sampled_from(v.VELOCITIES)),
            )
            for onset, pitch in draw(st.lists(starts, unique=True, max_size=20))
        ]
        return Track(name, 0, tuple(notes))

    halves = draw(st.lists(st.sampled_from(v.CHORDS), min_size=2 * bars, max_size=2 * bars))
    spans: list[ChordSpan] = []
    for half, chord in enumerate(halves):
        onset = half * v.STEPS_PER_CHORD
        if chord is None:
            continue
        if half and halves[half - 1] == chord:
            spans[-1] = ChordSpan(spans[-1].onset, onset + 8 - spans[-1].onset, chord)
        else:
            spans.append(ChordSpan(onset, 8, chord))
    return Score(
        tracks=(track(LEAD), track(BACKING)),
        bars=bars,
        tempo=draw(st.sampled_from(v.TEMPOS)),
        key=draw(st.sampled_from(v.KEYS)),
        chords=tuple(spans),
    )
