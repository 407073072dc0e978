"""A job: which pictures to draw, how, for whom, and where the answer goes."""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from mididraw.options import DrawOptions
from worker.contract.base import Digest, FrozenModel, JobId, Message, Moment, Name

_Word = Annotated[str, Field(max_length=200)]


class ReplyTo(FrozenModel):
    """Where an answer goes.

    Attributes:
        front: the front-end that asked, such as ``discord``; its outbox takes the answer.
        address: what the front-end needs to answer there; nobody else looks into it.
        until: when the address dies (Discord's interactions live 15 minutes), None for never.
        fallback: what it needs to write a plain message that mentions the user, once it is dead.
    """

    front: Name
    address: Annotated[str, Field(max_length=4000)]
    until: Moment | None = None
    fallback: Annotated[str, Field(max_length=4000)] = ""

    def lives(self, now: float) -> bool:
        """Whether the address can still be answered at; if not, fall back to a plain message."""
        return self.until is None or now < self.until


class Job(Message):
    """Pictures to be drawn.

    Attributes:
        id: the same for the same interaction or message, so that a redelivery is no second job.
        pictures: where their bytes are kept, in order.
        prompt: where the MIDI file is kept that the music goes on from.
        written: whether that file is the music itself, of which a video is made.
        options: with a seed, so that a job that is run again gives the same music.
        title: shown by the MP3 and on the piano roll.
        reply: where the answer goes.
        user, chat: who asked and where, as the front-end names them.
        language: of the user, such as ``en``.
        requested: when it was asked for.
        expires: when the answer is of no use any more.
    """

    id: JobId
    pictures: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=10)]
    prompt: Digest | None = None
    written: bool = False
    options: DrawOptions
    title: _Word = "drawing"
    reply: ReplyTo
    user: Annotated[str, Field(min_length=1, max_length=200)]
    chat: _Word = ""
    language: Annotated[str, Field(max_length=20)] = "en"
    requested: Moment
    expires: Moment

    @model_validator(mode="after")
    def _is_decided(self) -> Self:
        if self.options.seed is None:
            raise ValueError("a job says its seed")
        if self.written and self.prompt is None:
            raise ValueError("music that is written has a file")
        if self.expires < self.requested:
            raise ValueError("a job expires after it was requested")
        return self

    @property
    def music(self) -> str:
        """What the result is kept under: the same for the same pictures, options and seed."""
        return music_id(self.pictures, self.prompt, self.options, self.title, written=self.written)

    @property
    def blobs(self) -> tuple[str, ...]:
        """All that has to be fetched, pictures first."""
        return self.pictures if self.prompt is None else (*self.pictures, self.prompt)


def digest(data: bytes) -> str:
    """What a blob is kept under."""
    return hashlib.sha256(data).hexdigest()


def job_id(front: str, request: str) -> str:
    """The id of the job that an interaction or message asks for."""
    return hashlib.sha256(f"{front}\n{request}".encode()).hexdigest()[:32]


def music_id(
    pictures: Sequence[str],
    prompt: str | None,
    options: DrawOptions,
    title: str,
    *,
    written: bool,
) -> str:
    """What the result of these pictures, options and seed is kept under."""
    asked = [list(pictures), prompt, options.model_dump(mode="json"), title, written]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
