"""Sequences side by side: drawn from what they say they are drawn from, the best one wins."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mididraw.arrays import Floats, Ints
from mididraw.engines.guidance.coverage import InkCoverage
from mididraw.engines.guidance.form import PocketForm
from mididraw.engines.guidance.particles import (
    Drawn,
    ParticleFilter,
    ParticleSet,
    effective_sample_size,
    run,
    step,
    systematic_resampling,
)
from mididraw.engines.guidance.pocket import PocketGuidance, in_scale
from mididraw.engines.guidance.pocket_grammar import PocketPictureGrammar
from mididraw.engines.guidance.weights import ImportanceWeights
from mididraw.harmony.plan import Plan
from mididraw.models.decoder import Decoder, LogitsProcessor, Sampling, log_softmax
from mididraw.models.decoder.kernel import Kernel
from mididraw.models.pocket.pocket import Pocket
from mididraw.models.transformer import as_module
from mididraw.models.transformer_weights import TransformerConfig
from mididraw.options import HIGHEST_KEY
from tests.engines.guidance.untrained import (
    BARS,
    KEY,
    OPENING,
    particles_of,
    picture,
    untrained,
)
from tests.models.shapes import random_model
from tests.strategies.canvases import canvas_of

TOY = TransformerConfig(vocabulary=5, context=16, width=16, depth=1, heads=2, kv_heads=1, hidden=24)
LENGTH = 4
"""Tokens of a toy's piece, one a bar."""
NATS = 1.5
"""What a toy's target adds for each token 1."""


@st.composite
def weights(draw: st.DrawFn) -> NDArray[np.float64]:
    values = draw(st.lists(st.floats(0, 1), min_size=1, max_size=32).filter(lambda x: sum(x) > 0.1))
    found: NDArray[np.float64] = np.array(values) / sum(values)
    return found


@given(weights())
def test_resampling_gives_each_as_many_as_its_weight_says(
    shares: NDArray[np.float64],
) -> None:
    chosen = systematic_resampling(shares)
    assert chosen == sorted(chosen)
    assert len(chosen) == len(shares)
    counts = np.bincount(chosen, minlength=len(shares))
    assert (abs(counts - len(shares) * shares) < 1 + 1e-9).all()


def test_equal_weights_keep_everyone() -> None:
    assert systematic_resampling(np.full(8, 1 / 8)) == list(range(8))


@given(st.integers(1, 32), st.integers(1, 32))
def test_so_many_sequences_are_worth_as_much(count: int, more: int) -> None:
    even = np.zeros(count + more)
    even[:count] = 1 / count
    assert effective_sample_size(even) == pytest.approx(count)


class Twist(LogitsProcessor):
    """Draws a toy's tokens from elsewhere, and counts those that are rewarded."""

    def __init__(self, slots: int) -> None:
        self.rewarded, self.length = (np.zeros(slots, np.int64) for _ in range(2))

    def apply(self, logits: Floats, slots: Ints) -> Floats:
        logits += np.array([0.0, 0.0, 1.5, 0.5, 0.0], np.float32) * (slots[:, None] % 2 == 1)
        return logits

    def observe(self, slots: Ints, tokens: Ints) -> None:
        self.rewarded[slots] += tokens == 1
        self.length[slots] += 1

    def fork(self, source: Ints, target: Ints) -> None:
        self.rewarded[target] = self.rewarded[source]

    def release(self, slots: Ints) -> None:
        self.rewarded[slots] = self.length[slots] = 0

    def reward(self, slots: Ints) -> Floats:
        nats: Floats = np.float32(NATS) * self.rewarded[slots].astype(np.float32)
        return nats


class Toy:
    """Guides a toy towards some of its tokens."""

    def __init__(self, slots: int) -> None:
        self.twist = Twist(slots)
        self.weights = ImportanceWeights(slots, TOY.vocabulary, self.twist.reward)
        self.processors = (self.weights.model, self.twist, self.weights.proposal)
        self.selection = ParticleFilter(self.weights)

    def bars_begun(self, slots: Ints) -> list[int]:
        begun: list[int] = (self.twist.length[slots] + 1).tolist()
        return begun


def test_particles_stand_for_the_target_whatever_they_are_drawn_from() -> None:
    """Each token's share at each place is that of the target, counted out over all pieces."""
    model = random_model(TOY)
    pieces = torch.tensor(list(product(range(TOY.vocabulary), repeat=LENGTH)))
    with torch.inference_mode():
        logits = model(torch.cat([torch.zeros_like(pieces[:, :1]), pieces[:, :-1]], dim=1))
    likely = logits.log_softmax(-1).gather(2, pieces[:, :, None])[:, :, 0].sum(1)
    target = torch.softmax((likely + NATS * (pieces == 1).sum(1)).double(), dim=0)
    count, seeds, resampled = 256, 12, 0
    decoder, toy = Decoder.of(model, slots=count, kernel=Kernel.TORCH), Toy(count)
    found = np.zeros((LENGTH, TOY.vocabulary))
    for seed in range(seeds):
        particles = ParticleSet(decoder, toy, [0], LENGTH, Sampling(seed=seed), count)
        toy.weights.begin(particles.slot_array)
        while not particles.done:
            step(decoder, [particles])
        shares = toy.weights.normalised(particles.slot_array) / seeds
        tokens = np.array([decoder.drawn(slot) for slot in particles.slots])
        for place in range(LENGTH):
            found[place] += np.bincount(tokens[:, place], shares, TOY.vocabulary)
        resampled += particles.best().resampled
        particles.leave()
    assert resampled > 100
    for place in range(LENGTH):
        wanted = torch.bincount(pieces[:, place], target, TOY.vocabulary)
        assert found[place].tolist() == pytest.approx(wanted.tolist(), abs=0.03)


