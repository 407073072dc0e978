from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from mididraw.models.decoder import Decoder, Precision, Rows, Sampling, generate
from mididraw.models.transformer import Shape
from tests.models.shapes import POCKET, SHAPES, random_model, random_tokens

GREEDY = Sampling(temperature=0)
TOLERANCE = {Precision.FP32: 1e-4, Precision.BF16: 0.15, Precision.INT8: 0.15}

each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
each_precision = pytest.mark.parametrize("precision", Precision)


def follow(tokens: Tensor, seen: list[Tensor]) -> Callable[[Tensor, Rows], Tensor]:
    """A hook that notes the logits of the first row and forces the next of ``tokens``."""

    def hook(logits: Tensor, rows: Rows) -> Tensor:
        seen.append(logits[0].clone())
        forced = torch.full_like(logits, -torch.inf)
        forced[:, tokens[rows.drawn[0]]] = 0
        return forced

    return hook


@each_precision
@each_shape
def test_cached_steps_give_the_plain_logits(shape: Shape, precision: Precision) -> None:
    model, tokens = random_model(shape), random_tokens(shape, 50)
    with torch.inference_mode():
        plain = model(tokens[None])[0]
    for prompt in (1, 20):
        decoder, seen = Decoder.of(model, precision=precision), list[Tensor]()
        decoder.join(tokens[:prompt].tolist(), GREEDY)
        for _ in range(50 - prompt):
            decoder.step(follow(tokens[prompt:], seen))
        error = (torch.stack(seen) - plain[prompt - 1 : -1]).abs().max()
        assert error < TOLERANCE[precision] * plain.std()


def test_a_prompt_of_several_chunks_gives_the_plain_logits() -> None:
    shape = replace(POCKET, context=1300)
    model, tokens, seen = random_model(shape), random_tokens(shape, 1201), list[Tensor]()
    with torch.inference_mode():
        plain = model(tokens[None])[0, -2]
    decoder = Decoder.of(model)
    decoder.join(tokens[:-1].tolist(), GREEDY)
    decoder.step(follow(tokens[-1:], seen))
    torch.testing.assert_close(seen[0], plain, atol=1e-4, rtol=0)


def mixed_company(shape: Shape, count: int) -> tuple[list[list[int]], list[Sampling]]:
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
    shape: Shape, precision: Precision
) -> None:
    model = random_model(shape)
    prompts, samplings = mixed_company(shape, 9)
    # Nine sequences over four slots: they join, leave and change rows at different times.
    together = generate(Decoder.of(model, slots=4, precision=precision), prompts, samplings, 30)
    for prompt, sampling, expected in zip(prompts, samplings, together, strict=True):
        alone = Decoder.of(model, slots=4, precision=precision)
        assert generate(alone, [prompt], [sampling], 30) == [expected]


@each_shape
def test_fewer_rows_are_computed_only_where_that_changes_no_bit(shape: Shape) -> None:
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
def test_int8_logits_are_the_same_to_the_bit_for_any_number_of_slots(shape: Shape) -> None:
    model = random_model(shape)
    prompts, samplings = mixed_company(shape, 7)

    def logits(slots: int, chosen: list[int]) -> list[Tensor]:
        decoder, seen = Decoder.of(model, slots=slots, precision=Precision.INT8), list[Tensor]()
        for i in chosen:
            decoder.join(prompts[i], samplings[i])

        def hook(batch: Tensor, rows: Rows) -> Tensor:
            seen.append(batch[rows.names.index(len(chosen))].clone())
            return batch

        for _ in range(12):
            decoder.step(hook)
        return seen

    for alone, beside in zip(logits(1, [3]), logits(7, [0, 1, 2, 4, 5, 6, 3]), strict=True):
        assert torch.equal(alone, beside)


