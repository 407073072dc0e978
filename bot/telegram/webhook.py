"""A webhook: Telegram calls us for every update."""

import asyncio
import hmac
import logging

from aiogram import Bot
from aiogram.types import Update
from aiohttp import web
from pydantic import ValidationError

from bot.settings import TelegramSettings
from bot.telegram.updates import Intake

_log = logging.getLogger(__name__)
_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name
_TOKEN_HIDDEN = 16
"""Characters of the path that are made of the token's digest."""


async def serve(settings: TelegramSettings, bot: Bot, intake: Intake) -> None:
    """Answer Telegram's calls until cancelled; what is answered with success is kept."""
    secret = settings.webhook_secret

    async def called(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(_SECRET, "").encode(), secret.encode()):
            return web.Response(status=401)
        try:
            update = Update.model_validate_json(await request.text(), context={"bot": bot})
        except ValidationError:
            # It would come for ever, and keep back what follows.
            _log.exception("an update is not understood")
            return web.Response()
        await intake.accept(update)
        return web.Response()

    app, path = web.Application(), f"/telegram/{secret[:_TOKEN_HIDDEN]}"
    app.router.add_post(path, called)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(
            runner, settings.telegram_webhook_host, settings.telegram_webhook_port
        ).start()
        url = str(settings.telegram_webhook_url).rstrip("/") + path
        await bot.set_webhook(url, secret_token=secret, allowed_updates=intake.kinds)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
