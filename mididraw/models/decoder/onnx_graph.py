"""One step of the transformer over its KV cache, written as a graph for ONNX Runtime."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper, numpy_helper

from mididraw.arrays import Floats
from mididraw.models.transformer_weights import TransformerConfig

TOKENS, POSITIONS, PLACES, MASK, LOGITS = "tokens", "positions", "places", "mask", "logits"
"""Inputs ``int64[rows, time]`` (tokens, and the position of each), ``int64[rows, time, 2]`` (row
and position of each in the cache) and ``float32[rows, queries, span]`` (what is added to the
scores of each query, or of all: minus infinity for what it must not see); output ``float32[rows,
time, vocabulary]``. A row's queries are the heads of its tokens, in their order."""
KEYS, VALUES = "keys", "values"

_HEAD_CHANNELS = 16
"""What turns keys wants heads of a multiple of so many channels."""
_LARGEST = 1 << 15
"""Channels times blocks. Larger models would not fit into one file of the format, which holds 2 GB,
and their time goes into reading weights, which no library changes."""
_OPSET = 18
_IR_VERSION = 10
_ELSEWHERE = "given to the session"
"""Where constants lie; the format wants a file's name, and none is opened."""
_MICROSOFT = "com.microsoft"
"""Domain of ONNX Runtime's own operators, such as attention over a cache."""


def can_write(shape: TransformerConfig) -> bool:
    """Whether the graph's operators cover a transformer of this shape."""
    return (
        shape.kv_heads == 1
        and shape.head_width % _HEAD_CHANNELS == 0
        and shape.width * shape.depth <= _LARGEST
        and shape.positions == "rotary"
        and shape.turning == shape.head_width
        and shape.norm == "rms"
        and shape.feedforward == "swiglu"
    )


