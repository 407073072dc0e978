"""What all handlers share: jobs, memory, settings, and how an order is placed."""

import logging
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from aiogram import Bot
from aiogram.types import Message, User

from bot.jobs.interface import Jobs, Order
from bot.memory import Memory, Preferences, merged
from bot.telegram.address import Address
from bot.telegram.status import Statuses
from bot.texts import Texts, texts
from mididraw.options import DrawOptions

_log = logging.getLogger(__name__)


def help_picture() -> bytes:
    """A drawing and the roll that was made of it."""
    return (resources.files("bot.reply") / "help.png").read_bytes()


@dataclass(frozen=True, slots=True)
class Core:
    """Handed to every handler.

    Attributes:
        bot: speaks to Telegram.
        jobs: the queue.
        memory: of people and groups.
        statuses: the messages that tell how far a drawing is.
        public_url: of the drawing page; None if there is none.
        help_picture: shown with the help; PNG.
        own_server: whether files come from a Bot API server of the host's own.
    """

    bot: Bot
    jobs: Jobs
    memory: Memory
    statuses: Statuses
    public_url: str | None = None
    help_picture: bytes = field(default_factory=help_picture, repr=False)
    own_server: bool = False

    async def texts_for(self, user: User | None, preferences: Preferences | None = None) -> Texts:
        """In the language that a person chose, or that their Telegram speaks."""
        if user is None:
            return texts(None)
        own = preferences or await self.memory.preferences(str(user.id))
        return texts(own.language or user.language_code)

    async def options_for(self, user: User, chat: int, asked: dict[str, Any]) -> DrawOptions:
        """What is asked for, over the person's defaults, over the group's.

        Raises:
            OptionError: something cannot be had.
        """
        own = await self.memory.preferences(str(user.id))
        house = await self.memory.house(str(chat))
        return merged(house.options, own.options, asked)

    async def order(self, order: Order, address: Address, said: Texts) -> bool:
        """Place an order and begin to tell how far it is.

        Returns:
            whether it is new.

        Raises:
            MididrawError: it is not accepted.
        """
        receipt = await self.jobs.submit(order)
        if receipt.again:
            return False
        _log.info("accepted", extra={"job": receipt.job})
        await self.statuses.begin(receipt.job, address, said)
        return True


def address_of(message: Message) -> Address:
    """Where to answer a message."""
    return Address(
        chat=message.chat.id,
        message=message.message_id,
        thread=message.message_thread_id if message.is_topic_message else None,
        private=message.chat.type == "private",
    )
