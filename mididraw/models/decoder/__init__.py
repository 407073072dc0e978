"""Fast decoding of any shape of the transformer, on a CPU or a GPU."""

from mididraw.models.decoder.decode import Decoder, generate
from mididraw.models.decoder.precision import Precision
from mididraw.models.decoder.processor import LogitsProcessor
from mididraw.models.decoder.sampling import Sampling, choose, log_softmax, noise

__all__ = [
    "Decoder",
    "LogitsProcessor",
    "Precision",
    "Sampling",
    "choose",
    "generate",
    "log_softmax",
    "noise",
]
