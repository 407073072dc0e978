"""What a person or a group wants by default, and whatever else is not a drawing."""

import re
from typing import Any

from aiogram import Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    WebAppInfo,
)

from bot.memory import ChatSettings, Preferences
from bot.service.drawings import help_picture
from bot.service.settings import changed, listed
from bot.telegram.context import (
    ADMINS,
    TelegramContext,
    is_admin,
    sender_of,
    target_of,
    topic_of,
)
from bot.telegram.history import channel_of, remove_from_galleries
from bot.telegram.phrases import parse
from bot.telegram.refusals import forbids
from bot.texts import LANGUAGES, Texts, texts_in
from bot.texts.traditional import simplified
from mididraw.errors import MididrawError

_PER_JOB = ("seed", "bars", "takes")
"""What nobody wants for every drawing to come."""
_HERE = re.compile(r"\bhere\b|这里", re.IGNORECASE)
_EVERYWHERE = re.compile(r"\beverywhere\b|到处", re.IGNORECASE)
_ADMINS = re.compile(r"\badmins(?: only)?\b|仅管理员", re.IGNORECASE)
_EVERYONE = re.compile(r"\beveryone\b|所有人", re.IGNORECASE)
_NO_GALLERY = ("off", "none", "无", "关")
_GALLERY = re.compile(
    r"(?:\bgallery|画廊)\s*[:=]?\s*(@\w{4,32}|-\d{6,16}|off\b|none\b|无|关)", re.IGNORECASE
)
_LIMIT = re.compile(r"(?:\blimit|\bjobs|限制)\s*[:=]?\s*(\d{1,4})", re.IGNORECASE)


class Language(CallbackData, prefix="l"):
    """A language was chosen; empty follows Telegram's."""

    tag: str


async def help_(message: Message, context: TelegramContext) -> None:
    """What this is and how it goes, with a picture."""
    texts, target = await context.texts(message), target_of(message)
    keys = None
    if context.public_url and target.private:
        page = InlineKeyboardButton(
            text=texts("telegram-open-page"), web_app=WebAppInfo(url=context.public_url)
        )
        keys = InlineKeyboardMarkup(inline_keyboard=[[page]])
    picture = BufferedInputFile(help_picture(), "mididraw.png")
    try:
        await context.bot.send_photo(
            target.chat,
            picture,
            caption=texts("telegram-help"),
            message_thread_id=target.thread,
            reply_markup=keys,
        )
    except TelegramAPIError as error:
        if not forbids(error):
            raise
        await context.say(message, texts("telegram-help"))


async def settings(message: Message, command: CommandObject, context: TelegramContext) -> None:
    """Show or change defaults: a person's own in private, the group's by its admins."""
    texts, who = await context.texts(message), sender_of(message)
    words = simplified((command.args or "").strip())
    group = message.chat.type != "private"
    if group and words and not await is_admin(context.bot, message, who):
        await context.say(message, texts("telegram-admins-only"))
        return
    try:
        if group:
            place, topic = str(message.chat.id), topic_of(message)
            chat = await _change_chat(context, place, words, topic, who.id)
            head = texts("telegram-settings-group")
            lines = [listed(head, chat.options, texts, **_rule_values(chat, texts))]
        else:
            own = await _change_own(context, who.id, words)
            lines = [listed(texts("telegram-settings"), own, texts)]
    except MididrawError as error:
        await context.say(message, texts.sentence(error))
        return
    if unknown := _not_understood(words):
        lines.append(texts("telegram-unknown", words=" ".join(unknown)[:100]))
    await context.say(message, "\n\n".join(lines))


async def language(message: Message, context: TelegramContext) -> None:
    """Offer the languages."""
    if not sender_of(message).personal:
        await context.tell(message, "telegram-personal")
        return
    texts = await context.texts(message)
    keys = [
        InlineKeyboardButton(
            text=texts_in(tag)("language-name"), callback_data=Language(tag=tag).pack()
        )
        for tag in LANGUAGES
    ]
    own = InlineKeyboardButton(
        text=texts("telegram-language-auto"), callback_data=Language(tag="").pack()
    )
    markup = InlineKeyboardMarkup(inline_keyboard=[keys, [own]])
    await context.say(message, texts("telegram-language"), reply_markup=markup)