class Tied(ParticleFilter):
    """Finds all pieces equally good."""

    def scores(self, slots: Ints) -> Floats:
        return np.zeros(len(slots), np.float32)


def test_of_equally_good_pieces_the_first_is_taken() -> None:
    decoder, toy = Decoder.of(random_model(TOY), slots=4, kernel=Kernel.TORCH), Toy(4)
    toy.selection = Tied(toy.weights)
    particles = ParticleSet(decoder, toy, [0], LENGTH, Sampling(), 4, resample=False)
    toy.weights.begin(particles.slot_array)
    while not particles.done:
        step(decoder, [particles])
    first, *_, last = (decoder.drawn(slot) for slot in particles.slots)
    assert first != last
    assert particles.best().tokens == first


@pytest.fixture(scope="module")
def model() -> Pocket:
    return untrained()


def draw(
    model: Pocket, *, strength: float = 2.0, count: int = 4, seed: int = 1, resample: bool = True
) -> tuple[Drawn, PocketGuidance]:
    decoder, guidance = Decoder.of(model.transformer, slots=count), PocketGuidance(count)
    drawn = run(
        particles_of(
            decoder, guidance, strength=strength, count=count, seed=seed, resample=resample
        )
    )
    assert decoder.free == count
    return drawn, guidance


@pytest.mark.parametrize("resample", [True, False])
def test_the_score_is_the_models_probability_and_the_match(model: Pocket, resample: bool) -> None:
    strength = 2.0
    drawn, guidance = draw(model, strength=strength, resample=resample)
    best = max(range(4), key=lambda index: drawn.scores[index])
    with torch.inference_mode():
        tokens = torch.tensor([[*OPENING.tokens, *drawn.tokens]])
        logits = as_module(model.transformer)(tokens)[0].numpy()
    grammar, only = PocketPictureGrammar(1), np.array([0])
    form = PocketForm(grammar, 1)
    grammar.begin(only, OPENING, BARS)
    form.begin(only, canvas_of(picture()), Plan(KEY))
    allowed, total = in_scale(KEY), 0.0
    for place, token in enumerate(drawn.tokens, len(OPENING.tokens) - 1):
        row = np.where(grammar.mask(only) & allowed, logits[place], np.float32(-np.inf))
        total += log_softmax(form.apply(row, only))[0, token].item()
        grammar.observe(only, np.array([token]))
        form.observe(only, np.array([token]))
    assert grammar.ended(only).all()
    assert guidance.weights.model.total[best].item() == pytest.approx(total, abs=0.01)
    coverage = InkCoverage(1)
    coverage.lay(only, canvas_of(picture()))
    for track in model.read(OPENING, drawn.tokens, BARS).tracks:
        for note in track.notes:
            numbers = (0, HIGHEST_KEY - note.pitch, note.onset, note.duration)
            coverage.play(*(np.array([number]) for number in numbers))
    expected = total + strength * coverage.match(only).item()
    assert drawn.scores[best] == pytest.approx(expected, abs=0.05)
    assert drawn.scores[best] == max(drawn.scores)


def test_one_seed_gives_one_piece(model: Pocket) -> None:
    assert draw(model)[0] == draw(model)[0]
    assert draw(model)[0].tokens != draw(model, seed=2)[0].tokens


def test_the_worse_give_their_slots_to_the_better(model: Pocket) -> None:
    drawn, _ = draw(model, count=8, strength=4.0)
    assert drawn.resampled > 0
    assert len(drawn.scores) == 8
    assert draw(model, count=8, strength=4.0, resample=False)[0].resampled == 0


def test_what_progress_raises_ends_the_run_and_frees_the_decoder(model: Pocket) -> None:
    decoder, guidance = Decoder.of(model.transformer, slots=2), PocketGuidance(2)
    told: list[int] = []

    def cancel(bar: int) -> None:
        told.append(bar)
        if bar == 1:
            raise KeyboardInterrupt(bar)

    with pytest.raises(KeyboardInterrupt, match="1"):
        run(particles_of(decoder, guidance), cancel)
    assert decoder.free == 2
    assert set(told) == {0, 1}
    assert len(told) > 2, "it is told between any two steps"


def test_where_there_is_no_room_for_all_none_stays(model: Pocket) -> None:
    decoder, guidance = Decoder.of(model.transformer, slots=3), PocketGuidance(3)
    first = particles_of(decoder, guidance)
    with pytest.raises(ValueError, match="slots"):
        particles_of(decoder, guidance)
    assert decoder.free == 1
    first.leave()
    assert decoder.free == 3


def test_sets_do_not_change_each_other(model: Pocket) -> None:
    other = np.zeros((48, 5 * 16), np.bool_)
    other[8, 3:70] = True
    canvases = [canvas_of(picture()), canvas_of(other), canvas_of(picture())]

    def play(together: bool) -> list[list[int]]:
        decoder, guidance = Decoder.of(model.transformer, slots=6), PocketGuidance(6)
        drawn, sets = [], []
        for seed, canvas in enumerate(canvases):
            particles = particles_of(decoder, guidance, canvas, seed=seed)
            sets.append(particles)
            if not together:
                drawn.append(run(particles).tokens)
        while any(not particles.done for particles in sets):
            step(decoder, [particles for particles in sets if not particles.done])
        return drawn or [particles.best().tokens for particles in sets]

    assert play(together=True) == play(together=False)