def cache_names(layer: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Names of a layer's keys and values, ``float32[rows, span, head_width]``.

    Returns:
        the inputs' names and the outputs'; an output may lie in its input's memory.
    """
    before = f"{KEYS}_{layer}", f"{VALUES}_{layer}"
    return before, (f"{before[0]}_after", f"{before[1]}_after")


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """An ONNX model, and the constants that it names and does not hold.

    Attributes:
        model: tokens, lengths and caches → logits and caches.
        constants: weights and tables of angles, ``float32``; a session reads them from here.
    """

    model: bytes
    constants: dict[str, Floats]


def write_graph(shape: TransformerConfig, weights: Mapping[str, Floats], context: int) -> Graph:
    """Write the graph of a step.

    Args:
        shape: a shape for which :func:`can_write` holds.
        weights: by the names that PyTorch's modules have.
        context: positions that the cache has room for.
    """
    writer = _GraphWriter(shape, weights, context)
    writer.write()
    constants = [_declaration(*one) for one in writer.constants.items()]
    constants += writer.shapes()
    graph = helper.make_graph(writer.nodes, "step", writer.inputs(), writer.outputs(), constants)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    written = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    serialized: bytes = written.SerializeToString()
    return Graph(serialized, writer.constants)


def _declaration(name: str, values: Floats) -> onnx.TensorProto:
    """Declare a constant that is kept elsewhere, which spares copying and writing it."""
    tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=values.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=_ELSEWHERE)
    return tensor


def _angles(shape: TransformerConfig, positions: int) -> Floats:
    """Rotary angles ``float32[positions, turning / 2]``, rounded as the model was trained."""
    half = shape.turning // 2
    turns = np.float32(shape.rotary_base) ** -(np.arange(half, dtype=np.float32) / np.float32(half))
    return np.arange(positions, dtype=np.float32)[:, None] * turns


class _GraphWriter:
    """Collects nodes and constants; every method returns the name of what it wrote."""

    def __init__(
        self, shape: TransformerConfig, weights: Mapping[str, Floats], context: int
    ) -> None:
        self._shape, self._weights, self._context = shape, weights, context
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Floats] = {}
        width = shape.head_width
        self._shapes = {
            "by_head": np.array([0, -1, width]),
            "by_token": np.array([0, -1, shape.heads * width]),
        }
        """Small constants, which the graph holds itself."""

    def write(self) -> None:
        angles = _angles(self._shape, self._context)
        self._constant("cosine", np.cos(angles))
        self._constant("sine", np.sin(angles))
        embedding = self._weights["embedding.weight"]
        x = self._node("Gather", [self._constant("embedding", embedding), TOKENS], "embedded")
        for layer in self._layers:
            x = self._block(layer, x)
        x = self._norm("norm", x, self._weights["norm.weight"])
        if self._shape.tied:
            self._linear(LOGITS, x, embedding)
        else:
            product = self._linear("product", x, self._weights["output.weight"])
            bias = self._constant("bias", self._weights["output.bias"])
            self._node("Add", [product, bias], LOGITS)

    def shapes(self) -> list[onnx.TensorProto]:
        """What the graph's shapes and splits are told by."""
        return [numpy_helper.from_array(one, name) for name, one in self._shapes.items()]

    def inputs(self) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(TOKENS, onnx.TensorProto.INT64, ["rows", "time"]),
            helper.make_tensor_value_info(POSITIONS, onnx.TensorProto.INT64, ["rows", "time"]),
            helper.make_tensor_value_info(PLACES, onnx.TensorProto.INT64, ["rows", "time", 2]),
            helper.make_tensor_value_info(
                MASK, onnx.TensorProto.FLOAT, ["rows", "queries", "span"]
            ),
            *(self._cache(name) for layer in self._layers for name in cache_names(layer)[0]),
        ]

    def outputs(self) -> list[onnx.ValueInfoProto]:
        size: list[str | int | None] = ["rows", "time", self._shape.vocabulary]
        return [
            helper.make_tensor_value_info(LOGITS, onnx.TensorProto.FLOAT, size),
            *(self._cache(name) for layer in self._layers for name in cache_names(layer)[1]),
        ]

    @property
    def _layers(self) -> range:
        return range(self._shape.depth)

    def _cache(self, name: str) -> onnx.ValueInfoProto:
        size: list[str | int | None] = ["rows", "span", self._shape.head_width]
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, size)

    def _block(self, layer: int, x: str) -> str:
        name = f"layer_{layer}"

        def weight(part: str) -> Floats:
            return self._weights[f"blocks.{layer}.{part}.weight"]

        normed = self._norm(f"{name}_attention_norm", x, weight("attention_norm"))
        qkv = self._linear(f"{name}_qkv", normed, weight("attention.qkv"))
        mixed = self._attention(layer, qkv)
        attended = self._linear(f"{name}_attended", mixed, weight("attention.out"))
        x = self._node("Add", [x, attended], f"{name}_middle")
        normed = self._norm(f"{name}_feedforward_norm", x, weight("feedforward_norm"))
        gate_weight, value_weight = np.split(weight("feedforward.up"), 2)
        gate = self._linear(f"{name}_gate", normed, gate_weight)
        value = self._linear(f"{name}_value", normed, value_weight)
        # x · sigmoid(alpha · x), which is SiLU where alpha is 1.
        gate = self._node("QuickGelu", [gate], f"{name}_silu", domain=_MICROSOFT, alpha=1.0)
        hidden = self._node("Mul", [gate, value], f"{name}_hidden")
        fed = self._linear(f"{name}_fed", hidden, weight("feedforward.down"))
        return self._node("Add", [x, fed], f"{name}_end")

    def _attention(self, layer: int, qkv: str) -> str:
        """Turn queries and keys, write keys and values into the cache, and attend to it.

        All heads share one key, so that they are the rows of one product, which reads it once.
        ONNX Runtime's own operator for that has a product for each head: of 8 rows that hold 250
        positions it took 2.8 ms where this takes 1.1 (two cores of a Xeon with AVX-512).
        """
        shape, name = self._shape, f"layer_{layer}"
        before, after = cache_names(layer)
        turned, value = f"{name}_unturned", f"{name}_value_here"
        self._split(qkv, (turned, value), ((shape.heads + 1) * shape.head_width, shape.head_width))
        turned = self._node(
            "RotaryEmbedding",
            [turned, POSITIONS, "cosine", "sine"],
            f"{name}_turned",
            domain=_MICROSOFT,
            num_heads=shape.heads + 1,
        )
        query, key = f"{name}_query_here", f"{name}_key_here"
        self._split(turned, (query, key), (shape.heads * shape.head_width, shape.head_width))
        query = self._node("Reshape", [query, "by_head"], f"{name}_query")
        keys = self._node("ScatterND", [before[0], PLACES, key], after[0])
        values = self._node("ScatterND", [before[1], PLACES, value], after[1])
        scores = self._node(
            "FusedMatMul",
            [query, keys],
            f"{name}_scores",
            domain=_MICROSOFT,
            transB=1,
            alpha=shape.head_width**-0.5,
        )
        scores = self._node("Add", [scores, MASK], f"{name}_masked")
        shares = self._node("Softmax", [scores], f"{name}_shares", axis=-1)
        mixed = self._node("MatMul", [shares, values], f"{name}_mixed_by_head")
        return self._node("Reshape", [mixed, "by_token"], f"{name}_mixed")

    def _split(self, x: str, parts: tuple[str, str], sizes: tuple[int, int]) -> None:
        """Part the channels in two."""
        names = "split_{}_{}".format(*sizes)
        if names not in self._shapes:
            self._shapes[names] = np.array(sizes)
        self.nodes.append(helper.make_node("Split", [x, names], list(parts), axis=-1))

    def _norm(self, name: str, x: str, gain: Floats) -> str:
        gain_name = self._constant(f"{name}_gain", gain)
        eps = float(np.finfo(np.float32).eps)
        return self._node(
            "SimplifiedLayerNormalization", [x, gain_name], name, axis=-1, epsilon=eps
        )

    def _linear(self, name: str, x: str, weight: Floats) -> str:
        """``x @ weight.T``, where the weight is ``float[out, in]``."""
        return self._node("MatMul", [x, self._constant(f"{name}_weight", weight.T)], name)

    def _constant(self, name: str, values: Floats) -> str:
        self.constants[name] = np.ascontiguousarray(values)
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        *,
        domain: str | None = None,
        **attributes: float,
    ) -> str:
        node = helper.make_node(operator, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return output
