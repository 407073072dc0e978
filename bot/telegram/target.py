"""Where an answer goes in Telegram, written into a job and read back."""

from typing import ClassVar

from aiogram.types import ReplyParameters

from bot.service.target import ChatTarget

FRONT = "telegram"


class TelegramTarget(ChatTarget):
    """A message to answer to.

    Attributes:
        chat: its chat.
        message: its id there; None to write without replying.
        thread: the topic that it is in.
        private: whether the chat is with one person alone.
    """

    front: ClassVar[str] = FRONT

    chat: int
    message: int | None = None
    thread: int | None = None
    private: bool = True


def reply_parameters(target: TelegramTarget) -> ReplyParameters | None:
    """The message that is replied to, if it is still there."""
    if target.message is None:
        return None
    return ReplyParameters(message_id=target.message, allow_sending_without_reply=True)
