"""What leads a model's tokens to a piece: chords, rhythms that return, keys that are held."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mididraw.arrays import Floats
from mididraw.engines.guidance.form import PocketForm
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.harmony import Chord, Key
from mididraw.harmony.feel import Feel
from mididraw.harmony.plan import Plan
from mididraw.models.pocket import vocabulary as v
from mididraw.score import Meter
from tests.engines.guidance.untrained import OPENING
from tests.strategies.canvases import canvas_of

ONLY, BARS = np.array([0]), 4
PLAN = Plan(Key(0), (Chord(9, "min"), Chord(5), Chord(7), Chord(0)), (0,) * BARS)
LEAD, BACKING = v.Role


def leaning(*tokens: int, plan: Plan = PLAN, led: bool = True) -> Floats:
    """What is added to the logits after some tokens."""
    grammar = PocketPictureGrammar(1)
    form = PocketForm(grammar, 1)
    bars = len(plan.chords)
    grammar.begin(ONLY, OPENING, bars)
    form.begin(ONLY, canvas_of(np.zeros((48, 16 * bars), np.bool_)), plan, led=led)
    for token in tokens:
        for processor in (grammar, form):
            processor.observe(ONLY, np.array([token]))
    found: Floats = form.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    return found


def note(position: int, pitch: int, duration: int, role: v.Role = LEAD) -> tuple[int, int, int]:
    return v.position_token(position), v.pitch_token(pitch, role), v.shape_token(duration, 72)


def bar(chord: Chord | None, *notes: tuple[int, int, int]) -> tuple[int, ...]:
    token = v.chord_token(chord)
    first = [one for one in notes if one[0] < v.position_token(8)]
    second = [one for one in notes if one not in first]
    return (v.BAR, token, *sum(first, ()), token, *sum(second, ()))


@pytest.mark.parametrize("place", range(BARS))
def test_only_the_plans_chords_may_follow(place: int) -> None:
    before = [token for chord in PLAN.chords[:place] for token in bar(chord)]
    for more in ((v.BAR,), (v.BAR, v.chord_token(PLAN.chords[place]))):
        found = leaning(*before, *more)[v.CHORD.first : v.CHORD.stop]
        (allowed,) = np.flatnonzero(found > -np.inf).tolist()
        assert v.CHORDS[allowed] == PLAN.chords[place]


def test_where_no_picture_leads_the_chords_alone_are_planned() -> None:
    planned = replace(PLAN, onsets=(6,) * BARS, feel=Feel.EIGHTHS)
    before = [token for chord in PLAN.chords[:2] for token in bar(chord, note(2, 60, 2))]
    struck = (v.BAR, v.chord_token(PLAN.chords[2]), *note(2, 60, 1), v.position_token(3))
    for more in ((), struck[:2], struck):
        led, free = (leaning(*before, *more, plan=planned, led=one) for one in (True, False))
        chords = slice(v.CHORD.first, v.CHORD.stop)
        assert np.array_equal(led[chords], free[chords])
        assert np.count_nonzero(led) > np.count_nonzero(free[chords])
        free[chords] = 0
        assert not np.count_nonzero(free)


def test_without_a_plan_any_chord_may_follow() -> None:
    assert (leaning(v.BAR, plan=Plan(Key(0)))[v.CHORD.first : v.CHORD.stop] == 0).all()


def test_a_bar_begins_as_planned_with_the_chance_of_all_kinds() -> None:
    plan = replace(PLAN, sections=(0,) * BARS, onsets=(2, 5, 8, 12))
    for place, onsets in enumerate(plan.onsets):
        before = [token for chord in PLAN.chords[:place] for token in bar(chord)]
        found = leaning(*before, plan=plan)[v.BARS.first : v.BARS.stop]
        (allowed,) = np.flatnonzero(found > -np.inf).tolist()
        assert v.BARS.first + allowed == v.bar_token(Meter(), v.density_of(onsets))
        assert found[allowed].item() == pytest.approx(math.log(len(v.BARS)))
    assert (leaning()[v.BARS.first : v.BARS.stop] == 0).all()


def test_onsets_lean_to_where_bars_before_had_them_and_to_eighths() -> None:
    longer = Plan(Key(0), (*PLAN.chords, PLAN.chords[0]), (0,) * (BARS + 1))
    first = bar(longer.chords[0], note(4, 60, 2), note(10, 64, 2))
    second = bar(longer.chords[1], note(8, 60, 2))
    third, fourth = bar(longer.chords[2], note(4, 60, 2)), bar(longer.chords[3], note(12, 60, 2))
    begun = (v.BAR, v.chord_token(longer.chords[4]))
    found = leaning(*first, *second, *third, *fourth, *begun, plan=longer)
    positions = found[v.POSITION.first : v.POSITION.stop]
    assert positions[4] == pytest.approx(2 * positions[10].item())
    assert positions[10] > 0
    assert np.count_nonzero(positions[::2]) == 2
    between = positions[1::2]
    assert between[0] < 0
    assert (between == between[0]).all()


def test_a_feel_of_eighths_costs_more_between_them() -> None:
    begun = (v.BAR, v.chord_token(PLAN.chords[0]))
    costs = [
        -float(leaning(*begun, plan=replace(PLAN, feel=feel))[v.position_token(3)])
        for feel in (Feel.SIXTEENTHS, Feel.MIXED, Feel.EIGHTHS)
    ]
    assert costs[0] < 0 < costs[1] < costs[2]


def test_striking_a_key_just_released_costs_and_hammering_it_more() -> None:
    before = (v.BAR, v.chord_token(PLAN.chords[0]), *note(0, 60, 2))
    again, later = leaning(*before, v.position_token(2)), leaning(*before, v.position_token(7))
    same, other = v.pitch_token(60, BACKING), v.pitch_token(64, BACKING)
    assert again[same] < again[other] == later[same]
    shapes = leaning(*before, v.position_token(2), same)
    assert again[same] < leaning(*before, v.position_token(5))[same] < later[same]
    fresh = leaning(*before, v.position_token(7), same)
    short = v.shape_token(1, 72)
    assert shapes[short] < fresh[short] < 0
    assert shapes[v.shape_token(2, 72)] == fresh[v.shape_token(2, 72)] == 0


def test_the_chord_is_preferred_and_most_at_the_end() -> None:
    bars = [token for chord in PLAN.chords[:3] for token in bar(chord)]
    last = (*bars, v.BAR, v.chord_token(PLAN.chords[3]))
    on, off = v.pitch_token(64, LEAD), v.pitch_token(65, LEAD)
    middle = leaning(*last, v.position_token(4))
    end = leaning(*last, v.chord_token(PLAN.chords[3]), v.position_token(8))
    assert middle[on] == end[on] == 0
    assert end[off] < middle[off] < 0


def test_a_longer_piece_that_begins_beside_another_changes_nothing_of_it() -> None:
    grammar = PocketPictureGrammar(2)
    form = PocketForm(grammar, 2)
    onsets = (2, 5, 8, 12)

    def begin(slot: int, bars: int) -> None:
        slots = np.array([slot])
        plan = Plan(Key(0), PLAN.chords[:bars], (0,) * bars, onsets[:bars])
        grammar.begin(slots, OPENING, bars)
        form.begin(slots, canvas_of(np.zeros((48, 16 * bars), np.bool_)), plan)

    begin(0, 2)
    for token in bar(PLAN.chords[0], note(4, 60, 2)):
        for processor in (grammar, form):
            processor.observe(ONLY, np.array([token]))
    alone = form.apply(np.zeros((1, v.SIZE), np.float32), ONLY)
    begin(1, BARS)
    assert np.array_equal(form.apply(np.zeros((1, v.SIZE), np.float32), ONLY), alone)
