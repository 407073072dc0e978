"""The precisions that decoding runs in."""

from enum import StrEnum


class Precision(StrEnum):
    """In what the weights are kept."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def exact(self) -> bool:
        """Whether a row's result is the same to the bit however many rows there are."""
        return self is Precision.INT8

    @property
    def weight_bytes(self) -> int:
        """Bytes of one weight."""
        return {"fp32": 4, "bf16": 2, "int8": 1}[self.value]
