"""What all handlers share, and how a message becomes an asker and a target."""

import logging
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, InlineQuery, Message

from bot.service.asker import Asker, no_roles
from bot.service.drawings import DrawingService
from bot.telegram.files import TelegramFiles
from bot.telegram.refusals import forbids
from bot.telegram.status import StatusMessages
from bot.telegram.target import TelegramTarget, reply_parameters
from bot.texts import Texts

_log = logging.getLogger(__name__)
ADMINS = "admins"
"""The one role that a group can ask for."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever writes: a person, or a chat in whose name somebody does.

    Attributes:
        id: of the person, or of the group or channel. The account that Telegram names as the sender
            for those is the same in all of Telegram.
        locale: the person's language, where Telegram tells it.
        personal: whether it is a person.
    """

    id: str
    locale: str | None = None
    personal: bool = True


def sender_of(event: Message | CallbackQuery | InlineQuery) -> Sender:
    """Whoever is behind an event."""
    user = event.from_user
    if isinstance(event, Message) and (event.sender_chat or user is None):
        return Sender(str((event.sender_chat or event.chat).id), personal=False)
    if user is None:
        raise TypeError("only messages come from nobody")
    return Sender(str(user.id), user.language_code)


@dataclass(frozen=True, slots=True)
class TelegramContext:
    """Handed to every handler.

    Attributes:
        bot: speaks to Telegram.
        service: what all front-ends do.
        messages: the messages that tell how far a drawing is.
        files: fetches what people sent.
        public_url: of the drawing page; None if there is none.
    """

    bot: Bot
    service: DrawingService
    messages: StatusMessages
    files: TelegramFiles
    public_url: str | None = None

    async def texts(self, event: Message | CallbackQuery | InlineQuery) -> Texts:
        """The texts in the language that a person chose, or that their Telegram speaks."""
        who = sender_of(event)
        return await self.service.texts_for(who.id, who.locale)

    async def say(self, message: Message, text: str, **more: Any) -> None:
        """Answer a message: where it stands, or in private where the chat forbids it."""
        target, who = target_of(message), sender_of(message)
        try:
            await self.bot.send_message(
                target.chat,
                text,
                message_thread_id=target.thread,
                reply_parameters=reply_parameters(target),
                **more,
            )
        except TelegramAPIError as error:
            if not forbids(error):
                raise
            if target.private or not who.personal:
                _log.info("nobody can be told: %s", error.message)
                return
            try:
                await self.bot.send_message(int(who.id), text, **more)
            except TelegramAPIError as second:
                if not forbids(second):
                    raise
                _log.info("nobody can be told: %s", second.message)

    async def tell(self, message: Message, text: str, **values: str | int) -> None:
        """Answer a message with one of our texts."""
        await self.say(message, (await self.texts(message))(text, **values))

    def asker(self, request: str, who: Sender, message: Message) -> Asker:
        """Whoever asks by a message, or by a button under it."""
        chat, private = message.chat.id, message.chat.type == "private"

        async def roles() -> frozenset[str]:
            return frozenset({ADMINS} if await is_admin(self.bot, message, who) else ())

        return Asker(
            request=request,
            user=who.id,
            locale=who.locale,
            chat="" if private else str(chat),
            settings=str(chat),
            places=frozenset({topic_of(message)}),
            place_link=f"https://t.me/c/{str(chat).removeprefix('-100')}/{{}}",
            roles=no_roles if private else roles,
        )


async def is_admin(bot: Bot, message: Message, who: Sender) -> bool:
    """Whether somebody is one of a chat's admins, anonymous ones too.

    The list of admins can be had where that of the members is hidden.
    """
    if not who.personal:
        return who.id == str(message.chat.id)  # an anonymous admin speaks as the group
    admins = await bot.get_chat_administrators(message.chat.id)
    return who.id in {str(one.user.id) for one in admins}


def topic_of(message: Message) -> str:
    """The id of a message's topic; 1 is the general one, as Telegram counts."""
    return str(message.message_thread_id or 1) if message.is_topic_message else "1"


def target_of(message: Message) -> TelegramTarget:
    """Where to answer a message."""
    return TelegramTarget(
        chat=message.chat.id,
        message=message.message_id,
        thread=message.message_thread_id if message.is_topic_message else None,
        private=message.chat.type == "private",
    )