@each_shape
def test_beyond_the_context_the_newer_half_goes_on(shape: Shape) -> None:
    model, prompt = random_model(shape), random_tokens(shape, 10).tolist()
    [drawn] = generate(Decoder.of(model), [prompt], [GREEDY], 150)
    tokens, start = list(prompt), 0
    for token in drawn:
        if len(tokens) - start == shape.context + 1:
            start = len(tokens) - shape.context // 2
        with torch.inference_mode():
            plain = model(torch.tensor([tokens[start:]]))[0, -1]
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
    with torch.inference_mode():
        plain = model(torch.tensor([tokens + drawn]))[0, 4:-1]
    assert plain.argmax(-1).tolist() == drawn


def test_a_hook_decides_for_each_row() -> None:
    """A grammar as a table over the last token: even tokens follow odd ones and odd even ones."""
    parity = torch.arange(POCKET.vocabulary) % 2
    table = torch.where(parity[:, None] == parity, -torch.inf, 0.0)

    def hook(logits: Tensor, rows: Rows) -> Tensor:
        return logits.add_(table[rows.last])

    prompts, samplings = mixed_company(POCKET, 6)
    decoder = Decoder.of(random_model(POCKET), slots=4)
    for prompt, drawn in zip(
        prompts, generate(decoder, prompts, samplings, 40, hook=hook), strict=True
    ):
        assert all((a + b) % 2 for a, b in pairwise([prompt[-1], *drawn]))


def test_a_hook_is_told_who_is_where() -> None:
    decoder = Decoder.of(random_model(POCKET), slots=3)
    names = [decoder.join([token], GREEDY) for token in (1, 2, 3)]
    told: list[Rows] = []

    def hook(logits: Tensor, rows: Rows) -> Tensor:
        told.append(rows)
        return logits

    drawn = decoder.step(hook)
    decoder.leave(names[0])
    decoder.step(hook)
    assert told[0].names == tuple(names)
    assert told[0].last.tolist() == [1, 2, 3]
    assert set(told[1].names) == set(names[1:])
    assert told[1].last.tolist() == [drawn[name] for name in told[1].names]
    assert told[1].drawn == (1, 1)


def test_an_end_token_ends_a_sequence() -> None:
    end = 5

    def hook(logits: Tensor, rows: Rows) -> Tensor:
        logits[torch.tensor(rows.drawn) == 3, end] = torch.inf
        logits[torch.tensor(rows.drawn) < 3, end] = -torch.inf
        return logits

    decoder = Decoder.of(random_model(POCKET), slots=2)
    results = generate(decoder, [[1], [2], [3]], [GREEDY] * 3, 10, hook=hook, end=end)
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
    name = alone.join([1, 2, 3], sampling)
    expected = [alone.step()[name] for _ in range(20)]
    decoder = Decoder.of(model, slots=3)
    parent = decoder.join([1, 2, 3], sampling)
    other = decoder.join([4], Sampling(seed=6))
    begun = [decoder.step()[parent] for _ in range(8)]
    decoder.leave(other)
    copy = decoder.fork(parent, sampling)
    both = [decoder.step() for _ in range(12)]
    assert begun + [drawn[copy] for drawn in both] == expected
    assert begun + [drawn[parent] for drawn in both] == expected
    decoder.leave(parent)
    another = decoder.fork(copy, Sampling(seed=7))
    drawn_apart = [decoder.step() for _ in range(12)]
    assert [d[copy] for d in drawn_apart] != [d[another] for d in drawn_apart]
    decoder.fork(copy, sampling)
    with pytest.raises(ValueError, match="taken"):
        decoder.fork(copy, sampling)


def test_who_waits_stays_as_it_is() -> None:
    model = random_model(POCKET)
    expected = generate(
        Decoder.of(model, slots=2), [[1], [2]], [Sampling(seed=s) for s in (1, 2)], 9
    )
    decoder = Decoder.of(model, slots=2)
    first, second = (decoder.join([seed], Sampling(seed=seed)) for seed in (1, 2))
    drawn: dict[int, list[int]] = {first: [], second: []}
    while len(drawn[first]) < 9 or len(drawn[second]) < 9:
        waiting = {name for name in drawn if len(drawn[name]) == 9}
        waiting |= {first} if len(drawn[second]) % 3 == 0 and second not in waiting else set()
        for name, token in decoder.step(waiting=waiting).items():
            drawn[name].append(token)
    assert [drawn[first], drawn[second]] == expected
