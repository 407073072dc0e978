"""Where an answer goes in Telegram, written into a job and read back."""

from pydantic import BaseModel, ConfigDict, ValidationError

from worker.contract import ReplyTo

FRONT = "telegram"


class Address(BaseModel):
    """A message to answer to.

    Attributes:
        chat: its chat.
        message: its id there; None to write without replying.
        thread: the topic that it is in.
        private: whether the chat is with one person alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chat: int
    message: int | None = None
    thread: int | None = None
    private: bool = True

    @property
    def reply(self) -> ReplyTo:
        """As a job carries it; it never expires."""
        return ReplyTo(front=FRONT, address=self.model_dump_json())

    @classmethod
    def of(cls, reply: ReplyTo) -> "Address | None":
        """Read it; None if it is not of this version."""
        try:
            return cls.model_validate_json(reply.address)
        except ValidationError:
            return None
