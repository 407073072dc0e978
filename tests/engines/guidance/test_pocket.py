"""What the pocket model's tokens are raised and lowered by."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mididraw.arrays import Floats
from mididraw.engines.guidance.consonance import NEVER
from mididraw.engines.guidance.coverage import BEYOND, SLIP, STRAY
from mididraw.engines.guidance.pocket import PocketGuidance, in_scale
from mididraw.engines.guidance.reward import ASIDE, EAGER, HELD
from mididraw.harmony import Chord, Key
from mididraw.harmony.plan import Plan
from mididraw.models.pocket import vocabulary as v
from tests.engines.guidance.untrained import OPENING
from tests.strategies.canvases import canvas_of

ONLY = np.array([0])
STRENGTH = 2.0
LEAD, BACKING = v.Role
BAR = (v.BAR, v.CHORD.first)


def line(row: int = 20, start: int = 4, stop: int = 8, bars: int = 2) -> NDArray[np.bool_]:
    ink = np.zeros((48, 16 * bars), np.bool_)
    ink[row, start:stop] = True
    return ink


def guided_by(ink: NDArray[np.bool_], *tokens: int, accompany: bool = False) -> PocketGuidance:
    """A sequence in C major that has drawn some tokens; row 0 is C2, 36."""
    guidance = PocketGuidance(1)
    guidance.begin(ONLY, canvas_of(ink), OPENING, Plan(Key(0)), STRENGTH, accompany=accompany)
    for token in tokens:
        for processor in guidance.processors:
            processor.observe(ONLY, np.array([token]))
    return guidance


def raised(guidance: PocketGuidance) -> Floats:
    """What the reward adds to the logits, in nats."""
    found: Floats = guidance.reward.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    return found


def note(position: int, pitch: int, duration: int, role: v.Role = LEAD) -> tuple[int, int, int]:
    return (
        v.position_token(position),
        v.pitch_token(pitch, role),
        v.shape_token(duration, 72),
    )


def test_steps_without_ink_near_cost_and_ink_that_is_passed_is_missed() -> None:
    found = raised(guided_by(line(), *BAR))
    positions = found[v.POSITION.first : v.POSITION.stop]
    wanted = [
        *(3 * [-STRAY]),  # nothing is near
        *(3 * [0.0]),  # a note at 3, 4 or 5 reaches all of 4 to 7
        -1.0,  # step 4 is missed
        -2.0,
        -3.0,
        *(7 * [-STRAY - 4.0]),
    ]
    assert positions.tolist() == pytest.approx([STRENGTH * one for one in wanted])
    assert found[v.CHORD.first].item() == STRENGTH * -3, "a note at 8 still reaches step 7"
    assert found[v.BAR].item() == found[v.END].item() == STRENGTH * -4


def test_an_accompaniment_may_begin_where_there_is_no_ink() -> None:
    found = raised(guided_by(line(), *BAR, accompany=True))
    positions = found[v.POSITION.first : v.POSITION.stop]
    wanted = [*(6 * [0.0]), -1.0, -2.0, -3.0, *(7 * [-4.0])]
    assert positions.tolist() == pytest.approx([STRENGTH * one for one in wanted])


def test_what_was_missed_before_the_last_note_is_missed_no_more() -> None:
    guidance = guided_by(line(start=0, stop=12), *BAR, *note(6, 80, 1))
    positions = raised(guidance)[v.POSITION.first : v.POSITION.stop]
    assert positions[7].item() == pytest.approx(STRENGTH * -1)
    assert positions[12].item() == pytest.approx(STRENGTH * -6)


def test_a_pitch_is_worth_its_best_duration() -> None:
    found = raised(guided_by(line(), *BAR, v.position_token(4)))
    lead = {pitch: found[v.pitch_token(pitch, LEAD)].item() for pitch in (54, 55, 56, 57, 58, 90)}
    # The row of the ink is 56; three steps of a note reach all four of it.
    wanted = {56: 4 * EAGER, 54: -BEYOND, 58: -BEYOND, 90: -BEYOND}
    wanted[55] = wanted[57] = max(
        EAGER * min(length + 1, 4) - SLIP * length for length in (1, 2, 3, 4)
    )
    assert lead == pytest.approx({pitch: STRENGTH * cells for pitch, cells in wanted.items()})


def test_a_backing_note_misses_the_ink_above_it() -> None:
    ink = line() | line(row=30, start=3, stop=4)
    found = raised(guided_by(ink, *BAR, v.position_token(4)))
    low, high = (v.pitch_token(56, role) for role in (LEAD, BACKING))
    assert found[low].item() - found[high].item() == pytest.approx(STRENGTH * 1)
    top = [found[v.pitch_token(66, role)].item() for role in (LEAD, BACKING)]
    assert top[0] == top[1]


def test_a_shape_is_worth_its_own_cells() -> None:
    found = raised(guided_by(line(), *BAR, v.position_token(4), v.pitch_token(56, LEAD)))
    for duration in (1, 3, 4, 5, 6, 8):
        # The cell beside the ink's end is a slip, those beyond it are strays.
        off = SLIP * (duration > 4) + STRAY * max(duration - 5, 0)
        wanted = STRENGTH * (HELD * min(duration + 1, 4) - off)
        for velocity in (24, 120):
            assert found[v.shape_token(duration, velocity)].item() == pytest.approx(wanted)


def test_the_accompaniment_is_free_beside_the_ink_and_costs_a_little() -> None:
    before = (*BAR, v.position_token(4))
    found = raised(guided_by(line(), *before, accompany=True))
    aside = -ASIDE
    assert found[v.pitch_token(40, BACKING)].item() == pytest.approx(aside)
    assert found[v.pitch_token(40, LEAD)].item() == pytest.approx(STRENGTH * -BEYOND)
    assert found[v.pitch_token(56, BACKING)].item() == pytest.approx(STRENGTH * 4 * EAGER)
    shapes = raised(guided_by(line(), *before, v.pitch_token(40, BACKING), accompany=True))
    assert not shapes.any()
    shapes = raised(guided_by(line(), *before, v.pitch_token(40, LEAD), accompany=True))
    assert shapes[v.shape_token(2, 72)].item() == pytest.approx(STRENGTH * -2 * BEYOND)


def test_an_accompanying_note_beside_the_ink_plays_none_of_it_and_costs_nothing() -> None:
    for role, accompany, wanted in (
        (LEAD, True, -2 * STRAY),
        (BACKING, True, 0.0),
        (BACKING, False, -2 * STRAY),
    ):
        guidance = guided_by(line(), *BAR, *note(0, 56, 2, role), accompany=accompany)
        match = guidance.reward.coverage.match(ONLY).item()
        assert match == pytest.approx(wanted)
    guidance = guided_by(line(), *BAR, *note(4, 56, 4, BACKING), accompany=True)
    assert guidance.reward.value(ONLY).item() == STRENGTH * 4


def test_what_is_played_gains_no_more() -> None:
    guidance = guided_by(line(), *BAR, *note(4, 56, 4), v.position_token(6))
    assert raised(guidance)[v.pitch_token(55, LEAD)].item() == pytest.approx(STRENGTH * -SLIP)


def test_pitches_that_clash_with_what_sounds_are_lowered_in_both_roles() -> None:
    guidance = guided_by(line(), *BAR, *note(4, 60, 4), v.position_token(6))
    logits = np.zeros((1, v.SIZE), np.float32)
    lowered = guidance.consonance.apply(logits, ONLY)[0]
    for role in v.Role:
        costs = {60: 4, 61: NEVER, 62: 4, 63: 0, 66: 1, 59: NEVER}
        for pitch, cost in costs.items():
            assert lowered[v.pitch_token(pitch, role)].item() == -cost
    rest = np.ones(v.SIZE, np.bool_)
    rest[v.PITCH.first : v.PITCH.stop] = False
    assert not lowered[rest].any()
    later = guided_by(line(), *BAR, *note(4, 60, 2), v.position_token(6))
    assert not later.consonance.apply(np.zeros((1, v.SIZE), np.float32), ONLY).any()


def test_pitches_and_chords_keep_to_the_scale() -> None:
    allowed = in_scale(Key(0))
    for pitch, inside in ((60, True), (61, False), (71, True), (70, False)):
        for role in v.Role:
            assert bool(allowed[v.pitch_token(pitch, role)]) is inside
    chords = {chord: bool(allowed[v.CHORD.first + i]) for i, chord in enumerate(v.CHORDS)}
    assert chords[None]
    assert chords[Chord(0, "maj")]
    assert chords[Chord(9, "min")]
    assert not chords[Chord(9, "maj")]
    pitches_and_chords = len(v.PITCH) + len(v.CHORD)
    assert allowed[[v.BAR, v.END, v.POSITION.first, v.SHAPE.first]].all()
    assert int((~allowed).sum()) < pitches_and_chords
