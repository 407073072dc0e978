"""The front-ends' commands, which ``mididraw`` finds by their entry point."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mididraw.cli.output import OUT
from mididraw.cli.packages import needs
from mididraw.errors import OptionError

if TYPE_CHECKING:
    from bot.metrics import FrontMetrics
    from bot.settings import BotSettings

app = typer.Typer()


@app.command()
def telegram() -> None:
    """Answer drawings in Telegram until SIGTERM; needs TELEGRAM_TOKEN and REDIS_URL."""
    with needs("telegram"):
        from bot.settings import TelegramSettings
        from bot.telegram.start import run
        from mididraw.log import log_to_stderr
    log_to_stderr()
    settings = TelegramSettings.from_environment(os.environ)
    _until_stopped(run(settings, _metrics(settings)))


def _metrics(settings: "BotSettings") -> "FrontMetrics":
    """Of this process; answered for, if somebody wants to know."""
    from bot.metrics import FrontMetrics

    metrics = FrontMetrics()
    if settings.metrics_port:
        metrics.serve(settings.metrics_port, settings.metrics_host)
    return metrics


@app.command()
def discord(
    record: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            help="Write down here what Discord says, without anybody's words and ids: for tests.",
        ),
    ] = None,
) -> None:
    """Answer drawings in Discord until SIGTERM; needs DISCORD_TOKEN and REDIS_URL."""
    with needs("discord"):
        from bot.discord.client import run
        from bot.settings import DiscordSettings
        from mididraw.log import log_to_stderr
    log_to_stderr()
    settings = DiscordSettings.from_environment(os.environ)
    _until_stopped(run(settings, _metrics(settings), record))


@app.command()
def bots() -> None:
    """Run all bots that have a token, in one process."""
    with needs("discord"):
        from bot.discord.client import run as run_discord
        from bot.settings import DiscordSettings, TelegramSettings
        from mididraw.log import log_to_stderr
    with needs("telegram"):
        from bot.telegram.start import run as run_telegram
    log_to_stderr()
    on_discord = DiscordSettings.from_environment(os.environ)
    on_telegram = TelegramSettings.from_environment(os.environ)
    if on_discord.discord_token is None and on_telegram.telegram_token is None:
        raise OptionError(
            "token-missing", "There is no token: set DISCORD_TOKEN, TELEGRAM_TOKEN or both."
        )
    works: list[Coroutine[Any, Any, None]] = []
    metrics = _metrics(on_discord)
    if on_discord.discord_token is not None:
        works.append(run_discord(on_discord, metrics))
    if on_telegram.telegram_token is not None:
        works.append(run_telegram(on_telegram, metrics))
    _until_stopped(_together(works))


@app.command()
def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    public: Annotated[
        bool, typer.Option("--public", help="Let other machines reach it, without HTTPS of ours.")
    ] = False,
) -> None:
    """Serve a page to draw on until SIGTERM; workers draw where REDIS_URL is set, else we do."""
    with needs("web"):
        from bot.settings import WebSettings
        from bot.web.start import listen, run
        from mididraw.log import log_to_stderr
    log_to_stderr()
    settings = WebSettings.from_environment(os.environ)
    with listen(host, port, public=public) as bound:
        where, taken = bound.getsockname()[:2]
        url = f"http://{f'[{where}]' if ':' in where else where}:{taken}"
        ready = partial(OUT.print, url, markup=False)
        _until_stopped(run(settings, bound, _metrics(settings), ready))


async def _together(works: list[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for work in works:
            tasks.create_task(work)


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, and end in order."""

    async def main() -> None:
        task = asyncio.ensure_future(work)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    try:
        asyncio.run(main())
    except* OptionError as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup[Any]) -> OptionError:
    error: Any = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return OptionError(error.sentence)
