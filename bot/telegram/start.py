"""Where the parts of the Telegram bot are put together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.types import ErrorEvent, Message
from aiogram.utils.token import TokenValidationError
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from bot.jobs.counted import CountedJobs
from bot.jobs.interface import Jobs
from bot.jobs.remote import RedisJobs
from bot.memory import Memory, RedisStore
from bot.metrics import Metrics
from bot.pulse import Pulse
from bot.settings import TelegramSettings
from bot.telegram import buttons, drawings, elsewhere, habits
from bot.telegram.address import FRONT
from bot.telegram.albums import Albums
from bot.telegram.commands import publish
from bot.telegram.core import Core, address_of
from bot.telegram.deliver import Deliverer
from bot.telegram.pace import Pace
from bot.telegram.status import Statuses
from bot.telegram.throttle import Throttle
from bot.telegram.updates import Poller
from bot.texts import texts
from mididraw.errors import MididrawError, OptionError

_log = logging.getLogger(__name__)
_NONE = "There is no TELEGRAM_TOKEN: make a bot with @BotFather in Telegram, which gives you one."
_WRONG = "Telegram does not know this TELEGRAM_TOKEN: copy it again from @BotFather."
_TOKEN_HIDDEN = 16
"""Characters of the webhook's path that are made of the token's digest."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A bot that is put together.

    Attributes:
        core: what handlers share.
        dispatcher: hands updates to handlers.
        deliverer: posts answers.
    """

    core: Core
    dispatcher: Dispatcher
    deliverer: Deliverer


@asynccontextmanager
async def assembled(
    settings: TelegramSettings, consumer: str = "one", metrics: Metrics | None = None
) -> AsyncIterator[Parts]:
    """Put a bot together, and take it apart at the end.

    Raises:
        OptionError: there is no token, or it is none.
    """
    url, metrics = settings.redis, metrics or Metrics()
    queue = RedisJobs(url, FRONT, limits=settings.limits, consumer=consumer)
    jobs = CountedJobs(queue, FRONT, metrics)
    memory = Memory(RedisStore(url), FRONT)
    bot = bot_of(settings)
    statuses = Statuses(bot, jobs, memory)
    own = settings.telegram_api_url is not None
    core = Core(bot, jobs, memory, statuses, settings.public_url, own_server=own)
    deliverer = Deliverer(bot, jobs, memory, statuses)
    metrics.watch(FRONT, lambda: deliverer.counts.outcomes)
    try:
        yield Parts(core, dispatcher(core), deliverer)
    finally:
        await deliverer.close()
        await statuses.close()
        await _closed(jobs, memory)
        await bot.session.close()


def dispatcher(core: Core) -> Dispatcher:
    """Handlers, and what stands before them."""
    made = Dispatcher(core=core)
    made.message.outer_middleware(Throttle())
    made.message.outer_middleware(Albums())
    made.callback_query.outer_middleware(Throttle())
    for module in (habits, drawings, elsewhere, buttons):
        # A router has one parent; several bots of one process each need their own.
        made.include_router(module.make_router())
    made.errors.register(_report)
    return made


async def run(settings: TelegramSettings, metrics: Metrics | None = None) -> None:
    """Work until cancelled.

    Raises:
        OptionError: there is no token, or Telegram does not know it.
    """
    async with assembled(settings, metrics=metrics) as parts:
        try:
            await publish(parts.core.bot, settings.public_url)
        except TelegramUnauthorizedError as error:
            raise OptionError(_WRONG) from error
        except TelegramAPIError as error:
            _log.warning("the commands are not published: %s", type(error).__name__)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(parts.deliverer.run(), name="deliveries")
            if settings.telegram_webhook_url:
                alive = _always
                tasks.create_task(_serve(settings, parts), name="webhook")
            else:
                poller = Poller(parts.core.bot, parts.dispatcher)
                alive = poller.alive
                tasks.create_task(_poll(parts.core.bot, poller), name="polling")
            tasks.create_task(Pulse(settings.redis, FRONT, alive).run(), name="pulse")
            _log.info("ready")


def _always() -> bool:
    """A webhook is called or not: that nobody writes is no fault."""
    return True


async def _poll(bot: Bot, poller: Poller) -> None:
    with suppress(TelegramAPIError):
        # Updates that wait are kept: they are drawings.
        await bot.delete_webhook(drop_pending_updates=False)
    try:
        await poller.run()
    except TelegramUnauthorizedError as error:
        raise OptionError(_WRONG) from error
    finally:
        await poller.close()


async def _serve(settings: TelegramSettings, parts: Parts) -> None:
    """Answer Telegram's own calls; an update is acknowledged once it is handled."""
    secret = settings.webhook_secret
    app = web.Application()
    path = f"/telegram/{secret[:_TOKEN_HIDDEN]}"
    handler = SimpleRequestHandler(
        parts.dispatcher, parts.core.bot, handle_in_background=False, secret_token=secret
    )
    handler.register(app, path)
    setup_application(app, parts.dispatcher)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(
            runner, settings.telegram_webhook_host, settings.telegram_webhook_port
        ).start()
        url = str(settings.telegram_webhook_url).rstrip("/") + path
        await parts.core.bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=parts.dispatcher.resolve_used_update_types(),
        )
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def bot_of(settings: TelegramSettings) -> Bot:
    """A bot that has not spoken yet.

    Raises:
        OptionError: there is no token, or it is none.
    """
    if settings.telegram_token is None:
        raise OptionError(_NONE)
    api = PRODUCTION
    if settings.telegram_api_url:
        api = TelegramAPIServer.from_base(settings.telegram_api_url)
    session = AiohttpSession(api=api)
    session.middleware(Pace())
    try:
        return Bot(settings.telegram_token.get_secret_value(), session=session)
    except TokenValidationError as error:
        raise OptionError(_WRONG) from error


async def _closed(jobs: Jobs, memory: Memory) -> None:
    await jobs.close()
    await memory.close()


async def _report(event: ErrorEvent, core: Core) -> None:
    """Whatever breaks a handler is said and counted; the update counts as handled."""
    error, update = event.exception, event.update
    if not isinstance(error, MididrawError):
        _log.error("a handler broke: %s", type(error).__name__, exc_info=error)
    message = update.message or (update.callback_query and update.callback_query.message)
    if not isinstance(message, Message) or isinstance(error, TelegramAPIError):
        return
    asker = update.callback_query or update.message
    try:
        # What the person chose lies in Redis, which may be what is away.
        user = asker.from_user if asker else None
        said = texts(user.language_code if user else None)
        known = isinstance(error, MididrawError)
        text = said.sentence(str(error)) if known else said("telegram-broken")
        await core.bot.send_message(
            message.chat.id, text, message_thread_id=address_of(message).thread
        )
    except (MididrawError, TelegramAPIError) as second:
        _log.warning("nobody could be told: %s", type(second).__name__)
