"""Where an answer goes in a chat, written into a job and read back."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from worker.contract import ReplyTo

PAGE = "page:"
"""Name of notes in which a bot keeps where results go that are drawn on a page it linked to."""


class ChatTarget(BaseModel):
    """A place to answer at; each front-end has its own kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    front: ClassVar[str]
    """The front-end's name."""

    def reply_to(self) -> ReplyTo:
        """Write it as a job carries it."""
        return ReplyTo(front=self.front, address=self.model_dump_json())

    @classmethod
    def of(cls, reply: ReplyTo) -> Self | None:
        """Read it; None if it is not of this version."""
        try:
            return cls.model_validate_json(reply.address)
        except ValidationError:
            return None
