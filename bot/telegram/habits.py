"""What a person or a group wants by default, and whatever else is not a drawing."""

import re
from typing import Any

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    ChatMemberOwner,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    WebAppInfo,
)

from bot.memory import House, Preferences, merged
from bot.reply import tell
from bot.telegram.core import Core
from bot.telegram.phrases import parse
from bot.texts import LANGUAGES, Texts, texts
from mididraw.errors import MididrawError
from worker.contract import Ended

_PER_JOB = ("seed", "bars")
"""What nobody wants for every drawing to come."""
_LIMIT = re.compile(r"(?:\blimit|\bjobs|限制)\s*[:=]?\s*(\d{1,4})", re.IGNORECASE)


class Language(CallbackData, prefix="l"):
    """A language was chosen; empty follows Telegram's."""

    tag: str


async def help_(message: Message, core: Core) -> None:
    """What this is and how it goes, with a picture."""
    said = await core.texts_for(message.from_user)
    keys = None
    if core.public_url and message.chat.type == "private":
        page = InlineKeyboardButton(
            text=said("telegram-open-page"), web_app=WebAppInfo(url=core.public_url)
        )
        keys = InlineKeyboardMarkup(inline_keyboard=[[page]])
    picture = BufferedInputFile(core.help_picture, "mididraw.png")
    await message.answer_photo(picture, caption=said("telegram-help"), reply_markup=keys)


async def settings(message: Message, command: CommandObject, core: Core, bot: Bot) -> None:
    """Show or change defaults: a person's own in private, the group's by its admins."""
    if message.from_user is None:
        return
    said = await core.texts_for(message.from_user)
    words = (command.args or "").strip()
    group = message.chat.type != "private"
    if group and words and not await _admin(message, bot):
        await message.reply(said("telegram-admins-only"))
        return
    user, chat = str(message.from_user.id), str(message.chat.id)
    try:
        if group:
            kept = await _furnish(core, chat, words)
        else:
            kept = await _prefer(core, user, words)
    except MididrawError as error:
        await message.reply(said.sentence(error))
        return
    await message.reply(_shown(kept, said, group=group))


async def language(message: Message, core: Core) -> None:
    """Offer the languages."""
    said = await core.texts_for(message.from_user)
    keys = [
        InlineKeyboardButton(
            text=texts(tag)("language-name"), callback_data=Language(tag=tag).pack()
        )
        for tag in LANGUAGES
    ]
    own = InlineKeyboardButton(
        text=said("telegram-language-auto"), callback_data=Language(tag="").pack()
    )
    await message.answer(
        said("telegram-language"),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[keys, [own]]),
    )


async def speak(query: CallbackQuery, callback_data: Language, core: Core) -> None:
    """Keep the language that was chosen."""
    user = str(query.from_user.id)
    own = await core.memory.preferences(user)
    chosen = callback_data.tag if callback_data.tag in LANGUAGES else None
    await core.memory.prefer(user, own.model_copy(update={"language": chosen}))
    said = await core.texts_for(query.from_user)
    await query.answer(said("telegram-language-set"))


async def queue(message: Message, core: Core) -> None:
    """How one's own last drawing stands."""
    said = await core.texts_for(message.from_user)
    job = await _last(message, core)
    event = await core.jobs.look(job) if job else None
    if event is None or isinstance(event, Ended):
        await message.reply(said("telegram-nothing-waits"))
    else:
        await message.reply(tell(event, said))


async def cancel(message: Message, core: Core) -> None:
    """Stop one's own last drawing, and nobody else's."""
    said = await core.texts_for(message.from_user)
    job = await _last(message, core)
    if job is None or not await core.jobs.cancel(job):
        await message.reply(said("telegram-nothing-waits"))


async def forget(message: Message, core: Core) -> None:
    """Delete all that is kept of a person."""
    if message.from_user is None:
        return
    said = await core.texts_for(message.from_user)
    user = str(message.from_user.id)
    await core.jobs.forget(user)
    await core.memory.forget(user)
    await message.reply(said("telegram-forgotten"))


async def _last(message: Message, core: Core) -> str | None:
    if message.from_user is None:
        return None
    job: str | None = await core.memory.noted(f"last:{message.from_user.id}")
    return job


async def _prefer(core: Core, user: str, words: str) -> dict[str, Any]:
    own = await core.memory.preferences(user)
    if not words:
        return own.options
    if _is_reset(words):
        kept = Preferences(language=own.language)
    else:
        kept = own.model_copy(update={"options": _changed(own.options, words)})
    await core.memory.prefer(user, kept)
    return kept.options


async def _furnish(core: Core, chat: str, words: str) -> dict[str, Any]:
    house = await core.memory.house(chat)
    if words:
        if _is_reset(words):
            house = House()
        else:
            most, rest = _limit(words)
            changes: dict[str, Any] = {"options": _changed(house.options, rest)}
            if most is not None:
                changes["jobs"] = most
            house = House.model_validate({**house.model_dump(), **changes})
        await core.memory.furnish(chat, house)
    return {**house.options, **({"jobs": house.jobs} if house.jobs else {})}


def _changed(before: dict[str, Any], words: str) -> dict[str, Any]:
    asked = {name: value for name, value in parse(words).options.items() if name not in _PER_JOB}
    after = {**before, **asked}
    merged(after)
    return after


def _limit(words: str) -> tuple[int | None, str]:
    """``limit 2`` and its Chinese form, from 1 to 100."""
    found = _LIMIT.search(words)
    if found is None:
        return None, words
    return min(max(int(found[1]), 1), 100), words.replace(found[0], " ")


def _is_reset(words: str) -> bool:
    return words.lower() in {"reset", "default", "defaults", "重置", "默认"}


async def _admin(message: Message, bot: Bot) -> bool:
    if message.sender_chat is not None and message.sender_chat.id == message.chat.id:
        return True  # an anonymous admin speaks as the group
    if message.from_user is None:
        return False
    member = await bot.get_chat_member(message.chat.id, message.from_user.id)
    return isinstance(member, ChatMemberAdministrator | ChatMemberOwner)


def _shown(kept: dict[str, Any], said: Texts, *, group: bool) -> str:
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in kept.items()]
    head = said("telegram-settings-group" if group else "telegram-settings")
    return "\n".join([head, *(lines or [said("telegram-settings-none")])])


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="habits")
    router.message.register(help_, CommandStart())
    router.message.register(help_, Command("help"))
    router.message.register(settings, Command("settings"))
    router.message.register(language, Command("language"))
    router.callback_query.register(speak, Language.filter())
    router.message.register(queue, Command("queue"))
    router.message.register(cancel, Command("cancel"))
    router.message.register(forget, Command("forgetme"))
    return router
