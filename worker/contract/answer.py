"""An answer: every job that was accepted gets exactly one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mididraw.errors import Sentence
from mididraw.options import DrawOptions
from worker.contract.base import Digest, FrozenModel, JobId, Message, Seconds

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Take:
    """One of several pieces to choose from."""

    midi: bytes
    mp3: bytes


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """The files of a result; they are kept beside the answer, not in it.

    There is a video where the options say so, unless it could not be made. Where they ask for
    several takes, ``midi`` and ``mp3`` are the first one's, ``others`` the rest, and ``png`` shows
    them all.
    """

    midi: bytes
    mp3: bytes
    png: bytes
    video: bytes | None = None
    others: tuple[Take, ...] = ()

    @property
    def takes(self) -> tuple[Take, ...]:
        """All pieces to choose from, which may be a single one."""
        return (Take(self.midi, self.mp3), *self.others)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        data = [self.png, self.video or b"", *(part for one in self.takes for part in _both(one))]
        return sum(map(len, data))


def _both(take: Take) -> tuple[bytes, bytes]:
    return take.midi, take.mp3


class Reason(StrEnum):
    """Why a job failed."""

    REFUSED = "refused"
    """The pictures or options cannot be drawn; the sentence says why."""
    TIMEOUT = "timeout"
    EXPIRED = "expired"
    LOST = "lost"
    """It was begun as often as is allowed, and every time its worker died."""
    BROKEN = "broken"
    """A fault of ours."""


class Likeness(FrozenModel):
    """How close the music came to the picture: shares from 0 to 1."""

    coverage: _Share
    precision: _Share
    f1: _Share


class Done(Message):
    """The music is there.

    Attributes:
        job: the job.
        music: what the files are kept under.
        options: as resolved: seed, tempo and key are filled in; of several takes each has its key.
        bars: length of the piece.
        chords: one name a chord, in order.
        songs: that bars of it are taken from, if any; of several takes the first.
        sketch: the drawing on the whole canvas: a PNG in base64, or nothing.
        match: how close it came; of several takes the first.
        seconds: time that each stage took.
    """

    kind: Literal["done"] = "done"
    job: JobId
    music: Digest
    options: DrawOptions
    bars: Annotated[int, Field(ge=1)]
    chords: tuple[str, ...] = ()
    songs: tuple[str, ...] = ()
    sketch: Annotated[str, Field(max_length=1 << 20, pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = ""
    match: Likeness
    seconds: dict[str, Seconds]


def _sentence(value: object) -> object:
    """Answers of older workers hold the English sentence alone."""
    return Sentence("", value) if isinstance(value, str) else value


class Failed(Message):
    """There is no music; ``sentence`` is fit to show to the user."""

    kind: Literal["failed"] = "failed"
    job: JobId
    reason: Reason
    sentence: Annotated[Sentence, BeforeValidator(_sentence)]


class Cancelled(Message):
    """The user wanted it no more."""

    kind: Literal["cancelled"] = "cancelled"
    job: JobId


Answer = Annotated[Done | Failed | Cancelled, Field(discriminator="kind")]
