"""Whether the front-ends of this host are alive, and whether their chats know their tokens."""

import asyncio
import time
from collections.abc import Iterator, Mapping

from bot.heartbeat import last_heartbeat
from bot.settings import BotSettings, DiscordSettings, TelegramSettings, WebSettings
from mididraw.doctor import Finding, absent, fault, well


def telegram(environment: Mapping[str, str]) -> str:
    """How this host's Telegram bot is; raises what :func:`bot.heartbeat.last_heartbeat` does."""
    return _alive(TelegramSettings.from_environment(environment), "telegram")


def discord(environment: Mapping[str, str]) -> str:
    """How this host's Discord bot is."""
    return _alive(DiscordSettings.from_environment(environment), "discord")


def web(environment: Mapping[str, str]) -> str:
    """How this host's page is."""
    return _alive(WebSettings.from_environment(environment), "web")


def _alive(settings: BotSettings, front: str) -> str:
    return f"heard from its chat {last_heartbeat(settings.redis, front, time.time()):.0f} s ago"


def check(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Ask the chats whether they know the tokens."""
    yield from _discord(DiscordSettings.from_environment(environment))
    yield _telegram(TelegramSettings.from_environment(environment))


def _telegram(settings: TelegramSettings) -> Finding:
    subject = "Telegram's token"
    if settings.telegram_token is None:
        return absent(subject, "there is none")
    try:
        from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError

        from bot.telegram.budget import Budget
        from bot.telegram.start import bot_of
    except ModuleNotFoundError:
        return absent(subject, "the bot is not installed here: pip install 'mididraw[telegram]'")
    from mididraw.errors import OptionError

    async def ask() -> str:
        async with bot_of(settings, Budget(tries=1)) as bot:
            return (await bot.get_me()).username or ""

    remedy = "Copy it again from @BotFather into TELEGRAM_TOKEN or the file of TELEGRAM_TOKEN_FILE."
    try:
        return well(subject, f"@{asyncio.run(ask())}")
    except (TelegramUnauthorizedError, OptionError):
        return fault(subject, "Telegram does not know it", remedy)
    except TelegramAPIError as error:
        return fault(
            subject,
            f"Telegram cannot be asked: {type(error).__name__}",
            "See that this host reaches api.telegram.org, or TELEGRAM_API_URL, over HTTPS.",
        )


def _discord(settings: DiscordSettings) -> list[Finding]:
    subject = "Discord's token"
    if settings.discord_token is None:
        return [absent(subject, "there is none")]
    try:
        import discord as library

        from bot.discord import doctor
    except ModuleNotFoundError:
        return [absent(subject, "the bot is not installed here: pip install 'mididraw[discord]'")]
    remedy = (
        "Copy it again from https://discord.com/developers/applications (Bot, Reset Token) into "
        "DISCORD_TOKEN or the file of DISCORD_TOKEN_FILE."
    )
    try:
        return asyncio.run(doctor.check(settings))
    except library.LoginFailure:
        return [fault(subject, "Discord does not know it", remedy)]
    except (library.HTTPException, OSError) as error:
        seen = f"Discord cannot be asked: {type(error).__name__}"
        return [fault(subject, seen, "See that this host reaches discord.com over HTTPS.")]
