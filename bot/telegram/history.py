"""One's own last pieces, favourites, and the gallery that a group may have."""

from typing import Any

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from bot.jobs.interface import Kept
from bot.reply import compose
from bot.service.gallery import Delete, put_in, remove_from
from bot.service.history import change_favourite, day, history_of, refuse_others
from bot.telegram.context import TelegramContext, sender_of, target_of
from bot.telegram.keyboards import Gallery, Keep, Open
from bot.telegram.orders import follow
from bot.telegram.refusals import forbids
from bot.texts import Texts
from mididraw.errors import MididrawError, OptionError
from worker.contract import Done

_CAPTION, _ALERT = 1024, 200
_IN_A_ROW = 5


async def history(message: Message, context: TelegramContext) -> None:
    """One's own last pieces, where nobody else sees them."""
    texts, target = await context.texts(message), target_of(message)
    if not target.private:
        await context.say(message, texts("telegram-history-private"))
        return
    found = await history_of(context.service, sender_of(message).id, texts)
    if found is None:
        await context.say(message, texts("history-none"))
        return
    keys = [
        InlineKeyboardButton(text=str(number), callback_data=Open(job=piece.job.id).pack())
        for number, piece in enumerate(found.pieces, 1)
    ]
    rows = [keys[start : start + _IN_A_ROW] for start in range(0, len(keys), _IN_A_ROW)]
    await context.bot.send_photo(
        target.chat,
        BufferedInputFile(found.picture, "history.png"),
        caption=found.text[:_CAPTION],
        reply_markup=InlineKeyboardMarkup(inline_keyboard=rows),
    )


async def press(
    query: CallbackQuery, callback_data: Open | Keep | Gallery, context: TelegramContext
) -> None:
    """Do what is wanted with a piece, which is its author's affair alone."""
    texts = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    if kept is None or not isinstance(query.message, Message):
        await query.answer(texts("expired-buttons"), show_alert=True)
        return
    try:
        refuse_others(kept, sender_of(query).id)
        if isinstance(callback_data, Open):
            await _open(query, query.message, kept, context)
            text = texts("telegram-accepted")
        elif isinstance(callback_data, Keep):
            until = await change_favourite(context.service, sender_of(query).id, kept)
            text = texts("kept-no-longer") if until is None else texts("kept", day=day(until))
        else:
            text = await _gallery(query, query.message, kept, context, texts)
    except MididrawError as error:
        await query.answer(texts.sentence(error)[:_ALERT], show_alert=True)
        return
    await query.answer(text[:_ALERT], show_alert=not isinstance(callback_data, Open))


async def _open(
    query: CallbackQuery, message: Message, kept: Kept, context: TelegramContext
) -> None:
    target = target_of(message)
    asker = context.asker(f"press {query.id}", sender_of(query), message)
    await context.service.show_again(asker, target, follow(context, target), kept)


async def _gallery(
    query: CallbackQuery, message: Message, kept: Kept, context: TelegramContext, texts: Texts
) -> str:
    """Put a piece into the group's gallery, or take it out; says which."""
    memory, user = context.service.memory, sender_of(query).id
    rules = await memory.chat_settings(str(message.chat.id))
    if rules.gallery is None:
        raise OptionError("gallery-none", "There is no gallery here.")
    channel = int(rules.gallery)

    async def post() -> tuple[int, list[int]]:
        return channel, await _show(context, kept, channel, query.from_user.full_name)

    if await put_in(memory, user, kept.job.id, post):
        title = (await context.bot.get_chat(channel)).title or ""
        return texts("gallery-in", place=title)
    await remove_from_galleries(context, user, kept.job.id)
    return texts("gallery-out")


async def _show(context: TelegramContext, kept: Kept, channel: int, name: str) -> list[int]:
    """Write the messages of a piece; gives their ids."""
    assert isinstance(kept.answer, Done)  # noqa: S101 -- it is a piece
    files = await context.service.jobs.files(kept.answer)
    if files is None:
        raise OptionError(
            "favourite-gone", "The files of this piece are gone: ask for it again first."
        )
    texts = await context.service.texts_for("", kept.job.language)
    reply = compose(kept.job, kept.answer, files, texts)
    caption = f"{texts('gallery-by', who=name)}\n{reply.text}"[:_CAPTION]
    bot, title = context.bot, reply.title
    try:
        roll = BufferedInputFile(files.png, "roll.png")
        first = await bot.send_photo(channel, roll, caption=caption)
        sound = BufferedInputFile(files.mp3, f"{title}.mp3")
        second = await bot.send_audio(channel, sound, title=title, performer="midiDraw")
    except TelegramAPIError as error:
        if not forbids(error) and not isinstance(error, TelegramBadRequest):
            raise
        raise OptionError(
            "gallery-closed", "I cannot write in the gallery: those who manage it can mend that."
        ) from error
    return [first.message_id, second.message_id]


async def remove_from_galleries(
    context: TelegramContext, user: str, only: str | None = None
) -> int:
    """Delete what a person put into galleries; tells of how many pieces that was impossible."""
    return await remove_from(context.service.memory, user, deleting(context.bot), only)


def deleting(bot: Bot) -> Delete:
    """What deletes messages of galleries.

    Telegram lets bots delete what is younger than two days, and some of what is older.
    """

    async def delete(chat: int, message: int) -> bool:
        try:
            await bot.delete_message(chat, message)
        except TelegramBadRequest as error:
            return "not found" in error.message.lower()
        except TelegramAPIError:
            return False
        return True

    return delete


async def channel_of(bot: Bot, name: str, user: str) -> str:
    """The id of a channel that becomes a group's gallery.

    Raises:
        OptionError: the person or the bot is none of its admins.
    """
    wanted: Any = name if name.startswith("@") else int(name)
    try:
        chat = await bot.get_chat(wanted)
        admins = await bot.get_chat_administrators(chat.id)
    except TelegramAPIError as error:
        raise _not_admin() from error
    if {user, str(bot.id)} - {str(one.user.id) for one in admins}:
        raise _not_admin()
    return str(chat.id)


def _not_admin() -> OptionError:
    return OptionError("gallery-not-admin", "You and I must both be admins of that channel.")


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="history")
    router.message.register(history, Command("history", ignore_case=True))
    for kind in (Open, Keep, Gallery):
        router.callback_query.register(press, kind.filter())
    return router
