"""The pointer engine raises what plays the next ink, and keeps the first good attempt at a bar."""

import numpy as np
import pytest

from mididraw.arrays import Ints
from mididraw.canvas import Canvas, lay
from mididraw.engines import ScoreRequest
from mididraw.engines.guidance.coverage import InkCoverage
from mididraw.engines.pointer import ENOUGH, FirstGoodAttempt, PointerGuidance, pointer
from mididraw.harmony import Key
from mididraw.harmony.plan import Plan
from mididraw.match import match
from mididraw.models.pocket import vocabulary as v
from mididraw.options import DrawOptions
from mididraw.picture import read
from tests.conftest import EXAMPLES
from tests.engines.guidance.untrained import OPENING
from tests.strategies.canvases import canvas_of

NATS = 5.0
ONLY = np.array([0])


def guided_by(canvas: Canvas, *tokens: int) -> PointerGuidance:
    guidance = PointerGuidance(1)
    guidance.begin(ONLY, canvas, OPENING, Plan(Key(0)), NATS)
    for token in tokens:
        for processor in guidance.processors:
            processor.observe(ONLY, np.array([token]))
    return guidance


def raised(guidance: PointerGuidance) -> dict[int, float]:
    """The tokens that are raised, by how much."""
    found = guidance.raised.apply(np.zeros((1, v.SIZE), np.float32), ONLY)[0]
    return {token: nats for token, nats in enumerate(found.tolist()) if nats}


def dashes(*starts: int, length: int = 3) -> Canvas:
    ink = np.zeros((48, 32), np.bool_)
    for start in starts:
        ink[20, start : start + length] = True
    return canvas_of(ink)


FIRST_HALF = (v.BAR, v.CHORD.first)
SECOND_HALF = (*FIRST_HALF, v.CHORD.first)
CHORDS = range(v.CHORD.first, v.CHORD.stop)
NOTE = (v.position_token(3), v.pitch_token(56, v.Role.LEAD), v.shape_token(3, 72))


@pytest.mark.parametrize(
    ("canvas", "tokens", "wanted"),
    [
        (dashes(3), FIRST_HALF, [v.position_token(3)]),
        (dashes(3), (*FIRST_HALF, *NOTE), CHORDS),
        (dashes(3, 7), (*FIRST_HALF, *NOTE), [v.position_token(7)]),
        (dashes(9), FIRST_HALF, CHORDS),
        (dashes(9), SECOND_HALF, [v.position_token(9)]),
        (dashes(20), SECOND_HALF, range(v.BARS.first, v.BARS.stop)),
        (dashes(20), (*SECOND_HALF, v.BAR, v.CHORD.first), [v.position_token(4)]),
        (dashes(3), (*SECOND_HALF, v.BAR, v.CHORD.first), [v.position_token(0)]),
        (dashes(3), (v.BAR,), []),
    ],
)
def test_the_step_of_the_next_ink_is_raised_or_what_leads_to_it(
    canvas: Canvas, tokens: tuple[int, ...], wanted: range | list[int]
) -> None:
    guidance = guided_by(canvas, *tokens)
    found = {t: nats for t, nats in raised(guidance).items() if t not in v.PITCH}
    assert found == dict.fromkeys(wanted, NATS)


def test_pitches_at_ink_that_is_missing_are_raised_in_both_roles() -> None:
    at_ink = {v.pitch_token(pitch, role) for pitch in (55, 56, 57) for role in v.Role}
    guidance = guided_by(dashes(3), *FIRST_HALF, v.position_token(3))
    assert raised(guidance) == dict.fromkeys(at_ink, NATS)
    assert raised(guided_by(dashes(3), *FIRST_HALF, v.position_token(7))) == {}
    played = guided_by(dashes(3), *FIRST_HALF, *NOTE)
    assert not at_ink & raised(played).keys()


class At:
    """A grammar of attempts that have all begun the same bar."""

    def __init__(self, bar: int) -> None:
        self.bar = bar

    def bars_begun(self, slots: Ints) -> list[int]:
        return [self.bar] * len(slots)


def attempts(*played: int) -> tuple[FirstGoodAttempt, InkCoverage, At]:
    """Attempts at a bar with 16 cells of ink, and a second one, that play so many of them."""
    coverage, at = InkCoverage(len(played)), At(1)
    ink = np.zeros((48, 32), np.bool_)
    ink[20] = True
    slots = np.arange(len(played))
    coverage.lay(slots, canvas_of(ink))
    selection = FirstGoodAttempt(at, coverage, len(played))  # type: ignore[arg-type]
    selection.begin(slots)
    for slot, cells in enumerate(played):
        if cells:
            play(coverage, slot, 0, cells)
    at.bar = 2
    return selection, coverage, at


def play(coverage: InkCoverage, slot: int, step: int, cells: int) -> None:
    numbers = (slot, 108 - 56, step, cells - 1 if step == 0 else cells)
    coverage.play(*(np.array([number]) for number in numbers))


@pytest.mark.parametrize(
    ("played", "kept"),
    [
        ((4, 15, 16), 1),
        ((16, 15, 4), 0),
        ((4, 8, 6), 1),
        ((8, 4, 8), 0),
        ((14, 15, 4), 1),
        ((0, 0, 3), 2),
    ],
)
def test_the_first_attempt_that_plays_enough_goes_on_or_the_best(
    played: tuple[int, ...], kept: int
) -> None:
    assert 14 / 16 < ENOUGH < 15 / 16
    selection, _, _ = attempts(*played)
    assert selection.survivors(np.arange(3)) == [kept] * 3


def test_each_bar_is_judged_by_its_own_ink() -> None:
    selection, coverage, at = attempts(4, 8, 6)
    slots = np.arange(3)
    coverage.fork(np.array([1, 1]), np.array([0, 2]))
    selection.restart(slots)
    for slot, cells in enumerate((3, 14, 12)):
        play(coverage, slot, 17, cells)
    at.bar = 3
    # 14 steps from the second bar's second one reach all of its ink.
    assert selection.survivors(slots) == [1] * 3
    assert selection.scores(slots).argmax() == 1


def test_at_the_end_the_attempt_with_the_most_ink_wins_and_of_equals_the_first() -> None:
    selection, _, _ = attempts(4, 9, 9, 2)
    scores = selection.scores(np.arange(4)).tolist()
    assert sorted(range(4), key=lambda slot: -scores[slot]) == [1, 2, 0, 3]


def test_strength_brings_the_music_to_the_picture() -> None:
    found = []
    for strength in (0, 100):
        options = DrawOptions.of(engine="pointer", bars=4, candidates=4, strength=strength, seed=1)
        canvas = lay([read(EXAMPLES / "cat.png")], options)
        found.append(match(canvas, pointer(ScoreRequest(canvas, options))))
    assert found[0].f1 < 0.5
    assert found[1].f1 > 0.6
