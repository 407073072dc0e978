"""One step of the transformer over its KV cache, written as a graph for ONNX Runtime."""

from dataclasses import dataclass

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper
from torch import Tensor

from mididraw.models.transformer import Block, Transformer, TransformerConfig, rotation

TOKENS, LENGTHS, TOTAL, LOGITS = "tokens", "lengths", "total", "logits"
"""Inputs ``int64[rows, time]``, ``int32[rows]`` (the last position of each row) and ``int32[1]``
(how many positions the longest row holds); output ``float32[rows, time, vocabulary]``."""
KEYS, VALUES = "keys", "values"

_HEAD_CHANNELS = 16
"""Attention with turned keys wants heads of a multiple of so many channels."""
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
        shape.head_width % _HEAD_CHANNELS == 0
        and shape.width * shape.depth <= _LARGEST
        and shape.positions == "rotary"
        and shape.turning == shape.head_width
        and shape.norm == "rms"
        and shape.feedforward == "swiglu"
    )


def cache_names(layer: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Names of a layer's keys and values, ``float32[rows, kv_heads, context, head_width]``.

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
    constants: dict[str, NDArray[np.float32]]


def write_graph(model: Transformer, context: int) -> Graph:
    """Write the graph of a step.

    Args:
        model: a transformer of a shape for which :func:`can_write` holds.
        context: positions that the cache has room for.
    """
    writer = _GraphWriter(model.shape, context)
    with torch.no_grad():
        writer.write(model)
    constants = [_declaration(*one) for one in writer.constants.items()]
    graph = helper.make_graph(writer.nodes, "step", writer.inputs(), writer.outputs(), constants)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    written = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
    serialized: bytes = written.SerializeToString()
    return Graph(serialized, writer.constants)


def _declaration(name: str, values: NDArray[np.float32]) -> onnx.TensorProto:
    """Declare a constant that is kept elsewhere, which spares copying and writing it."""
    tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=values.shape)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=_ELSEWHERE)
    return tensor


class _GraphWriter:
    """Collects nodes and constants; every method returns the name of what it wrote."""

    def __init__(self, shape: TransformerConfig, context: int) -> None:
        self._shape, self._context = shape, context
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.float32]] = {}

    def write(self, model: Transformer) -> None:
        cosine, sine = rotation(self._shape, torch.arange(self._context))
        self._constant("cosine", cosine)
        self._constant("sine", sine)
        table = self._constant("embedding", model.embedding.weight)
        x = self._node("Gather", [table, TOKENS], "embedded")
        for layer, block in enumerate(model.blocks):
            if isinstance(block, Block):
                x = self._block(layer, block, x)
        weight, bias = model.readout()
        x = self._norm("norm", x, model.norm.weight)
        if bias is None:
            self._linear(LOGITS, x, weight)
        else:
            product = self._linear("product", x, weight)
            self._node("Add", [product, self._constant("bias", bias)], LOGITS)

    def inputs(self) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(TOKENS, onnx.TensorProto.INT64, ["rows", "time"]),
            helper.make_tensor_value_info(LENGTHS, onnx.TensorProto.INT32, ["rows"]),
            helper.make_tensor_value_info(TOTAL, onnx.TensorProto.INT32, [1]),
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
        shape = self._shape
        size: list[str | int | None] = ["rows", shape.kv_heads, self._context, shape.head_width]
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, size)

    def _block(self, layer: int, block: Block, x: str) -> str:
        name = f"layer_{layer}"
        normed = self._norm(f"{name}_attention_norm", x, block.attention_norm.weight)
        qkv = self._linear(f"{name}_qkv", normed, block.attention.qkv.weight)
        mixed = self._attention(layer, qkv, f"{name}_mixed")
        attended = self._linear(f"{name}_attended", mixed, block.attention.out.weight)
        x = self._node("Add", [x, attended], f"{name}_middle")
        normed = self._norm(f"{name}_feedforward_norm", x, block.feedforward_norm.weight)
        gate_weight, value_weight = block.feedforward.up.weight.chunk(2)
        gate = self._linear(f"{name}_gate", normed, gate_weight)
        value = self._linear(f"{name}_value", normed, value_weight)
        # x · sigmoid(alpha · x), which is SiLU where alpha is 1.
        gate = self._node("QuickGelu", [gate], f"{name}_silu", domain=_MICROSOFT, alpha=1.0)
        hidden = self._node("Mul", [gate, value], f"{name}_hidden")
        fed = self._linear(f"{name}_fed", hidden, block.feedforward.down.weight)
        return self._node("Add", [x, fed], f"{name}_end")

    def _attention(self, layer: int, qkv: str, mixed: str) -> str:
        """Turn queries and keys, write keys and values into the cache, and attend to it."""
        before, after = cache_names(layer)
        node = helper.make_node(
            "GroupQueryAttention",
            [qkv, "", "", *before, LENGTHS, TOTAL, "cosine", "sine"],
            [mixed, *after],
            domain=_MICROSOFT,
            num_heads=self._shape.heads,
            kv_num_heads=self._shape.kv_heads,
            do_rotary=1,
        )
        self.nodes.append(node)
        return mixed

    def _norm(self, name: str, x: str, gain: Tensor) -> str:
        gain_name = self._constant(f"{name}_gain", gain)
        eps = torch.finfo(torch.float32).eps
        return self._node(
            "SimplifiedLayerNormalization", [x, gain_name], name, axis=-1, epsilon=eps
        )

    def _linear(self, name: str, x: str, weight: Tensor) -> str:
        """``x @ weight.T``, where the weight is ``float[out, in]``."""
        return self._node("MatMul", [x, self._constant(f"{name}_weight", weight.t())], name)

    def _constant(self, name: str, values: Tensor) -> str:
        self.constants[name] = values.detach().float().contiguous().numpy()
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
