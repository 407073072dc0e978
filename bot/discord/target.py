"""Where an answer goes in Discord, written into a job and read back."""

import time
from typing import ClassVar

from bot.service.target import ChatTarget
from worker.contract import ReplyTo

FRONT = "discord"
_TOKEN_LIVES = 14 * 60
"""Seconds that an interaction can be answered for, and a minute less."""


class DiscordTarget(ChatTarget):
    """A message of ours that waits to become the answer, and where else to write.

    Attributes:
        application: the bot's own id.
        token: of the interaction; dies after 15 minutes. Empty where the message is the bot's own,
            in answer to somebody's message.
        message: the message that tells how far the drawing is; 0 where it is drawn on the page.
        channel: where it stands.
        user: who asked.
        private: whether only they see it; such an answer cannot be written anywhere else.
        guild: whether it stands in a server, with voice channels.
        limit: bytes that a file may have there.
        spoiler: whether the picture is hidden until somebody presses it.
        parent: link to the piece that this is another version of.
    """

    front: ClassVar[str] = FRONT

    application: int
    token: str
    message: int
    channel: int
    user: int
    private: bool = False
    guild: bool = False
    limit: int = 10 << 20
    spoiler: bool = False
    parent: str = ""

    def reply_to(self) -> ReplyTo:
        """Write it as a job carries it; nothing but the token expires."""
        until = time.time() + _TOKEN_LIVES
        return ReplyTo(front=FRONT, address=self.model_dump_json(), until=until)
