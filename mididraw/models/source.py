"""The collections that a model has learned from, which it is asked to sound like."""

from enum import IntEnum


class Source(IntEnum):
    """What a piece sounds like: the collections that the model learns from."""

    POP = 0
    FOLK = 1
    CLASSICAL = 2
    GAME = 3
