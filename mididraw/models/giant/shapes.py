"""The published shapes of the Giant Music Transformer, by the names that users give."""

from dataclasses import dataclass, replace

from mididraw.models.giant import vocabulary as v
from mididraw.models.transformer_weights import TransformerConfig

HEAD_CHANNELS = 64
ROTARY_CHANNELS = 32
"""x-transformers 1.23.2 turns half of each head unless told otherwise."""

_MEDIUM = TransformerConfig(
    vocabulary=v.SIZE,
    context=8192,
    width=2048,
    depth=8,
    heads=32,
    kv_heads=32,
    hidden=4 * 2048,
    rotary_width=ROTARY_CHANNELS,
    head_channels=HEAD_CHANNELS,
    norm="layer",
    feedforward="gelu",
    tied=False,
)
_LARGE = replace(
    _MEDIUM, width=1024, depth=32, hidden=4 * 1024, positions="learned", rotary_width=None
)


@dataclass(frozen=True, slots=True)
class Published:
    """A model of the series.

    Attributes:
        shape: its shape.
        file: its checkpoint in the hub's repository.
    """

    shape: TransformerConfig
    file: str


REPOSITORY = "asigalov61/Giant-Music-Transformer"

PUBLISHED = {
    "giant-medium": Published(
        _MEDIUM,
        "Giant_Music_Transformer_Medium_Trained_Model_42174_steps_0.5211_loss_0.8542_acc.pth",
    ),
    "giant-large": Published(
        _LARGE, "Giant_Music_Transformer_Large_Trained_Model_36074_steps_0.3067_loss_0.927_acc.pth"
    ),
    "giant-xl": Published(
        replace(_LARGE, depth=44),
        "Giant_Music_Transformer_Extra_Large_Trained_Model_18001_steps_0.2657_loss_0.9272_acc.pth",
    ),
}
