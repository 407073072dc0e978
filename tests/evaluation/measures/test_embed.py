"""YAMNet hears what it should; its weights are development data."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.errors import ModelError
from mididraw.evaluation.measures.embed import DIMENSIONS, FRAME, HOP, RATE, Sound, Yamnet, to_sound


def tone(hertz: float, seconds: float, rate: int = RATE) -> Sound:
    turns = hertz * np.arange(int(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * turns)).astype(np.float32)


@pytest.fixture(scope="module")
def yamnet(shared: Path) -> Yamnet:
    return Yamnet(shared / "data" / "yamnet" / "yamnet.tflite")


def test_a_frame_every_half_second(yamnet: Yamnet) -> None:
    found = yamnet.embed(tone(440, 15))
    assert found.shape == (30, DIMENSIONS)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() > 0


def test_frames_are_heard_each_for_itself(yamnet: Yamnet) -> None:
    sound = np.concatenate((tone(440, 2), tone(3000, 2)))
    found = yamnet.embed(sound)
    third = yamnet.embed(sound[2 * HOP : 2 * HOP + FRAME])
    np.testing.assert_array_equal(found[2], third[0])


def test_short_sound_is_one_frame(yamnet: Yamnet) -> None:
    assert yamnet.embed(tone(440, 0.1)).shape == (1, DIMENSIONS)


def test_silence_is_not_heard(yamnet: Yamnet) -> None:
    assert yamnet.embed(np.zeros(0, np.float32)).shape == (0, DIMENSIONS)
    silent = np.zeros(2 * RATE, np.float32)
    found = yamnet.embed(np.concatenate((tone(440, 2), silent)))
    np.testing.assert_array_equal(found[:3], yamnet.embed(tone(440, 2))[:3])
    assert len(found) == 5, "the last of them hears the tone's end"


def test_the_embedding_is_what_the_classes_are_told_by(yamnet: Yamnet, shared: Path) -> None:
    """The last layer over our embedding gives the scores that the network answers with."""
    network = yamnet._network
    random = np.random.default_rng(0)
    sound = (0.1 * random.normal(size=FRAME)).astype(np.float32)
    (embedding,) = yamnet.embed(sound)
    (scores,) = (d for d in network.get_output_details() if d["shape"][-1] == 521)
    by_name = {d["name"]: d for d in network.get_tensor_details()}
    layer = by_name["yamnet_frames/dense/MatMul"]
    weights = network.get_tensor(layer["index"]).astype(np.float64)
    weights *= layer["quantization_parameters"]["scales"][:, None]
    last = by_name["yamnet_frames/dense/BiasAdd/ReadVariableOp/resource"]
    bias = network.get_tensor(last["index"])
    expected = 1 / (1 + np.exp(-(weights @ embedding + bias)))
    # LiteRT rounds the embedding to 8 bits on its way through the last layer.
    np.testing.assert_allclose(network.get_tensor(scores["index"])[0], expected, atol=0.02)
    classes = (shared / "data" / "yamnet" / "yamnet_class_map.csv").read_text().splitlines()[1:]
    assert classes[int(expected.argmax())].endswith(("Static", "White noise"))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no YAMNet weights"):
        Yamnet(tmp_path / "none.tflite")
    other = tmp_path / "other.tflite"
    other.write_bytes(b"TFL3" * 100)
    with pytest.raises(ModelError, match="cannot be read"):
        Yamnet(other)


def test_a_missing_runtime_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    monkeypatch.setitem(sys.modules, "soxr", None)
    with pytest.raises(ModelError, match=r"mididraw\[evaluate\]"):
        Yamnet(tmp_path / "any.tflite")
    with pytest.raises(ModelError, match=r"mididraw\[evaluate\]"):
        to_sound(np.zeros(10, np.int16), RATE)


@given(st.floats(50, 7000), st.sampled_from((8000, 22_050, 44_100, 48_000)))
def test_resampling_keeps_a_tone(hertz: float, rate: int) -> None:
    if hertz > 0.44 * rate:
        return
    heard = to_sound(tone(hertz, 0.5, rate), rate)
    inner = slice(2000, 6000)
    np.testing.assert_allclose(heard[inner], tone(hertz, 0.5)[inner], atol=0.01)


def test_what_yamnet_cannot_hear_does_not_fold_back() -> None:
    assert np.abs(to_sound(tone(9000, 1, 44_100), 44_100)[1000:-1000]).max() < 1e-3


def test_stereo_of_16_bits_is_mixed() -> None:
    left = (tone(440, 1, 44_100) * 32_768).astype(np.int16)
    both = np.stack((left, np.zeros_like(left)), axis=1)
    heard = to_sound(both, 44_100)
    assert heard.shape == (RATE,)
    assert heard.dtype == np.float32
    np.testing.assert_allclose(heard[2000:9000], tone(440, 1)[2000:9000] / 2, atol=0.01)
