"""Continuous batching over the real model."""

from collections.abc import Collection, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from mididraw.arrays import Floats
from mididraw.draw import prepare_request
from mididraw.engines import ScoreRequest, by_model
from mididraw.engines.generation import Generator
from mididraw.models.catalogue import load_model
from mididraw.models.decoder import Decoder
from mididraw.models.decoder.onnx_network import OnnxNetwork
from mididraw.models.interface import MusicModel
from mididraw.options import DrawOptions
from mididraw.score import Score
from tests.conftest import EXAMPLES
from worker import batch as module
from worker.batch import Bar, Batch, BatchNews, Fault, Written


@pytest.fixture(scope="module")
def model() -> MusicModel:
    return load_model()


def piece(seed: int, bars: int = 1, candidates: int = 2, picture: str = "cat") -> ScoreRequest:
    options = DrawOptions.of(engine="guided", bars=bars, candidates=candidates, seed=seed)
    return prepare_request([EXAMPLES / f"{picture}.png"], options)


def play(batch: Batch) -> Iterator[BatchNews]:
    for _ in range(3000):
        if not batch.busy:
            return
        yield from batch.step()
    raise AssertionError("the batch does not end")


def scores(news: list[BatchNews]) -> dict[str, Score]:
    return {one.name: one.score for one in news if isinstance(one, Written)}


def alone(model: MusicModel, request: ScoreRequest, slots: int) -> Score:
    batch = Batch(model, slots)
    batch.add("alone", request)
    return scores(list(play(batch)))["alone"]


def test_a_piece_is_the_same_alone_and_among_others_that_come_and_go(model: MusicModel) -> None:
    batch = Batch(model, 6)
    pieces = {str(seed): piece(seed, bars=1 + seed % 2) for seed in range(5)}
    news: list[BatchNews] = []
    for name, one in pieces.items():
        batch.add(name, one)
        for _ in range(7):
            news += batch.step()
    news += play(batch)
    found = scores(news)
    assert found.keys() == pieces.keys()
    for name in ("0", "3"):
        assert found[name] == alone(model, pieces[name], 6)
    assert [one.bar for one in news if isinstance(one, Bar) and one.name == "1"] == [1, 2]


def test_a_piece_that_is_dropped_gives_its_slots_to_the_next(model: MusicModel) -> None:
    batch = Batch(model, 2)
    batch.add("first", piece(1, bars=4))
    batch.add("second", piece(2))
    for _ in range(5):
        batch.step()
    batch.remove("first")
    assert scores(list(play(batch))).keys() == {"second"}


def test_an_error_of_one_piece_touches_no_other(
    model: MusicModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(model, piece(2), 4)
    begin = by_model.begin

    def faulty(work: ScoreRequest, generator: Generator) -> object:
        generation = begin(work, generator)
        if work.seed == 1:
            steps, advance = iter(range(10**6)), generation.particles.advance

            def broken(drawn: Mapping[int, int]) -> None:
                if next(steps) == 5:
                    raise ValueError("a fault in the particles")
                advance(drawn)

            monkeypatch.setattr(generation.particles, "advance", broken)
        if work.seed == 3:
            generation.particles.leave()
            raise ValueError("a fault at the beginning")
        return generation

    monkeypatch.setattr(module, "begin", faulty)
    batch = Batch(model, 4)
    for seed in (1, 2, 3):
        batch.add(str(seed), piece(seed))
    news = list(play(batch))
    assert scores(news) == {"2": expected}
    assert {one.name for one in news if isinstance(one, Fault)} == {"1", "3"}


def test_out_of_memory_shrinks_the_batch_and_loses_nothing(model: MusicModel) -> None:
    made: list[int] = []

    def make(slots: int) -> Decoder:
        if slots > 16:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        made.append(slots)
        decoder = Decoder.of(model.transformer, slots=slots, precision=model.precision)
        if slots > 4:
            steps = iter(range(10**6))
            step = decoder.network.step

            def failing(*inputs: object) -> Floats:
                if next(steps) == 20:
                    raise torch.OutOfMemoryError
                return step(*inputs)  # type: ignore[arg-type]

            setattr(decoder.network, "step", failing)  # noqa: B010 -- a method
        return decoder

    batch = Batch(model, 64, make)
    assert batch.slots == 16
    for seed in range(4):
        batch.add(str(seed), piece(seed, candidates=4))
    found = scores(list(play(batch)))
    assert made == [16, 8, 4]
    assert found.keys() == {"0", "1", "2", "3"}
    assert found["2"] == alone(model, piece(2, candidates=4), 4)


def test_a_batch_computes_with_the_threads_that_the_host_gives_it(model: MusicModel) -> None:
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            generator = Batch(model, 2, threads=threads)._generator
            assert generator is not None
            network = generator.decoder.network
            if isinstance(network, OnnxNetwork):
                options = network._session.get_session_options()
                assert options.intra_op_num_threads == threads
            else:
                assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_a_piece_that_can_never_be_seated_is_told_so(model: MusicModel) -> None:
    batch = Batch(model, 2)
    batch.add("large", piece(1, candidates=3))
    batch.add("small", piece(2))
    news = list(play(batch))
    faults = [one for one in news if isinstance(one, Fault)]
    assert [fault.name for fault in faults] == ["large"]
    assert "fewer" in str(faults[0].error)
    assert scores(news).keys() == {"small"}


def test_an_error_in_the_shared_step_costs_the_one_that_makes_it(model: MusicModel) -> None:
    def make(slots: int) -> Decoder:
        decoder = Decoder.of(model.transformer, slots=slots, precision=model.precision)
        step = decoder.step

        def failing(slots: Collection[int]) -> dict[int, int]:
            if poison.names & {sequence.sampling.seed // 1_000_003 for sequence in sequences()}:
                raise RuntimeError("probability tensor contains nan")
            return step(slots)

        def sequences() -> list[Any]:
            return decoder._rows

        class Failing:
            def __getattr__(self, name: str) -> Any:
                return failing if name == "step" else getattr(decoder, name)

        return cast("Decoder", Failing())

    poison = SimpleNamespace(names={2})
    batch = Batch(model, 8, make)
    for seed in (1, 2, 3):
        batch.add(str(seed), piece(seed))
    news = list(play(batch))
    assert [one.name for one in news if isinstance(one, Fault)] == ["2"]
    assert scores(news).keys() == {"1", "3"}
    assert scores(news)["3"] == alone(model, piece(3), 8)
