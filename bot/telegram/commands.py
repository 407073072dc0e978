"""The lists of commands that Telegram shows, by language and kind of chat."""

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
    MenuButtonWebApp,
    WebAppInfo,
)

from bot.texts import LANGUAGES, Texts, texts

_PRIVATE = ("draw", "settings", "language", "queue", "cancel", "help", "forgetme")
_GROUPS = ("draw", "queue", "cancel", "help")
_ADMINS = (*_GROUPS, "settings")


async def publish(bot: Bot, public_url: str | None) -> None:
    """Tell Telegram which commands there are.

    Raises:
        TelegramAPIError: it does not take them.
    """
    scopes = (
        (BotCommandScopeDefault(), _PRIVATE),
        (BotCommandScopeAllPrivateChats(), _PRIVATE),
        (BotCommandScopeAllGroupChats(), _GROUPS),
        (BotCommandScopeAllChatAdministrators(), _ADMINS),
    )
    for tag in LANGUAGES:
        said = texts(tag)
        # Whoever speaks a language of which there is no list gets the one without any.
        code = None if tag == LANGUAGES[0] else tag
        for scope, names in scopes:
            await bot.set_my_commands(_listed(names, said), scope=scope, language_code=code)
        await bot.set_my_description(said("telegram-about"), language_code=code)
    if public_url:
        page = MenuButtonWebApp(
            text=texts(None)("telegram-open-page"), web_app=WebAppInfo(url=public_url)
        )
        await bot.set_chat_menu_button(menu_button=page)


def _listed(names: tuple[str, ...], said: Texts) -> list[BotCommand]:
    return [
        BotCommand(command=name, description=said(f"telegram-command-{name}")) for name in names
    ]
