"""Whatever leads a sequence leads its copy in the same way."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mididraw.arrays import Floats, Ints
from mididraw.engines.generation import Guidance
from mididraw.engines.guidance.giant import GiantGuidance
from mididraw.engines.guidance.pocket import PocketGuidance
from mididraw.engines.pointer import PointerGuidance
from mididraw.harmony import Key, Mode
from mididraw.harmony.plan import Plan
from mididraw.models.decoder.sampling import softmax
from mididraw.models.giant import vocabulary as giant
from mididraw.models.interface import Opening
from mididraw.models.pocket import vocabulary as pocket
from tests.engines.guidance.untrained import OPENING, picture
from tests.strategies.canvases import canvas_of

FIRST, SECOND = np.array([0]), np.array([1])
BOTH = np.array([0, 1])
LATER = Opening(
    (
        *OPENING.tokens,
        pocket.BAR,
        pocket.CHORD.first,
        pocket.position_token(3),
        pocket.pitch_token(60, pocket.Role.LEAD),
        pocket.shape_token(2, 72),
        pocket.CHORD.first,
        pocket.BAR,
    ),
    1,
    100,
)
INTRO = Opening((giant.INTRO.first, giant.DRUMS.first, giant.FIRST_PATCH.first), 0, 100)
OTHER_INTRO = Opening((*INTRO.tokens, 200, giant.SOUND.first + 80, giant.NOTE.first + 60), 1, 140)

KINDS: dict[str, tuple[Callable[[int], Guidance], int, Opening, Opening]] = {
    "pocket": (PocketGuidance, pocket.SIZE, OPENING, LATER),
    "giant": (GiantGuidance, giant.SIZE, INTRO, OTHER_INTRO),
    "pointer": (PointerGuidance, pocket.SIZE, OPENING, LATER),
}


def other_picture() -> NDArray[np.bool_]:
    ink = np.zeros((60, 48), np.bool_)
    ink[10:13, 3:40] = True
    return ink


def apply(guidance: Guidance, logits: Floats, slots: Ints) -> Floats:
    for processor in guidance.processors:
        logits = processor.apply(logits, slots)
    return logits


def observe(guidance: Guidance, slots: Ints, tokens: Ints) -> None:
    for processor in guidance.processors:
        processor.observe(slots, tokens)


def drawn_from(weighed: Floats, random: np.random.Generator) -> Ints:
    shares = softmax(weighed / np.float32(3)).astype(np.float64)
    return np.array([random.choice(len(row), p=row / row.sum()) for row in shares])


def draw(guidance: Guidance, size: int, slots: Ints, random: np.random.Generator) -> Floats:
    """Draw a token from logits that favour none, and tell what was drawn from."""
    weighed = apply(guidance, np.zeros((len(slots), size), np.float32), slots)
    observe(guidance, slots, drawn_from(weighed, random))
    return weighed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("seed", "accompany"), [(1, False), (2, True)])
def test_a_copy_is_led_as_its_original_whatever_it_was_before(
    kind: str, seed: int, accompany: bool
) -> None:
    make, size, opening, other = KINDS[kind]
    random, guidance = np.random.default_rng(seed), make(2)
    guidance.begin(FIRST, canvas_of(picture()), opening, Plan(Key(0)), 1.5, accompany=accompany)
    guidance.begin(
        SECOND,
        canvas_of(other_picture(), low=30),
        other,
        Plan(Key(5, Mode.MINOR)),
        0.5,
        accompany=not accompany,
    )
    length = 20 + 15 * seed
    for _ in range(length):
        draw(guidance, size, BOTH, random)
    for processor in guidance.processors:
        processor.fork(FIRST, SECOND)
    for _ in range(length):
        weighed = apply(guidance, np.zeros((2, size), np.float32), BOTH)
        assert np.array_equal(weighed[0], weighed[1])
        scores = guidance.selection.scores(BOTH)
        # The pointer's attempts are told apart where they are equal: the first is best.
        assert scores[1].item() == pytest.approx(scores[0].item(), abs=2e-3)
        first, second = guidance.bars_begun(BOTH)
        assert first == second
        observe(guidance, BOTH, drawn_from(weighed[:1], random).repeat(2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_is_led_alike_alone_and_beside_another(kind: str) -> None:
    make, size, opening, other = KINDS[kind]

    def led(beside: bool) -> list[Floats]:
        guidance, random = make(2), np.random.default_rng(1)
        guidance.begin(FIRST, canvas_of(picture()), opening, Plan(Key(0)), 1.5)
        if beside:
            canvas = canvas_of(other_picture(), low=30)
            guidance.begin(SECOND, canvas, other, Plan(Key(5, Mode.MINOR)), 0.5, accompany=True)
        found = []
        for turn in range(60):
            found.append(draw(guidance, size, FIRST, random)[0])
            if beside and turn % 3:
                draw(guidance, size, SECOND, np.random.default_rng(turn))
        return found

    for alone, together in zip(led(beside=False), led(beside=True), strict=True):
        assert np.array_equal(alone, together)


@pytest.mark.parametrize("kind", KINDS)
def test_a_slot_begins_again_as_if_new(kind: str) -> None:
    make, size, opening, other = KINDS[kind]

    def led(guidance: Guidance) -> list[Floats]:
        random = np.random.default_rng(1)
        guidance.begin(FIRST, canvas_of(picture()), opening, Plan(Key(0)), 1.5)
        found = [draw(guidance, size, FIRST, random)[0] for _ in range(60)]
        return [*found, guidance.selection.scores(FIRST)]

    used, random = make(2), np.random.default_rng(2)
    canvas = canvas_of(other_picture(), low=30)
    used.begin(FIRST, canvas, other, Plan(Key(5, Mode.MINOR)), 0.5, accompany=True)
    for _ in range(60):
        draw(used, size, FIRST, random)
    for processor in used.processors:
        processor.release(FIRST)
    for fresh, again in zip(led(make(2)), led(used), strict=True):
        assert np.array_equal(fresh, again)
