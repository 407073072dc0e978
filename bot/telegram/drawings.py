"""Pictures become orders, however they are sent."""

import asyncio
from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, User

from bot.jobs.interface import Order
from bot.telegram.address import FRONT
from bot.telegram.core import Core, address_of
from bot.telegram.phrases import parse
from bot.telegram.pictures import Found, fetch, midi_in, picture_in
from mididraw.errors import MididrawError
from worker.contract import job_id

_MOST = 10


async def draw(message: Message, command: CommandObject, core: Core, album: list[Message]) -> None:
    """``/draw`` with options, as a picture's caption or in reply to a picture."""
    words = command.args or ""
    if any(_picture(one, core) for one in album):
        await _order(album, words, core, strict=True)
    elif message.reply_to_message and _picture(message.reply_to_message, core):
        await _order([message.reply_to_message], words, core, asker=message, strict=True)
    else:
        said = await core.texts_for(message.from_user)
        await message.reply(said("telegram-no-picture"))


async def picture(message: Message, core: Core, album: list[Message], bot: Bot) -> None:
    """A picture: in private always, in groups where we are meant."""
    if not await _meant(album, bot):
        return
    if any(_picture(one, core) for one in album):
        words = next((one.caption for one in album if one.caption), "") or ""
        await _order(album, words, core)
    elif message.chat.type == "private":
        said = await core.texts_for(message.from_user)
        await message.reply(said("telegram-not-a-picture"))


async def answer(message: Message, core: Core, bot: Bot) -> None:
    """Words in reply to a picture, with our name among them."""
    replied = message.reply_to_message
    if replied is None or not _picture(replied, core):
        return
    if _mentions(message, await bot.me()) or message.chat.type == "private":
        await _order([replied], message.text or "", core, asker=message)


def _picture(message: Message, core: Core) -> Found | None:
    return picture_in(message, own_server=core.own_server)


async def _meant(album: list[Message], bot: Bot) -> bool:
    first = album[0]
    if first.chat.type == "private":
        return True
    me = await bot.me()
    replied = first.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == me.id
    return ours or any(_mentions(one, me) for one in album)


def _mentions(message: Message, me: User) -> bool:
    text = message.text or message.caption or ""
    return f"@{me.username}".lower() in text.lower()


async def _order(
    album: list[Message],
    words: str,
    core: Core,
    *,
    asker: Message | None = None,
    strict: bool = False,
) -> None:
    first = asker or album[0]
    user = first.from_user
    said = await core.texts_for(user)
    house = await core.memory.house(str(first.chat.id))
    if user is None or str(user.id) in house.blocked:
        return
    asked = parse(words.replace(f"@{(await core.bot.me()).username}", " "))
    try:
        options = await core.options_for(user, first.chat.id, asked.options)
        found = [one for one in (_picture(part, core) for part in album) if one][:_MOST]
        pictures = await _fetched(core, found)
        prompt = await _prompt(album, core)
        address = address_of(first)
        group = album[0].media_group_id
        name = f"album {group}" if group and asker is None else str(first.message_id)
        order = Order(
            request=f"{first.chat.id} {name}",
            pictures=pictures,
            options=options,
            reply=address.reply,
            user=str(user.id),
            chat="" if address.private else str(first.chat.id),
            language=said.language,
            title=said("title"),
            prompt=prompt,
            most=house.jobs,
        )
        await core.order(order, address, said)
    except MididrawError as error:
        await first.reply(said.sentence(error))
        return
    if strict and asked.unknown:
        await first.reply(said("telegram-unknown", words=" ".join(asked.unknown)[:100]))
    await core.memory.note(f"last:{user.id}", job_id(FRONT, order.request), 86_400)


async def _fetched(core: Core, found: list[Found]) -> tuple[bytes, ...]:
    making = [fetch(core.bot, one, own_server=core.own_server) for one in found]
    return tuple(await asyncio.gather(*making))


async def _prompt(album: list[Message], core: Core) -> bytes | None:
    """A MIDI file among the messages, or the one that is replied to."""
    candidates: list[Any] = [*album, *(one.reply_to_message for one in album)]
    for message in candidates:
        found = midi_in(message) if message is not None else None
        if found is not None:
            return await fetch(core.bot, found, own_server=core.own_server)
    return None


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="drawings")
    router.message.register(draw, Command("draw"))
    router.message.register(picture, F.photo | F.document | F.sticker)
    router.message.register(answer, F.text, F.reply_to_message)
    return router
