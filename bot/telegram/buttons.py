"""What happens when a button under a piece is pressed."""

import asyncio

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, CallbackQuery, InlineKeyboardMarkup, Message

from bot.jobs.interface import Kept
from bot.reply import Action, vary
from bot.reply.answer import buttons_for
from bot.service.sound import opus_of
from bot.telegram.context import TelegramContext, sender_of
from bot.telegram.keyboards import Menu, Press, Voice, choices, under, value_of
from bot.telegram.orders import follow
from bot.telegram.parts import seconds_of
from bot.telegram.refusals import changes_nothing, forbids
from bot.telegram.target import TelegramTarget
from mididraw.errors import MididrawError
from worker.contract import Done


async def menu(query: CallbackQuery, callback_data: Menu, context: TelegramContext) -> None:
    """Show what can be chosen, or the first buttons again, in place."""
    said = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(said("expired-buttons"), show_alert=True)
        return
    if callback_data.action in set(Action):
        keys = choices(Action(callback_data.action), callback_data.job, said)
    else:
        keys = under(buttons_for(kept.answer, said), said)
    await _show(query, keys)
    await query.answer()


async def press(query: CallbackQuery, callback_data: Press, context: TelegramContext) -> None:
    """Order another version."""
    said = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(said("expired-buttons"), show_alert=True)
        return
    try:
        await _draw_again(query, callback_data, kept, context)
    except MididrawError as error:
        await query.answer(said.sentence(error)[:200], show_alert=True)
        return
    await query.answer(said("telegram-accepted"))
    if callback_data.value:
        await _show(query, under(buttons_for(kept.answer, said), said))


async def speak(query: CallbackQuery, callback_data: Voice, context: TelegramContext) -> None:
    """Send the piece as a voice message, which plays in the chat itself."""
    said = await context.texts(query)
    kept = await context.service.piece(callback_data.job)
    answer = None if kept is None else kept.answer
    files = await context.service.jobs.files(answer) if isinstance(answer, Done) else None
    if files is None or not isinstance(answer, Done) or not isinstance(query.message, Message):
        await query.answer(said("expired-buttons"), show_alert=True)
        return
    # Telegram waits for a word on the press, and the encoder takes a second or two.
    await query.answer(said("telegram-accepted"))
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
        await context.say(query.message, said("telegram-voice-forbidden"))


async def _draw_again(
    query: CallbackQuery, asked: Press, kept: Kept, context: TelegramContext
) -> None:
    options = vary(kept.options, asked.action, value_of(asked))
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
    said = await context.texts(query)
    await query.answer(said("expired-buttons"), show_alert=True)


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="buttons")
    router.callback_query.register(menu, Menu.filter())
    router.callback_query.register(press, Press.filter())
    router.callback_query.register(speak, Voice.filter())
    router.callback_query.register(unknown)
    return router
