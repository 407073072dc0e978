"""What Telegram shows of the bot: commands and descriptions by language, and the page."""

from collections.abc import Iterator

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)

from bot.texts import LANGUAGES, Texts, texts_in

_PRIVATE = ("draw", "history", "settings", "language", "queue", "cancel", "help", "forgetme")
_GROUPS = ("draw", "queue", "cancel", "help")
_ADMINS = (*_GROUPS, "settings")


async def publish(bot: Bot, public_url: str | None) -> None:
    """Tell Telegram what there is, where it knows something else.

    Raises:
        TelegramAPIError: it does not take it.
    """
    for code, texts in _by_code():
        for scope, names in _scopes():
            wanted = {name: texts(f"telegram-command-{name}") for name in names}
            known = await bot.get_my_commands(scope=scope, language_code=code)
            if {one.command: one.description for one in known} != wanted:
                listed = [BotCommand(command=one, description=wanted[one]) for one in names]
                await bot.set_my_commands(listed, scope=scope, language_code=code)
        about, short = texts("telegram-about"), texts("telegram-short")
        if (await bot.get_my_description(language_code=code)).description != about:
            await bot.set_my_description(about, language_code=code)
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)
    await _show_page(bot, public_url)


async def _show_page(bot: Bot, public_url: str | None) -> None:
    """Offer the page beside the text field, or the commands where there is none any more."""
    known = await bot.get_chat_menu_button()
    if not public_url:
        if isinstance(known, MenuButtonWebApp):
            await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        return
    text = texts_in(None)("telegram-open-page")
    shown = isinstance(known, MenuButtonWebApp) and (known.text, known.web_app.url)
    if shown != (text, public_url):
        wanted = MenuButtonWebApp(text=text, web_app=WebAppInfo(url=public_url))
        await bot.set_chat_menu_button(menu_button=wanted)


def _by_code() -> Iterator[tuple[str | None, Texts]]:
    """Whoever speaks a language of which there is no list gets the one without any.

    Telegram knows languages by two letters, and no scripts.
    """
    for tag in LANGUAGES:
        if len(tag) == len("en"):
            yield (None if tag == LANGUAGES[0] else tag), texts_in(tag)


def _scopes() -> tuple[tuple[BotCommandScopeUnion, tuple[str, ...]], ...]:
    return (
        (BotCommandScopeDefault(), _PRIVATE),
        (BotCommandScopeAllPrivateChats(), _PRIVATE),
        (BotCommandScopeAllGroupChats(), _GROUPS),
        (BotCommandScopeAllChatAdministrators(), _ADMINS),
    )
