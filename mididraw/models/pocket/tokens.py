"""Score ↔ tokens of the pocket model, exact on its grid."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mididraw.harmony import Chord
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.vocabulary import Role, Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import DRAWING, STEPS_PER_BAR, ChordSpan, Note, Score, Track

LEAD, BACKING = "melody", "accompaniment"
"""Names of the two tracks that tokens become."""


def header(score: Score, source: Source = Source.POP) -> list[int]:
    """The four tokens that a piece starts with."""
    return [
        v.START,
        v.source_token(source),
        v.key_token(score.key),
        v.tempo_token(score.tempo),
    ]


def encode(score: Score, source: Source = Source.POP, *, end: bool = True) -> list[int]:
    """Write a score as tokens.

    The tracks ``drawing`` and ``melody`` lead, all others back; drums are left out. Of what the
    vocabulary has no token for, the nearest is taken: velocity, tempo, durations over two bars;
    pitches beyond the 88 keys are brought in by octaves; a pitch that one role strikes twice at
    one step is struck once, for the longest.

    Args:
        score: the piece.
        source: what it sounds like.
        end: whether to close it with ``END``.
    """
    starts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for track in score.tracks:
        if track.drums:
            continue
        role = Role.LEAD if track.name in (DRAWING, LEAD) else Role.BACKING
        for note in track.notes:
            pitch = v.pitch_token(_within_keys(note.pitch), role)
            shape = v.shape_token(note.duration, note.velocity)
            at_step = starts[note.onset]
            at_step[pitch] = max(at_step.get(pitch, 0), shape)
    halves = _halves(score)
    tokens = header(score, source)
    for half in range(2 * score.bars):
        first = half * v.STEPS_PER_CHORD
        if half % 2 == 0:
            tokens.append(v.BAR)
        tokens.append(v.chord_token(halves[half]))
        for step in range(first, first + v.STEPS_PER_CHORD):
            if step in starts:
                tokens.append(v.position_token(step))
                for pitch, shape in sorted(starts[step].items()):
                    tokens += (pitch, shape)
    return [*tokens, v.END] if end else tokens


def decode(tokens: Iterable[int], program: int = 0) -> Score:
    """Read a score from tokens that follow the grammar; it may break off anywhere after a bar.

    Returns:
        two tracks, ``melody`` and ``accompaniment``, on ``program``. Notes end with the piece.

    Raises:
        ValueError: the tokens break the grammar, or there is no bar.
    """
    stream = iter(tokens)
    opening = [next(stream, v.PAD) for _ in range(4)]
    if opening[0] != v.START or any(
        token not in family
        for token, family in zip(opening[1:], (v.SOURCE, v.KEY, v.TEMPO), strict=True)
    ):
        raise ValueError("a piece starts with START, source, key and tempo")
    halves: list[Chord | None] = []
    notes: list[tuple[Role, int, int, int, int]] = []
    bars = step = 0
    struck: tuple[int, Role] | None = None
    for token in stream:
        if token == v.END:
            break
        if token == v.BAR:
            bars += 1
            halves += [None] * (2 * (bars - 1) - len(halves))
        elif token in v.CHORD and bars and len(halves) < 2 * bars:
            halves.append(v.CHORDS[token - v.CHORD.first])
        elif token in v.POSITION and bars:
            step = (bars - 1) * STEPS_PER_BAR + token - v.POSITION.first
        elif token in v.PITCH and bars:
            struck = v.read_pitch(token)
        elif token in v.SHAPE and struck:
            duration, velocity = v.read_shape(token)
            notes.append((struck[1], step, struck[0], duration, velocity))
            struck = None
        else:
            raise ValueError(f"token {token} cannot stand here")
    if not bars:
        raise ValueError("there is no bar")
    end = bars * STEPS_PER_BAR

    def track(name: str, role: Role) -> Track:
        own = (note for note in notes if note[0] is role)
        return Track(
            name,
            program,
            tuple(Note(at, pitch, min(long, end - at), loud) for _, at, pitch, long, loud in own),
        )

    return Score(
        tracks=(track(LEAD, Role.LEAD), track(BACKING, Role.BACKING)),
        bars=bars,
        tempo=v.TEMPOS[opening[3] - v.TEMPO.first],
        key=v.KEYS[opening[2] - v.KEY.first],
        chords=_spans(halves),
    )


def _within_keys(pitch: int) -> int:
    while pitch < LOWEST_KEY:
        pitch += 12
    while pitch > HIGHEST_KEY:
        pitch -= 12
    return pitch


def _halves(score: Score) -> list[Chord | None]:
    """The chord at the start of each half bar."""
    return [score.chord_at(half * v.STEPS_PER_CHORD) for half in range(2 * score.bars)]


def _spans(halves: Sequence[Chord | None]) -> tuple[ChordSpan, ...]:
    spans: list[ChordSpan] = []
    for half, chord in enumerate(halves):
        onset = half * v.STEPS_PER_CHORD
        if chord is None:
            continue
        last = spans[-1] if spans else None
        if last and last.chord == chord and last.onset + last.duration == onset:
            spans[-1] = ChordSpan(last.onset, last.duration + v.STEPS_PER_CHORD, chord)
        else:
            spans.append(ChordSpan(onset, v.STEPS_PER_CHORD, chord))
    return tuple(spans)
