"""Fast decoding of any shape of the transformer, on a CPU or a GPU."""

from mididraw.models.decoder.decode import Decoder, LogitsHook, Rows, generate
from mididraw.models.decoder.linear import Precision
from mididraw.models.decoder.sampling import Sampling, choose, noise

__all__ = [
    "Decoder",
    "LogitsHook",
    "Precision",
    "Rows",
    "Sampling",
    "choose",
    "generate",
    "noise",
]
