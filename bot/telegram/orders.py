"""Messages become orders: their pictures are fetched, and music is asked for."""

import asyncio
from collections.abc import Sequence
from functools import partial

from aiogram import Bot
from aiogram.types import ChatMemberAdministrator, Message

from bot.memory import merged
from bot.service.status import Show
from bot.telegram.context import TelegramContext, sender_of, target_of
from bot.telegram.phrases import parse, settle
from bot.telegram.pictures import Content, Found, midi_in, picture_in
from bot.telegram.target import TelegramTarget
from bot.telegram.titles import title_of
from mididraw.errors import MididrawError, NotAPictureError

_GROUPS = ("group", "supergroup")


async def order(
    context: TelegramContext,
    message: Message,
    parts: Sequence[Content],
    words: str,
    *,
    strict: bool = False,
) -> None:
    """Order the music that a message asks for.

    Args:
        context: what all handlers share.
        message: that asks.
        parts: hold the pictures: the message itself, an album's, or what is replied to.
        words: options.
        strict: whether words that mean nothing are told.
    """
    if not parts:
        # Another part's order has taken them.
        return
    who, texts = sender_of(message), await context.texts(message)
    asked = parse(words.replace(f"@{(await context.bot.me()).username}", " "))
    asker = context.asker(_request(message, parts), who, message)
    try:
        await context.service.admit(asker)
        options = settle(await context.service.options_for(asker, asked.options), asked)
        pictures, lost = await _fetched(context, parts)
        prompt = await _prompt(context, [message, *parts])
        target = target_of(message)
        show = follow(context, target)
        title = title_of(asked.unknown, [_name(part, context) for part in parts])
        await context.service.draw(
            asker, target, show, pictures, options, prompt=prompt, title=title
        )
    except MididrawError as error:
        await context.say(message, texts.sentence(error))
        return
    if lost:
        why = dict.fromkeys(texts.sentence(error) for error in lost)
        left_out = texts("telegram-left-out", lost=len(lost), parts=len(parts))
        await context.say(message, " ".join([left_out, *why]))
    if await _hides_the_rest(parts, context.bot):
        await context.say(message, texts("telegram-album-hidden"))
    if strict and asked.unknown:
        await context.say(message, texts("telegram-unknown", words=" ".join(asked.unknown)[:100]))


async def order_version(context: TelegramContext, message: Message, job: str, words: str) -> None:
    """Ask for another version of a piece, by words in reply to it."""
    texts = await context.texts(message)
    kept = await context.service.piece(job)
    if kept is None:
        await context.say(message, texts("expired-buttons"))
        return
    asker = context.asker(_request(message, []), sender_of(message), message)
    target = target_of(message)
    try:
        asked = parse(words)
        options = settle(merged(kept.options.model_dump(mode="json"), asked.options), asked)
        await context.service.draw_again(asker, target, follow(context, target), kept, options)
    except MididrawError as error:
        await context.say(message, texts.sentence(error))


def follow(context: TelegramContext, target: TelegramTarget) -> Show:
    """Show a drawing's status, and with its first line what Telegram shows at the top."""
    shown, acting = context.messages.show_at(target), False

    async def show(job: str, line: str) -> None:
        nonlocal acting
        if not acting:
            acting = True
            context.service.statuses.run(partial(context.messages.show_action, job, target), job)
        await shown(job, line)

    return show


def _request(message: Message, parts: Sequence[Content]) -> str:
    """What the same order has again: after a restart, or where an update comes twice.

    Late parts of an album are an order of their own, and so is a message with other words.
    """
    own = [part for part in parts if isinstance(part, Message) and _together(part, message)]
    name = "+".join(str(part.message_id) for part in own or [message])
    edited = f" {message.edit_date}" if message.edit_date else ""
    return f"{message.chat.id} {name}{edited}"


def _together(part: Message, message: Message) -> bool:
    group = message.media_group_id
    return part.message_id == message.message_id or (
        group is not None and part.media_group_id == group
    )


async def _hides_the_rest(parts: Sequence[Content], bot: Bot) -> bool:
    """Whether privacy mode showed us but the part of an album that names us."""
    part, *others = parts
    if others or not isinstance(part, Message) or part.media_group_id is None:
        return False
    me = await bot.me()
    if part.chat.type not in _GROUPS or me.can_read_all_group_messages:
        return False
    return not isinstance(await bot.get_chat_member(part.chat.id, me.id), ChatMemberAdministrator)


async def _fetched(
    context: TelegramContext, parts: Sequence[Content]
) -> tuple[tuple[bytes, ...], list[MididrawError]]:
    """The pictures of messages, and why others cannot be had.

    Raises:
        MididrawError: none can be had.
    """
    making = [_fetch(context, part) for part in parts if midi_in(part) is None]
    results = await asyncio.gather(*making)
    lost = [one for one in results if isinstance(one, MididrawError)]
    pictures = tuple(one for one in results if isinstance(one, bytes))
    if not pictures:
        raise lost[0]
    return pictures, lost


async def _fetch(context: TelegramContext, part: Content) -> bytes | MididrawError:
    found: Found | None = picture_in(part, context.files.most)
    if found is None:
        return NotAPictureError("only-pictures", "Only pictures are drawn.")
    try:
        return await context.files.fetch(found)
    except MididrawError as error:
        return error


def _name(part: Content, context: TelegramContext) -> str | None:
    found = picture_in(part, context.files.most)
    return None if found is None else found.name


async def _prompt(context: TelegramContext, parts: Sequence[Content]) -> bytes | None:
    """A MIDI file among the messages, or the one that is replied to."""
    for part in parts:
        replied = [part.reply_to_message, part.external_reply] if isinstance(part, Message) else []
        for content in (part, *replied):
            found = None if content is None else midi_in(content)
            if found is not None:
                return await context.files.fetch(found)
    return None