async def speak(query: CallbackQuery, callback_data: Language, context: TelegramContext) -> None:
    """Keep the language that was chosen."""
    user = str(query.from_user.id)
    memory = context.service.memory
    own = await memory.preferences(user)
    chosen = callback_data.tag if callback_data.tag in LANGUAGES else None
    await memory.save_preferences(user, own.model_copy(update={"language": chosen}))
    texts = await context.texts(query)
    await query.answer(texts("telegram-language-set"))


async def queue(message: Message, context: TelegramContext) -> None:
    """How one's own last drawing stands."""
    texts = await context.texts(message)
    line = await context.service.last_status(sender_of(message).id, texts)
    await context.say(message, line or texts("telegram-nothing-waits"))


async def cancel(message: Message, context: TelegramContext) -> None:
    """Stop one's own last drawing, and nobody else's."""
    if not await context.service.cancel_last(sender_of(message).id):
        await context.tell(message, "telegram-nothing-waits")


async def forgetme(message: Message, context: TelegramContext) -> None:
    """Delete all that is kept of a person."""
    who = sender_of(message)
    if not who.personal:
        await context.tell(message, "telegram-personal")
        return
    left = await remove_from_galleries(context, who.id)
    await context.service.delete_user(who.id)
    texts = await context.texts(message)
    more = [texts("gallery-left", count=left)] if left else []
    await context.say(message, "\n".join([texts("telegram-forgotten"), *more]))


async def _change_own(context: TelegramContext, user: str, words: str) -> dict[str, Any]:
    memory = context.service.memory
    own = await memory.preferences(user)
    if not words:
        return own.options
    if _is_reset(words):
        kept = Preferences(language=own.language)
    else:
        kept = own.model_copy(update={"options": changed(own.options, _asked(words))})
    await memory.save_preferences(user, kept)
    return kept.options


async def _change_chat(
    context: TelegramContext, chat: str, words: str, topic: str, user: str
) -> ChatSettings:
    memory = context.service.memory
    settings = await memory.chat_settings(chat)
    if words:
        if _is_reset(words):
            settings = ChatSettings()
        else:
            rules, rest = _rules(words, topic)
            if name := rules.get("gallery"):
                rules["gallery"] = await channel_of(context.bot, name, user)
            options = changed(settings.options, _asked(rest))
            settings = settings.model_copy(update={"options": options, **rules})
        await memory.save_chat_settings(chat, settings)
    return settings


def _rule_values(settings: ChatSettings, texts: Texts) -> dict[str, str]:
    """A group's rules in words; empty where there is none."""
    return {
        "jobs": str(settings.jobs or ""),
        "topics": " ".join(settings.places),
        "only": texts("telegram-admins") if settings.roles else "",
        "gallery": settings.gallery or "",
    }


def _not_understood(words: str) -> tuple[str, ...]:
    _, rest = _rules(words, "")
    return () if _is_reset(words) else parse(rest).unknown


def _asked(words: str) -> dict[str, Any]:
    return {name: value for name, value in parse(words).options.items() if name not in _PER_JOB}


def _rules(words: str, topic: str) -> tuple[dict[str, Any], str]:
    """What words decide beside options, and the words that are left."""
    rules: dict[str, Any] = {}
    most, words = _limit(words)
    if most is not None:
        rules["jobs"] = most
    if named := _GALLERY.search(words):
        rules["gallery"] = None if named[1].lower() in _NO_GALLERY else named[1]
        words = words.replace(named[0], " ")
    for pattern, name, value in (
        (_HERE, "places", (topic,)),
        (_EVERYWHERE, "places", ()),
        (_ADMINS, "roles", (ADMINS,)),
        (_EVERYONE, "roles", ()),
    ):
        words, found = pattern.subn(" ", words)
        if found:
            rules[name] = value
    return rules, words


def _limit(words: str) -> tuple[int | None, str]:
    """``limit 2`` and its Chinese form, from 1 to 100."""
    found = _LIMIT.search(words)
    if found is None:
        return None, words
    return min(max(int(found[1]), 1), 100), words.replace(found[0], " ")


def _is_reset(words: str) -> bool:
    return words.lower() in {"reset", "default", "defaults", "重置", "默认", "预设"}


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="preferences")
    router.message.register(help_, CommandStart(ignore_case=True))
    for name, handler in (
        ("help", help_),
        ("settings", settings),
        ("language", language),
        ("queue", queue),
        ("cancel", cancel),
        ("forgetme", forgetme),
    ):
        router.message.register(handler, Command(name, ignore_case=True))
    router.callback_query.register(speak, Language.filter())
    return router
