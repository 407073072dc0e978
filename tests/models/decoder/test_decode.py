from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mididraw.arrays import Floats, Ints
from mididraw.models.decoder import Decoder, LogitsProcessor, Precision, Sampling, generate
from mididraw.models.transformer_weights import TransformerConfig
from tests.models.processors import Follow, Trace
from tests.models.shapes import POCKET, SHAPES, plain_logits, random_model, random_tokens

GREEDY = Sampling(temperature=0)
TOLERANCE = {Precision.FP32: 1e-4, Precision.BF16: 0.15, Precision.INT8: 0.15}

each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
each_precision = pytest.mark.parametrize("precision", Precision)


@each_precision
@each_shape
def test_cached_steps_give_the_plain_logits(shape: TransformerConfig, precision: Precision) -> None:
    model, tokens = random_model(shape), random_tokens(shape, 50)
    plain = plain_logits(model, tokens)
    for prompt in (1, 20):
        decoder, follow = Decoder.of(model, precision=precision), Follow(tokens[prompt:].tolist())
        slot = decoder.join(tokens[:prompt].tolist(), GREEDY, [follow])
        for _ in range(50 - prompt):
            decoder.step()
        assert decoder.drawn(slot) == tokens[prompt:].tolist()
        error = abs(np.stack(follow.seen) - plain[prompt - 1 : -1]).max()
        assert error < TOLERANCE[precision] * plain.std()


def test_a_prompt_of_several_chunks_gives_the_plain_logits() -> None:
    shape = replace(POCKET, context=1300)
    model, tokens = random_model(shape), random_tokens(shape, 1201)
    plain = plain_logits(model, tokens)[-2]
    decoder = Decoder.of(model)
    follow = Follow(tokens[-1:].tolist())
    decoder.join(tokens[:-1].tolist(), GREEDY, [follow])
    decoder.step()
    assert abs(follow.seen[0] - plain).max() < 1e-4


def mixed_company(shape: TransformerConfig, count: int) -> tuple[list[list[int]], list[Sampling]]:
    lengths = [1 + 7 * i % 40 for i in range(count)]
    prompts = [random_tokens(shape, n, seed=n).tolist() for n in lengths]
    samplings = [
        Sampling(temperature=(0, 0.7, 1, 1.5)[i % 4], top_p=(0.9, 1, 0.5)[i % 3], seed=i)
        for i in range(count)
    ]
    return prompts, samplings


@each_precision
@each_shape
def test_a_seed_gives_the_same_tokens_whatever_shares_the_batch(
    shape: TransformerConfig, precision: Precision
) -> None:
    model = random_model(shape)
    prompts, samplings = mixed_company(shape, 9)
    # Nine sequences over four slots: they join, leave and change rows at different times.
    together = generate(Decoder.of(model, slots=4, precision=precision), prompts, samplings, 30)
    for prompt, sampling, expected in zip(prompts, samplings, together, strict=True):
        alone = Decoder.of(model, slots=4, precision=precision)
        assert generate(alone, [prompt], [sampling], 30) == [expected]


@each_shape
def test_fewer_rows_are_computed_only_where_that_changes_no_bit(shape: TransformerConfig) -> None:
    """A decoder that had to compute all its slots draws the same as one that need not."""
    model = random_model(shape)
    prompts, samplings = mixed_company(shape, 5)
    spare = Decoder.of(model, slots=24)
    assert spare.network.sizes[-1] == 24
    every = Decoder.of(model, slots=24)
    every.network.sizes = (24,)
    drawn = generate(spare, prompts, samplings, 30)
    assert drawn == generate(every, prompts, samplings, 30)
    assert drawn[:1] == generate(spare, prompts[:1], samplings[:1], 30)


@each_shape
def test_int8_logits_are_the_same_to_the_bit_for_any_number_of_slots(
    shape: TransformerConfig,
) -> None:
    model = random_model(shape)
    prompts, samplings = mixed_company(shape, 7)

    def logits(slots: int, chosen: list[int]) -> list[Floats]:
        decoder, seen = Decoder.of(model, slots=slots, precision=Precision.INT8), list[Floats]()

        class Last(LogitsProcessor):
            def apply(self, logits: Floats, slots: Ints) -> Floats:
                assert slots.tolist() == [len(chosen) - 1]
                seen.append(logits[0].copy())
                return logits

        for i in chosen:
            decoder.join(prompts[i], samplings[i], [Last()] if i == chosen[-1] else [])
        for _ in range(12):
            decoder.step()
        return seen

    for alone, beside in zip(logits(1, [3]), logits(7, [0, 1, 2, 4, 5, 6, 3]), strict=True):
        assert np.array_equal(alone, beside)


