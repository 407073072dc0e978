"""Random scores: any key, tempo, chords and tracks that the types allow."""

from hypothesis import strategies as st

from mididraw.harmony import PITCH_CLASSES, QUALITIES, Chord, Key, Mode
from mididraw.score import DRAWING, STEPS_PER_BAR, ChordSpan, Note, Score, Track

PARTS = (DRAWING, "bass", "chords", "melody")


def keys() -> st.SearchStrategy[Key]:
    """Any of the 24 keys."""
    return st.builds(Key, st.integers(0, PITCH_CLASSES - 1), st.sampled_from(Mode))


def chords() -> st.SearchStrategy[Chord]:
    """Any chord of any quality."""
    return st.builds(Chord, st.integers(0, PITCH_CLASSES - 1), st.sampled_from(sorted(QUALITIES)))


@st.composite
def notes(
    draw: st.DrawFn, steps: int, *, overlaps: bool = True, most: int = 24
) -> tuple[Note, ...]:
    """Notes that end within ``steps``; with ``overlaps=False`` no two sound on one pitch at once.

    MIDI itself cannot tell overlapping notes of one pitch and channel apart.
    """
    onsets = st.integers(0, steps - 1)
    found: list[Note] = []
    for onset, length, pitch, velocity in draw(
        st.lists(
            st.tuples(
                onsets, st.integers(1, 2 * STEPS_PER_BAR), st.integers(0, 127), st.integers(1, 127)
            ),
            max_size=most,
        )
    ):
        note = Note(onset, pitch, min(length, steps - onset), velocity)
        clashes = (
            note.pitch == other.pitch and note.onset < other.end and other.onset < note.end
            for other in found
        )
        if overlaps or not any(clashes):
            found.append(note)
    return tuple(found)


@st.composite
def chord_spans(draw: st.DrawFn, steps: int) -> tuple[ChordSpan, ...]:
    """Chords that follow one another, some after a silence, none beyond ``steps``."""
    spans = []
    step = 0
    lengths = st.sampled_from((4, 8, 16, 32))
    for chord, length, rest in draw(
        st.lists(st.tuples(chords(), lengths, st.sampled_from((0, 0, 0, 16))), max_size=12)
    ):
        onset = step + rest
        step = min(onset + length, steps)
        if onset >= steps:
            break
        spans.append(ChordSpan(onset, step - onset, chord))
    return tuple(spans)


@st.composite
def scores(
    draw: st.DrawFn, *, most_bars: int = 8, overlaps: bool = True, empty_tracks: bool = True
) -> Score:
    """Any valid score of one to four tracks with distinct names, the drawing first.

    Args:
        draw: hypothesis' own.
        most_bars: longest score.
        overlaps: whether a track may sound one pitch twice at once.
        empty_tracks: whether a track may have no notes.
    """
    bars = draw(st.integers(1, most_bars))
    steps = bars * STEPS_PER_BAR
    tracks = tuple(
        Track(name, draw(st.integers(0, 127)), draw(notes(steps, overlaps=overlaps)))
        for name in PARTS[: draw(st.integers(1, len(PARTS)))]
    )
    if not empty_tracks:
        tracks = tuple(track for track in tracks if track.notes) or (
            Track(DRAWING, 0, (Note(0, 60, 4, 80),)),
        )
    return Score(
        tracks=tracks,
        bars=bars,
        tempo=float(draw(st.integers(40, 240))),
        key=draw(keys()),
        chords=draw(chord_spans(steps)),
    )
