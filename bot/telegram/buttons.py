"""What happens when a button under a piece is pressed."""

import asyncio
from collections.abc import Callable

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, CallbackQuery, InlineKeyboardMarkup, Message

from bot.jobs.interface import Kept
from bot.reply import Action, changed, vary
from bot.reply.answer import buttons_for
from bot.service.sound import opus_of
from bot.telegram.context import TelegramContext, sender_of
from bot.telegram.form import ChangeForm, keys_of
from bot.telegram.keyboards import Menu, Press, Voice, under, value_of
from bot.telegram.orders import follow
from bot.telegram.parts import seconds_of
from bot.telegram.refusals import changes_nothing, forbids
from bot.telegram.target import TelegramTarget
from bot.texts import Texts
from mididraw.errors import MididrawError
from mididraw.options import DrawOptions
from worker.contract import Done


async def menu(query: CallbackQuery, callback_data: Menu, context: TelegramContext) -> None:
    """Show the form, or the first buttons again, in place."""
    texts = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(texts("expired-buttons"), show_alert=True)
        return
    keys = await _first(query, kept.answer, context, texts)
    if callback_data.action in set(Action):
        keys = _form(ChangeForm.of(callback_data.job, kept.options), texts)
    await _show(query, keys)
    await query.answer()


async def fill(query: CallbackQuery, callback_data: ChangeForm, context: TelegramContext) -> None:
    """Show the form as it is filled in so far, or order the piece so."""
    texts = await context.texts(query)
    if not callback_data.done:
        await _show(query, _form(callback_data, texts))
        await query.answer()
        return

    def wanted(kept: Kept) -> DrawOptions:
        return changed(kept.options, callback_data.given())

    await _order(query, callback_data.job, wanted, context, texts, closes=True)


def _form(form: ChangeForm, texts: Texts) -> InlineKeyboardMarkup:
    return keys_of(form, texts, Menu(action="", job=form.job).pack())


async def press(query: CallbackQuery, callback_data: Press, context: TelegramContext) -> None:
    """Order another version."""
    texts = await context.texts(query)

    def wanted(kept: Kept) -> DrawOptions:
        return vary(kept.options, callback_data.action, value_of(callback_data))

    await _order(query, callback_data.job, wanted, context, texts)


async def _order(
    query: CallbackQuery,
    job: str,
    wanted: Callable[[Kept], DrawOptions],
    context: TelegramContext,
    texts: Texts,
    *,
    closes: bool = False,
) -> None:
    """Order a piece again with other options; ``closes`` shows its first buttons again."""
    kept = await context.service.piece(job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(texts("expired-buttons"), show_alert=True)
        return
    try:
        await _draw_again(query, kept, wanted(kept), context)
    except MididrawError as error:
        await query.answer(texts.sentence(error)[:200], show_alert=True)
        return
    await query.answer(texts("telegram-accepted"))
    if closes:
        await _show(query, await _first(query, kept.answer, context, texts))


async def _first(
    query: CallbackQuery, answer: Done, context: TelegramContext, texts: Texts
) -> InlineKeyboardMarkup:
    """The piece's own buttons."""
    chat = str(query.message.chat.id) if query.message else ""
    rules = await context.service.memory.chat_settings(chat)
    return under(buttons_for(answer, texts), texts, gallery=rules.gallery is not None)


async def speak(query: CallbackQuery, callback_data: Voice, context: TelegramContext) -> None:
    """Send the piece as a voice message, which plays in the chat itself."""
    texts = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    answer = None if kept is None else kept.answer
    files = await context.service.jobs.files(answer) if isinstance(answer, Done) else None
    if files is None or not isinstance(answer, Done) or not isinstance(query.message, Message):
        await query.answer(texts("expired-buttons"), show_alert=True)
        return
    # Telegram waits for a word on the press, and the encoder takes a second or two.
    await query.answer(texts("telegram-accepted"))
    voice = await asyncio.to_thread(opus_of, files.mp3)
    try:
        await query.message.reply_voice(
            BufferedInputFile(voice, "voice.ogg"),
            duration=seconds_of(answer),
            allow_sending_without_reply=True,
        )
    except TelegramBadRequest as error:
        if not forbids(error):
            raise
        await context.say(query.message, texts("telegram-voice-forbidden"))


async def _draw_again(
    query: CallbackQuery, kept: Kept, options: DrawOptions, context: TelegramContext
) -> None:
    target = TelegramTarget.of(kept.job.reply)
    if not isinstance(query.message, Message):
        return
    # In a chat that has moved since, the answer goes where the button was pressed.
    here = query.message.chat.id
    if target is None or target.chat != here:
        target = TelegramTarget(chat=here, message=query.message.message_id, private=False)
    asker = context.asker(f"press {query.id}", sender_of(query), query.message)
    await context.service.draw_again(asker, target, follow(context, target), kept, options)


async def _show(query: CallbackQuery, keys: InlineKeyboardMarkup) -> None:
    if not isinstance(query.message, Message):
        return
    try:
        await query.message.edit_reply_markup(reply_markup=keys)
    except TelegramBadRequest as error:
        # Two presses at once want the same.
        if not changes_nothing(error):
            raise


async def unknown(query: CallbackQuery, context: TelegramContext) -> None:
    """Buttons of an older version."""
    texts = await context.texts(query)
    await query.answer(texts("expired-buttons"), show_alert=True)


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="buttons")
    router.callback_query.register(menu, Menu.filter())
    router.callback_query.register(press, Press.filter())
    router.callback_query.register(fill, ChangeForm.filter())
    router.callback_query.register(speak, Voice.filter())
    router.callback_query.register(unknown)
    return router
