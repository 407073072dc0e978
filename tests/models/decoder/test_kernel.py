"""Both kernels compute the same network, and which one does is measured once."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mididraw.models.decoder import Decoder, Precision, Sampling, generate
from mididraw.models.decoder.kernel import Kernel, make_network
from mididraw.models.decoder.onnx_network import OnnxNetwork
from mididraw.models.decoder.torch_network import TorchNetwork
from mididraw.models.transformer_weights import TransformerConfig
from tests.conftest import ROOT
from tests.models.shapes import (
    LEARNED,
    POCKET,
    ROTARY,
    plain_logits,
    random_model,
    random_tokens,
)

WRITABLE = replace(POCKET, width=64, kv_heads=1)
"""Heads of 16 channels, which ONNX Runtime can turn, that share one key."""
UNTIED = replace(WRITABLE, tied=False, heads=2, head_channels=32)
LONG = replace(WRITABLE, context=320)
TOLERANCE = 1e-4
GREEDY = Sampling(temperature=0)

each_kernel = pytest.mark.parametrize("kernel", Kernel)
each_shape = pytest.mark.parametrize("shape", [WRITABLE, UNTIED], ids=["tied", "untied"])


@each_kernel
@each_shape
def test_steps_give_the_plain_logits_in_every_row(shape: TransformerConfig, kernel: Kernel) -> None:
    """Each row holds a past of another length."""
    model, rows = random_model(shape), 5
    sequences = [random_tokens(shape, 3 + 11 * row, seed=row) for row in range(rows)]
    network = make_network(model, Precision.FP32, rows, shape.context, kernel=kernel)
    held = [len(tokens) - 3 for tokens in sequences]
    for row, tokens in enumerate(sequences):
        network.prefill(row, tokens[: held[row]])
    for step in range(3):
        lengths = [length + step for length in held]
        taken = np.array([tokens[n] for tokens, n in zip(sequences, lengths, strict=True)])
        logits = network.step(taken, np.array(lengths), max(lengths))
        for row, (tokens, n) in enumerate(zip(sequences, lengths, strict=True)):
            plain = plain_logits(model, tokens[: n + 1])[-1]
            assert abs(logits[row] - plain).max() < TOLERANCE * plain.std()


@each_kernel
def test_a_seed_gives_the_same_tokens_whatever_shares_the_batch(kernel: Kernel) -> None:
    model = random_model(WRITABLE)
    prompts = [random_tokens(WRITABLE, 1 + 7 * i, seed=i).tolist() for i in range(9)]
    samplings = [Sampling(top_p=(0.9, 1)[i % 2], seed=i) for i in range(9)]
    # Nine sequences over four slots: they join, leave and change rows at different times.
    together = generate(Decoder.of(model, slots=4, kernel=kernel), prompts, samplings, 30)
    for prompt, sampling, expected in zip(prompts, samplings, together, strict=True):
        alone = Decoder.of(model, slots=4, kernel=kernel)
        assert generate(alone, [prompt], [sampling], 30) == [expected]


@each_kernel
def test_fewer_rows_are_computed_only_where_that_changes_no_bit(kernel: Kernel) -> None:
    model = random_model(WRITABLE)
    network = make_network(model, Precision.FP32, 24, WRITABLE.context, kernel=kernel)
    assert network.sizes[-1] == 24
    tokens = random_tokens(WRITABLE, 24)
    lengths = np.arange(24)
    for row in range(24):
        network.prefill(row, random_tokens(WRITABLE, row, seed=row))
    every = network.step(tokens, lengths, 23).copy()
    for count in network.sizes:
        some = network.step(tokens[:count], lengths[:count], count - 1)
        assert np.array_equal(some, every[:count])


@each_kernel
def test_a_copied_row_goes_on_like_its_original(kernel: Kernel) -> None:
    model, tokens = random_model(WRITABLE), random_tokens(WRITABLE, 20)
    network = make_network(model, Precision.FP32, 3, WRITABLE.context, kernel=kernel)
    network.prefill(0, tokens[:15])
    network.prefill(2, tokens[5:19])
    network.move(0, 2, 15)
    logits = network.step(np.array([tokens[15], tokens[0], tokens[15]]), np.array([15, 0, 15]), 15)
    assert abs(logits[2] - logits[0]).max() < 1e-5
    assert abs(logits[0] - plain_logits(model, tokens[:16])[-1]).max() < 1e-3


@each_kernel
def test_beyond_the_context_the_newer_half_goes_on(kernel: Kernel) -> None:
    model, prompt = random_model(WRITABLE), random_tokens(WRITABLE, 10).tolist()
    [drawn] = generate(Decoder.of(model, kernel=kernel), [prompt], [GREEDY], 100)
    tokens, start = list(prompt), 0
    for token in drawn:
        if len(tokens) - start == WRITABLE.context + 1:
            start = len(tokens) - WRITABLE.context // 2
        plain = plain_logits(model, tokens[start:])[-1]
        assert plain[token] > plain.max() - 1e-3
        tokens.append(token)


@each_kernel
@pytest.mark.parametrize("held", [10, 100])
def test_a_rows_bits_are_its_own_however_long_those_beside_it_are(
    held: int, kernel: Kernel
) -> None:
    model, own, others = random_model(LONG), random_tokens(LONG, held + 2), random_tokens(LONG, 310)
    network = make_network(model, Precision.FP32, 3, LONG.context, kernel=kernel)
    found = []
    for beside in (0, 60, 300, 130, 5):  # caches grow, and become small again
        network.prefill(1, own[:held])
        for row in (0, 2):
            network.prefill(row, others[:beside])
        for step in range(2):
            tokens = np.array([others[beside], own[held + step], others[beside]])
            lengths = np.array([beside, held + step, beside])
            logits = network.step(tokens, lengths, int(lengths.max()))
        found.append(logits[1].copy())
    assert all(np.array_equal(one, found[0]) for one in found)
    plain = plain_logits(model, own)[-1]
    assert abs(found[0] - plain).max() < TOLERANCE * plain.std()


@each_kernel
def test_a_step_reads_all_blocks_and_the_readout(kernel: Kernel) -> None:
    model = random_model(WRITABLE)
    network = make_network(model, Precision.FP32, 2, 64, kernel=kernel)
    outside = {"norm.weight", "norm.bias"}
    weights = [part for name, part in model.named_parameters() if name not in outside]
    assert network.bytes_per_step == 4 * sum(part.numel() for part in weights)


@pytest.mark.parametrize(
    "shape",
    [replace(POCKET, kv_heads=1), replace(WRITABLE, kv_heads=2), ROTARY, LEARNED],
    ids=["narrow", "two keys", "rotary", "learned"],
)
def test_shapes_that_the_graph_does_not_cover_are_left_to_torch(
    shape: TransformerConfig, choices: Path
) -> None:
    network = make_network(random_model(shape), Precision.FP32, 2, 64)
    assert isinstance(network, TorchNetwork)
    assert not choices.exists()


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.INT8])
def test_other_precisions_are_left_to_torch(precision: Precision) -> None:
    assert isinstance(make_network(random_model(WRITABLE), precision, 2, 64), TorchNetwork)


def test_the_choice_is_kept(choices: Path) -> None:
    model = random_model(WRITABLE)
    first = make_network(model, Precision.FP32, 2, 64)
    [(name, kept)] = json.loads(choices.read_text()).items()
    assert (kept == Kernel.ONNXRUNTIME) == isinstance(first, OnnxNetwork)
    for kernel, kind in ((Kernel.TORCH, TorchNetwork), (Kernel.ONNXRUNTIME, OnnxNetwork)):
        choices.write_text(json.dumps({name: kernel}))
        assert isinstance(make_network(model, Precision.FP32, 2, 64), kind)


def test_choices_for_other_machines_and_sizes_stay(choices: Path) -> None:
    choices.parent.mkdir(parents=True)
    choices.write_text(json.dumps({"another machine": "torch"}))
    for rows in (1, 2):
        make_network(random_model(WRITABLE), Precision.FP32, rows, 64)
    kept = json.loads(choices.read_text())
    assert kept["another machine"] == "torch"
    assert len(kept) == 3


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"a": 3}', "\0"])
def test_a_broken_file_of_choices_is_measured_anew(choices: Path, broken: str) -> None:
    choices.parent.mkdir(parents=True)
    choices.write_text(broken)
    make_network(random_model(WRITABLE), Precision.FP32, 1, 64)
    assert set(json.loads(choices.read_text()).values()) & set(Kernel)


def test_a_cache_folder_that_cannot_be_written_costs_a_measurement_alone(
    choices: Path,
) -> None:
    choices.parent.write_text("a file where the folder should be")
    network = make_network(random_model(WRITABLE), Precision.FP32, 1, 64)
    assert network.sizes == (1,)
    assert choices.parent.is_file()


def test_nothing_is_reported_to_anybody(tmp_path: Path) -> None:
    """ONNX Runtime's own builds keep a device's number beside what they report."""
    program = (
        "from tests.models.decoder.test_kernel import *\n"
        "model = random_model(WRITABLE)\n"
        "generate(Decoder.of(model, kernel=Kernel.ONNXRUNTIME), [[1]], [GREEDY], 5)\n"
        "Decoder.of(model)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
    )
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert written == [Path("mididraw/kernels.json")]