@each_shape
def test_beyond_the_context_the_newer_half_goes_on(shape: TransformerConfig) -> None:
    model, prompt = random_model(shape), random_tokens(shape, 10).tolist()
    [drawn] = generate(Decoder.of(model), [prompt], [GREEDY], 150)
    tokens, start = list(prompt), 0
    for token in drawn:
        if len(tokens) - start == shape.context + 1:
            start = len(tokens) - shape.context // 2
        plain = plain_logits(model, tokens[start:])[-1]
        assert plain[token] > plain.max() - 1e-4
        tokens.append(token)


def test_of_a_prompt_beyond_the_context_the_end_counts() -> None:
    model, tokens = random_model(POCKET), random_tokens(POCKET, 200).tolist()
    long, short = (
        generate(Decoder.of(model), [prompt], [GREEDY], 20)
        for prompt in (tokens, tokens[-POCKET.context :])
    )
    assert long == short


def test_at_temperature_zero_the_likeliest_token_follows() -> None:
    model, tokens = random_model(POCKET), random_tokens(POCKET, 5).tolist()
    [drawn] = generate(Decoder.of(model), [tokens], [GREEDY], 40)
    plain = plain_logits(model, tokens + drawn)[4:-1]
    assert plain.argmax(-1).tolist() == drawn


def test_a_processor_decides_for_each_sequence() -> None:
    """A grammar as a table over the last token: even tokens follow odd ones and odd even ones."""
    parity = np.arange(POCKET.vocabulary) % 2
    table = np.where(parity[:, None] == parity, np.float32(-np.inf), np.float32(0))

    class Parity(LogitsProcessor):
        last = np.zeros(4, np.int64)

        def apply(self, logits: Floats, slots: Ints) -> Floats:
            logits += table[self.last[slots]]
            return logits

        def observe(self, slots: Ints, tokens: Ints) -> None:
            self.last[slots] = tokens

    prompts, samplings = mixed_company(POCKET, 6)
    rule = Parity()

    def begin(slot: int, index: int) -> None:
        rule.last[slot] = prompts[index][-1]

    found = generate(
        Decoder.of(random_model(POCKET), slots=4),
        prompts,
        samplings,
        40,
        processors=[rule],
        begin=begin,
    )
    for prompt, drawn in zip(prompts, found, strict=True):
        assert all((a + b) % 2 for a, b in pairwise([prompt[-1], *drawn]))


def test_a_slot_stays_the_same_until_its_sequence_leaves() -> None:
    decoder = Decoder.of(random_model(POCKET), slots=3)
    trace = Trace(3)
    first, second, third = (decoder.join([token], GREEDY, [trace]) for token in (1, 2, 3))
    drawn = [decoder.step()]
    decoder.leave(first)
    drawn.append(decoder.step())
    assert drawn[0].keys() == {first, second, third}
    assert drawn[1].keys() == {second, third}
    assert trace.tokens[first] == []
    for slot in (second, third):
        assert trace.tokens[slot] == [one[slot] for one in drawn] == decoder.drawn(slot)
    assert decoder.join([4], GREEDY, [trace]) == first
    assert decoder.drawn(first) == []


def test_each_sequence_has_its_own_processors_in_their_order() -> None:
    decoder, log = Decoder.of(random_model(POCKET), slots=3), list[float]()
    one, two = Trace(3, 1, log), Trace(3, 2, log)
    decoder.join([1], GREEDY, [one, two])
    decoder.join([2], GREEDY, [two])
    decoder.join([3], GREEDY, [one, two])
    decoder.step()
    assert log == [1, 2, 2]
    assert one.applied == [[0, 2]]
    assert two.applied == [[0, 2], [1]]
    alike = Decoder.of(random_model(POCKET), slots=3)
    for token in (1, 2, 3):
        alike.join([token], GREEDY)
    assert alike.step() == {slot: decoder.drawn(slot)[0] for slot in range(3)}


def test_what_a_processor_forbids_to_some_is_not_forbidden_to_others() -> None:
    class Only(LogitsProcessor):
        def __init__(self, token: int) -> None:
            self.token = token

        def apply(self, logits: Floats, slots: Ints) -> Floats:
            assert len(logits) == len(slots)
            logits[:] = -np.inf
            logits[:, self.token] = 0
            return logits

    decoder = Decoder.of(random_model(POCKET), slots=3)
    six, seven = Only(6), Only(7)
    for rule in (six, seven, six):
        decoder.join([1], Sampling(), [rule])
    assert decoder.step() == {0: 6, 1: 7, 2: 6}


