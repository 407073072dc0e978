"""What bars count for that look like a song's."""

import numpy as np
import pytest
import torch

from mididraw.arrays import Ints
from mididraw.engines.guidance.discriminator import DiscriminatorReward
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.harmony import Key
from mididraw.models.discriminator import Discriminator, load
from mididraw.models.music_embedding import notes_of
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import LEAD, encode
from mididraw.score import Note, Score, Track
from mididraw.training.discriminator import rolls_of
from tests.engines.guidance.untrained import OPENING
from tests.strategies.canvases import canvas_of

SLOTS, BARS, WEIGHT = np.array([0, 1]), 3, 0.5
NOTES = (Note(0, 60, 4, 72), Note(6, 64, 20, 72), Note(22, 67, 8, 72), Note(40, 72, 6, 72))
SCORE = Score((Track(LEAD, 0, NOTES),), BARS, 90.0, Key(0))


class Following:
    """A reward and the grammar that it listens to."""

    def __init__(self) -> None:
        self.grammar = PocketPictureGrammar(2)
        torch.manual_seed(3)
        self.model = Discriminator().eval()
        self.reward = DiscriminatorReward(self.grammar, 2, self.model, WEIGHT)
        self.grammar.begin(SLOTS, OPENING, BARS)
        self.reward.begin(SLOTS, canvas_of(np.zeros((48, 16 * BARS), np.bool_)))

    def observe(self, tokens: list[int], slots: Ints = SLOTS) -> None:
        for token in tokens:
            for processor in (self.grammar, self.reward):
                processor.observe(slots, np.full_like(slots, token))


BODY = encode(SCORE)[len(OPENING.tokens) :]


def test_every_full_bar_counts_once_as_training_saw_it() -> None:
    following = Following()
    lines = [place for place, token in enumerate(BODY) if token in v.BARS]
    with torch.inference_mode():
        logits = following.model(torch.from_numpy(rolls_of(notes_of(SCORE), range(BARS))))
    for bars, (first, last) in enumerate(
        zip([0, *lines[1:]], [*lines[1:], len(BODY)], strict=True)
    ):
        assert following.reward.value(SLOTS).tolist() == pytest.approx(
            [WEIGHT * float(logits[: max(bars - 1, 0)].sum())] * 2, abs=1e-5
        )
        following.observe(BODY[first:last])
    expected = [WEIGHT * float(logits.sum())] * 2
    assert following.reward.value(SLOTS).tolist() == pytest.approx(expected, abs=1e-5)
    assert following.reward.value(SLOTS).tolist() == pytest.approx(expected, abs=1e-5)


def test_a_copy_counts_as_its_original() -> None:
    following, half = Following(), len(BODY) // 2
    following.observe(BODY[:half], SLOTS[:1])
    for processor in (following.grammar, following.reward):
        processor.fork(SLOTS[:1], SLOTS[1:])
    following.observe(BODY[half:])
    one, other = following.reward.value(SLOTS).tolist()
    # In a batch, a row can differ from another by its last bit.
    assert one == pytest.approx(other, rel=1e-6)
    assert one != 0
    following.reward.begin(SLOTS, canvas_of(np.zeros((48, 16 * BARS), np.bool_)))
    following.grammar.begin(SLOTS, OPENING, BARS)
    assert following.reward.value(SLOTS).tolist() == [0, 0]


def test_our_weights_can_be_read() -> None:
    with torch.inference_mode():
        assert torch.isfinite(
            load()(torch.from_numpy(rolls_of(notes_of(SCORE), range(BARS))))
        ).all()
