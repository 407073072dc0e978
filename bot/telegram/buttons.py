"""What happens when a button under a piece is pressed."""

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.jobs.interface import Kept
from bot.reply import Action, vary
from bot.reply.answer import buttons_for
from bot.telegram.address import Address
from bot.telegram.core import Core
from bot.telegram.keyboards import Menu, Press, choices, under, value_of
from bot.texts import Texts
from mididraw.errors import MididrawError
from worker.contract import Done


async def menu(query: CallbackQuery, callback_data: Menu, core: Core) -> None:
    """Show what can be chosen, or the first buttons again, in place."""
    said = await core.texts_for(query.from_user)
    kept = await core.jobs.recall(callback_data.job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(said("expired-buttons"), show_alert=True)
        return
    if callback_data.action in set(Action):
        keys = choices(Action(callback_data.action), callback_data.job, said)
    else:
        keys = under(buttons_for(kept.answer, said))
    await _show(query, keys)
    await query.answer()


async def press(query: CallbackQuery, callback_data: Press, core: Core) -> None:
    """Order another version."""
    said = await core.texts_for(query.from_user)
    kept = await core.jobs.recall(callback_data.job)
    if kept is None or not isinstance(kept.answer, Done):
        await query.answer(said("expired-buttons"), show_alert=True)
        return
    try:
        await _again(query, callback_data, kept, core, said)
    except MididrawError as error:
        await query.answer(said.sentence(error)[:200], show_alert=True)
        return
    await query.answer(said("telegram-accepted"))
    if callback_data.value:
        await _show(query, under(buttons_for(kept.answer, said)))


async def _again(query: CallbackQuery, asked: Press, kept: Kept, core: Core, said: Texts) -> None:
    options = vary(kept.options, asked.action, value_of(asked))
    address = Address.of(kept.job.reply)
    if isinstance(query.message, Message):
        # In a chat that has moved since, the answer goes where the button was pressed.
        here = query.message.chat.id
        if address is None or address.chat != here:
            address = Address(chat=here, message=query.message.message_id, private=False)
    if address is None:
        return
    house = await core.memory.house(str(address.chat))
    order = kept.again(f"press {query.id}", address.reply, str(query.from_user.id), options)
    await core.order(order.spoken(said.language, house.jobs), address, said)


async def _show(query: CallbackQuery, keys: InlineKeyboardMarkup) -> None:
    if not isinstance(query.message, Message):
        return
    try:
        await query.message.edit_reply_markup(reply_markup=keys)
    except TelegramBadRequest as error:
        # Two presses at once want the same.
        if "not modified" not in error.message:
            raise


async def unknown(query: CallbackQuery, core: Core) -> None:
    """Buttons of an older version."""
    said = await core.texts_for(query.from_user)
    await query.answer(said("expired-buttons"), show_alert=True)


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="buttons")
    router.callback_query.register(menu, Menu.filter())
    router.callback_query.register(press, Press.filter())
    router.callback_query.register(unknown)
    return router
