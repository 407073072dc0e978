"""x-transformers' model in our shapes: what our decoder is proven and measured beside."""

import warnings
from typing import Any

from mididraw.models.transformer_weights import TransformerConfig


def reference(shape: TransformerConfig) -> Any:
    """Make x-transformers' model of a shape with random weights.

    Its rotary positions turn pairs of another order and its RMSNorm is its own, so only the
    giants' shapes compute the same from the same weights; the pocket model's is a twin in size.

    Returns:
        an ``AutoregressiveWrapper``, or None where x-transformers is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of functions that its dependencies will drop
            import x_transformers
    except ImportError:
        return None
    swish = shape.feedforward == "swiglu"
    layers = x_transformers.Decoder(
        dim=shape.width,
        depth=shape.depth,
        heads=shape.heads,
        attn_kv_heads=shape.kv_heads if shape.kv_heads != shape.heads else None,
        attn_dim_head=shape.head_width,
        attn_flash=shape.kv_heads == shape.heads,  # its fast attention takes no others
        rotary_pos_emb=shape.positions == "rotary",
        rotary_emb_dim=shape.turning if shape.positions == "rotary" else None,
        use_rmsnorm=shape.norm == "rms",
        ff_mult=shape.hidden / shape.width,
        ff_glu=swish,
        ff_swish=swish,
        ff_no_bias=swish,
    )
    net = x_transformers.TransformerWrapper(
        num_tokens=shape.vocabulary,
        max_seq_len=shape.context,
        attn_layers=layers,
        tie_embedding=shape.tied,
    )
    pad = shape.vocabulary - 1
    model = x_transformers.AutoregressiveWrapper(net, ignore_index=pad, pad_value=pad)
    return model.eval().requires_grad_(requires_grad=False)
