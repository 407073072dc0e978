"""Score ↔ tokens of the pocket model, exact on its grid."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mididraw.harmony import Chord
from mididraw.harmony.plan import RETURNS, Plan
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.vocabulary import Role
from mididraw.models.source import Source
from mididraw.options import HIGHEST_KEY, LOWEST_KEY
from mididraw.score import DRAWING, ChordSpan, Meter, Note, Score, Track

LEAD, BACKING = "melody", "accompaniment"
"""Names of the two tracks that tokens become."""

_ALIKE = 2 / 3


def header(score: Score, source: Source = Source.POP) -> list[int]:
    """The four tokens that a piece starts with."""
    return [
        v.START,
        v.source_token(source),
        v.key_token(score.key),
        v.tempo_token(score.tempo),
    ]


def plan_bars(plan: Plan) -> list[int]:
    """The token that each of a plan's bars begins with; none where it leaves the onsets open."""
    return [
        v.bar_token(Meter(), v.density_of(onsets), returning=plan.returns(bar))
        for bar, onsets in enumerate(plan.onsets)
    ]


def encode(score: Score, source: Source = Source.POP, *, end: bool = True) -> list[int]:
    """Write a score as tokens.

    A bar's rhythm returns where two thirds of the steps at which it or the bar four or eight before
    has an onset are both's.

    The tracks ``drawing`` and ``melody`` lead, all others back; drums are left out. Of what the
    vocabulary has no token for, the nearest is taken: velocity, tempo, durations over two bars;
    pitches beyond the 88 keys are brought in by octaves; a pitch that one role strikes twice at
    one step is struck once, for the longest.

    Args:
        score: the piece.
        source: what it sounds like.
        end: whether to close it with ``END``.

    Raises:
        ValueError: its meter is none of the vocabulary's.
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
    rhythms = _rhythms(score, starts)
    length = score.meter.bar // 2
    for half in range(2 * score.bars):
        first = half * length
        if half % 2 == 0:
            bar = half // 2
            density = v.density_of(len(rhythms[bar]))
            tokens.append(v.bar_token(score.meter, density, returning=_returns(rhythms, bar)))
        tokens.append(v.chord_token(halves[half]))
        for step in range(first, first + length):
            if step in starts:
                tokens.append(v.position_token(step % score.meter.bar))
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
    meter = Meter()
    struck: tuple[int, Role] | None = None
    for token in stream:
        if token == v.END:
            break
        if token in v.BARS and (not bars or v.read_bar(token) == meter):
            meter = v.read_bar(token)
            bars += 1
            halves += [None] * (2 * (bars - 1) - len(halves))
        elif token in v.CHORD and not bars:
            continue  # the plan
        elif token in v.CHORD and len(halves) < 2 * bars:
            halves.append(v.CHORDS[token - v.CHORD.first])
        elif token in v.POSITION and bars:
            step = (bars - 1) * meter.bar + token - v.POSITION.first
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
    end = bars * meter.bar

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
        chords=_spans(halves, meter.bar // 2),
        meter=meter,
    )


def _within_keys(pitch: int) -> int:
    while pitch < LOWEST_KEY:
        pitch += 12
    while pitch > HIGHEST_KEY:
        pitch -= 12
    return pitch


def _rhythms(score: Score, onsets: Iterable[int]) -> list[frozenset[int]]:
    """The steps of each bar at which something begins, counted from its line."""
    rhythms: list[set[int]] = [set() for _ in range(score.bars)]
    for onset in onsets:
        if onset < score.steps:
            bar, step = divmod(onset, score.meter.bar)
            rhythms[bar].add(step)
    return [frozenset(rhythm) for rhythm in rhythms]


def _returns(rhythms: Sequence[frozenset[int]], bar: int) -> bool:
    own = rhythms[bar]
    return any(
        bool(own) and len(own & before) >= _ALIKE * len(own | before)
        for before in (rhythms[bar - lag] for lag in RETURNS if bar >= lag)
    )


def bar_chords(score: Score) -> list[int]:
    """The tokens of each bar's first chord, as a plan has them."""
    return [v.chord_token(chord) for chord in _halves(score)[::2]]


def _halves(score: Score) -> list[Chord | None]:
    """The chord at the start of each half bar."""
    length = score.meter.bar // 2
    return [score.chord_at(half * length) for half in range(2 * score.bars)]


def _spans(halves: Sequence[Chord | None], length: int) -> tuple[ChordSpan, ...]:
    """Join what lasts; a half bar is ``length`` steps long."""
    spans: list[ChordSpan] = []
    for half, chord in enumerate(halves):
        onset = half * length
        if chord is None:
            continue
        last = spans[-1] if spans else None
        if last and last.chord == chord and last.onset + last.duration == onset:
            spans[-1] = ChordSpan(last.onset, last.duration + length, chord)
        else:
            spans.append(ChordSpan(onset, length, chord))
    return tuple(spans)
