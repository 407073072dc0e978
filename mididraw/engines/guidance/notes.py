"""Notes as the processors of a model's tokens tell each other of them."""

from dataclasses import dataclass
from typing import Protocol

from mididraw.arrays import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Notes of several sequences, one each; all but the last are ``int64[n]``.

    Attributes:
        slots: of the sequences.
        key: counted from the piano's highest key down.
        step: of the onset, counted from where the picture begins.
        duration: in steps.
        backing: ``bool[n]``, whether the accompaniment plays them.
    """

    slots: Ints
    key: Ints
    step: Ints
    duration: Ints
    backing: Bools

    def of(self, which: Bools) -> "Notes":
        """Choose some of the notes, ``bool[n]``."""
        return Notes(
            self.slots[which],
            self.key[which],
            self.step[which],
            self.duration[which],
            self.backing[which],
        )


class NoteReader(Protocol):
    """What reads notes from tokens: the first processor of a sequence, whose notes the others use.

    Attributes:
        completed: the notes that the tokens observed last have completed, or None.
    """

    completed: Notes | None
