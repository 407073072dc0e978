"""A transformer's shape and weights, without the library that trains it: importing that takes time.

PyTorch takes one to three seconds to import, which is as long as a short piece takes to write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from mididraw.arrays import Floats


@dataclass(frozen=True, slots=True)
class TransformerConfig:
    """The shape of a transformer.

    Attributes:
        vocabulary: number of tokens.
        context: longest sequence in tokens.
        width: channels of the residual stream.
        depth: number of blocks.
        heads: query heads.
        kv_heads: key and value heads; fewer than ``heads`` share them (Ainslie et al. 2023).
        hidden: channels inside the feed-forward layers.
        rotary_base: wavelength base of the rotary positions (Su et al. 2021).
        positions: rotary, or a learned vector for each position (Vaswani et al. 2017).
        rotary_width: channels of a head that turn; None for all of them.
        head_channels: channels of a head; None for ``width / heads``.
        norm: RMSNorm (Zhang & Sennrich 2019) or layer norm (Ba et al. 2016).
        feedforward: SwiGLU without biases (Shazeer 2020) or GELU with biases.
        tied: the output shares the embedding's weights; else it has weights and a bias.
    """

    vocabulary: int
    context: int
    width: int
    depth: int
    heads: int
    kv_heads: int
    hidden: int
    rotary_base: float = 10_000.0
    positions: Literal["rotary", "learned"] = "rotary"
    rotary_width: int | None = None
    head_channels: int | None = None
    norm: Literal["rms", "layer"] = "rms"
    feedforward: Literal["swiglu", "gelu"] = "swiglu"
    tied: bool = True

    def __post_init__(self) -> None:
        if self.heads % self.kv_heads:
            raise ValueError("heads must divide by kv_heads")
        if self.head_channels is None and self.width % self.heads:
            raise ValueError("width must divide by heads")
        if self.head_width % 2 or self.turning % 2 or self.turning > self.head_width:
            raise ValueError("channels turn in pairs inside a head")

    @property
    def head_width(self) -> int:
        """Channels of one head."""
        return self.head_channels or self.width // self.heads

    @property
    def turning(self) -> int:
        """Channels of a head that turn with the position."""
        return self.head_width if self.rotary_width is None else self.rotary_width


class AnyTransformer(Protocol):
    """A transformer that can be decoded: one of PyTorch's, or its weights alone."""

    @property
    def shape(self) -> TransformerConfig:
        """Its shape."""

    @property
    def on_gpu(self) -> bool:
        """Whether its weights are on a GPU."""

    def arrays(self) -> Mapping[str, Floats]:
        """Its weights by the names that PyTorch's modules have."""


@dataclass(frozen=True, slots=True, eq=False)
class TransformerWeights:
    """The weights of a transformer, in single precision, by the names of PyTorch's modules."""

    shape: TransformerConfig
    named: Mapping[str, Floats]
    on_gpu: ClassVar[bool] = False

    def arrays(self) -> Mapping[str, Floats]:
        """The weights."""
        return self.named


def names_and_sizes(shape: TransformerConfig) -> dict[str, tuple[int, ...]]:
    """Tell the names of a transformer's weights, and the size of each."""
    width, hidden, heads = shape.width, shape.hidden, shape.heads * shape.head_width
    gated = shape.feedforward == "swiglu"
    norm = ("weight",) if shape.norm == "rms" else ("weight", "bias")
    sizes: dict[str, tuple[int, ...]] = {"embedding.weight": (shape.vocabulary, width)}
    if shape.positions == "learned":
        sizes["positions.weight"] = (shape.context, width)
    for layer in range(shape.depth):
        block = f"blocks.{layer}."
        for one in ("attention_norm", "feedforward_norm"):
            sizes |= {f"{block}{one}.{part}": (width,) for part in norm}
        qkv = (shape.heads + 2 * shape.kv_heads) * shape.head_width
        sizes[f"{block}attention.qkv.weight"] = (qkv, width)
        sizes[f"{block}attention.out.weight"] = (width, heads)
        up = 2 * hidden if gated else hidden
        sizes[f"{block}feedforward.up.weight"] = (up, width)
        sizes[f"{block}feedforward.down.weight"] = (width, hidden)
        if not gated:
            sizes[f"{block}feedforward.up.bias"] = (hidden,)
            sizes[f"{block}feedforward.down.bias"] = (width,)
    sizes |= {f"norm.{part}": (width,) for part in norm}
    if not shape.tied:
        sizes["output.weight"] = (shape.vocabulary, width)
        sizes["output.bias"] = (shape.vocabulary,)
    return sizes