def test_an_end_token_ends_a_sequence() -> None:
    end = 5

    class AfterThree(Trace):
        def apply(self, logits: Floats, slots: Ints) -> Floats:
            three = np.array([len(self.tokens[slot]) == 3 for slot in slots.tolist()])
            logits[three, end] = np.inf
            logits[~three, end] = -np.inf
            return logits

    decoder = Decoder.of(random_model(POCKET), slots=2)
    results = generate(
        decoder, [[1], [2], [3]], [GREEDY] * 3, 10, processors=[AfterThree(2)], end=end
    )
    assert [len(result) for result in results] == [3, 3, 3]
    assert decoder.free == 2


def test_a_decoder_without_sequences_rests() -> None:
    decoder = Decoder.of(random_model(POCKET))
    assert decoder.step() == {}
    assert generate(decoder, [[1]], [GREEDY], 0) == [[]]


@pytest.mark.parametrize("prompt", [[], [97], [-1]])
def test_prompts_that_are_none_are_refused(prompt: list[int]) -> None:
    decoder = Decoder.of(random_model(POCKET))
    with pytest.raises(ValueError, match="prompt"):
        decoder.join(prompt, GREEDY)
    assert decoder.free == 1


def test_a_full_decoder_takes_nobody_in() -> None:
    decoder = Decoder.of(random_model(POCKET))
    decoder.join([1], GREEDY)
    with pytest.raises(ValueError, match="slots"):
        decoder.join([1], GREEDY)


def test_a_copy_goes_on_as_its_original_would() -> None:
    model = random_model(POCKET)
    sampling = Sampling(seed=5)
    alone = Decoder.of(model, slots=3)
    slot = alone.join([1, 2, 3], sampling)
    for _ in range(32):
        alone.step()
    expected = alone.drawn(slot)
    decoder, trace = Decoder.of(model, slots=3), Trace(3)
    other = decoder.join([4], Sampling(seed=6), [trace])
    parent = decoder.join([1, 2, 3], sampling, [trace])
    third = decoder.join([7, 8, 9, 10, 11], Sampling(seed=8), [trace])
    for _ in range(8):
        decoder.step()
    decoder.fork([parent], [other], [sampling])
    assert trace.tokens[other] == trace.tokens[parent] == expected[:8]
    for _ in range(12):
        decoder.step()
    assert decoder.drawn(other) == decoder.drawn(parent) == expected[:20]
    decoder.fork([other, other], [parent, third], [Sampling(seed=7), sampling])
    for _ in range(12):
        decoder.step()
    assert decoder.drawn(other) == decoder.drawn(third) == expected
    assert decoder.drawn(parent)[:20] == expected[:20]
    assert decoder.drawn(parent) != expected
    assert all(trace.tokens[slot] == decoder.drawn(slot) for slot in range(3))


def test_only_sequences_of_the_same_processors_replace_each_other() -> None:
    decoder, trace = Decoder.of(random_model(POCKET), slots=3), Trace(3)
    for processors in ([trace], [trace], []):
        decoder.join([1], GREEDY, processors)
    for sources, targets in (([0], [0]), ([0, 1], [1, 2]), ([0], [2])):
        with pytest.raises(ValueError, match=r"copie|copy"):
            decoder.fork(sources, targets, [GREEDY] * len(sources))


def test_who_waits_stays_as_it_is() -> None:
    model = random_model(POCKET)
    expected = generate(
        Decoder.of(model, slots=2), [[1], [2]], [Sampling(seed=s) for s in (1, 2)], 9
    )
    decoder, trace = Decoder.of(model, slots=2), Trace(2)
    first, second = (decoder.join([seed], Sampling(seed=seed), [trace]) for seed in (1, 2))
    while len(decoder.drawn(first)) < 9 or len(decoder.drawn(second)) < 9:
        active = {slot for slot in (first, second) if len(decoder.drawn(slot)) < 9}
        if len(decoder.drawn(second)) % 3 == 0 and second in active:
            active -= {first}
        assert decoder.step(active).keys() == active
        assert set(trace.applied[-1]) == active
    assert [decoder.drawn(first), decoder.drawn(second)] == expected
    assert trace.tokens == dict(enumerate(expected))
    assert decoder.step([]) == {}
