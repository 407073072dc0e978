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
from aiogram.types import CallbackQuery, ErrorEvent, Message
from aiogram.utils.token import TokenValidationError

from bot.heartbeat import HeartbeatSender
from bot.jobs.counted import CountedJobs
from bot.jobs.remote import RedisJobs
from bot.memory import Memory, RedisStore
from bot.metrics import FrontMetrics
from bot.service.delivery import Deliverer
from bot.service.drawings import DrawingService
from bot.service.status import StatusFollower
from bot.settings import TelegramSettings
from bot.telegram import buttons, drawings, history, inline, preferences
from bot.telegram.budget import Budget, Rates
from bot.telegram.commands import publish
from bot.telegram.context import TelegramContext, sender_of
from bot.telegram.files import TelegramFiles
from bot.telegram.inbox import Inbox
from bot.telegram.polling import Poller
from bot.telegram.poster import TelegramPoster
from bot.telegram.status import StatusMessages
from bot.telegram.target import FRONT, TelegramTarget
from bot.telegram.throttle import Throttle
from bot.telegram.updates import Intake, message_of
from bot.telegram.webhook import serve
from bot.texts import texts_in
from mididraw.errors import MididrawError, OptionError, Sentence

_log = logging.getLogger(__name__)
_NONE = Sentence(
    "telegram-token-missing",
    "There is no TELEGRAM_TOKEN: make a bot with @BotFather in Telegram, which gives you one.",
)
_WRONG = Sentence(
    "telegram-token-unknown",
    "Telegram does not know this TELEGRAM_TOKEN: copy it again from @BotFather.",
)
_REST = 3.0
"""Least number of seconds between two edits of a status."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A bot that is put together.

    Attributes:
        context: what handlers share.
        intake: takes updates in.
        deliverer: posts answers.
    """

    context: TelegramContext
    intake: Intake
    deliverer: Deliverer[TelegramTarget]


@asynccontextmanager
async def assembled(
    settings: TelegramSettings,
    consumer: str = "one",
    metrics: FrontMetrics | None = None,
    rates: Rates | None = None,
) -> AsyncIterator[Parts]:
    """Put a bot together, and take it apart at the end.

    Raises:
        OptionError: there is no token, or it is none.
    """
    url, metrics = settings.redis, metrics or FrontMetrics()
    queue = RedisJobs(url, FRONT, limits=settings.limits, consumer=consumer)
    jobs = CountedJobs(queue, FRONT, metrics)
    memory = Memory(RedisStore(url), FRONT)
    budget = Budget(rates)
    bot = bot_of(settings, budget)
    messages = StatusMessages(bot, jobs, memory, budget)
    statuses = StatusFollower(jobs, _REST, (TelegramAPIError,))
    service = DrawingService(jobs, memory, statuses, settings.kept)
    own = settings.telegram_api_url is not None
    files = TelegramFiles(bot, own_server=own, folder=settings.telegram_api_folder)
    context = TelegramContext(bot, service, messages, files, settings.public_url)
    deliverer = Deliverer(jobs, TelegramPoster(bot, memory, messages, budget))
    metrics.watch(FRONT, lambda: deliverer.outcomes)
    inbox = Inbox(url)
    intake = Intake(bot, dispatcher(context), inbox)
    try:
        yield Parts(context, intake, deliverer)
    finally:
        await intake.close()
        await inbox.close()
        await deliverer.close()
        await service.close()
        await bot.session.close()


def dispatcher(context: TelegramContext) -> Dispatcher:
    """Handlers, and what stands before them."""
    made = Dispatcher(context=context)
    throttle = Throttle()
    for observer in (made.message, made.edited_message, made.callback_query):
        observer.outer_middleware(throttle)
    for module in (preferences, history, inline, buttons, drawings):
        # A router has one parent; several bots of one process each need their own.
        made.include_router(module.make_router())
    made.errors.register(_report)
    return made


async def run(
    settings: TelegramSettings, metrics: FrontMetrics | None = None, rates: Rates | None = None
) -> None:
    """Work until cancelled.

    Args:
        settings: of the host.
        metrics: count what happens.
        rates: how much Telegram takes.

    Raises:
        OptionError: there is no token, or Telegram does not know it or the host's addresses.
    """
    _check(settings)
    async with assembled(settings, metrics=metrics, rates=rates) as parts:
        try:
            await parts.context.bot.me()
        except TelegramUnauthorizedError as error:
            raise OptionError(_WRONG) from error
        except TelegramAPIError as error:
            _log.warning("Telegram does not answer yet: %s", type(error).__name__)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(parts.deliverer.run(), name="deliveries")
            newest = await _resumed(parts.intake)
            if settings.telegram_webhook_url:
                alive = _always
                hook = serve(settings, parts.context.bot, parts.intake)
                tasks.create_task(hook, name="webhook")
            else:
                poller = Poller(parts.context.bot, parts.intake, newest)
                alive = poller.alive
                tasks.create_task(_poll(parts.context.bot, poller), name="polling")
            tasks.create_task(_publish(parts.context), name="commands")
            tasks.create_task(HeartbeatSender(settings.redis, FRONT, alive).run(), name="heartbeat")
            _log.info("ready")


async def _publish(context: TelegramContext) -> None:
    try:
        await publish(context.bot, context.public_url)
    except TelegramAPIError as error:
        _log.warning("the commands are not published: %s", type(error).__name__)


def _check(settings: TelegramSettings) -> None:
    """Refuse addresses that Telegram would refuse later, with every help and every call."""
    addresses = {"MIDIDRAW_PUBLIC_URL": settings.public_url}
    if not settings.telegram_api_url:
        addresses["MIDIDRAW_TELEGRAM_WEBHOOK_URL"] = settings.telegram_webhook_url
    for name, url in addresses.items():
        if url and not url.lower().startswith("https://"):
            raise OptionError(
                "telegram-address-plain",
                "Telegram takes no address without TLS: let {name} begin with https://.",
                name=name,
            )


def _always() -> bool:
    """A webhook is called or not: that nobody writes is no fault."""
    return True


async def _resumed(intake: Intake) -> int | None:
    try:
        return await intake.resume()
    except MididrawError as error:
        _log.warning("what was not handled waits for the next start: %s", type(error).__name__)
        return None


async def _poll(bot: Bot, poller: Poller) -> None:
    with suppress(TelegramAPIError):
        # Updates that wait are kept: they are drawings.
        await bot.delete_webhook(drop_pending_updates=False)
    try:
        await poller.run()
    except TelegramUnauthorizedError as error:
        raise OptionError(_WRONG) from error


def bot_of(settings: TelegramSettings, budget: Budget) -> Bot:
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
    session.middleware(budget)
    try:
        return Bot(settings.telegram_token.get_secret_value(), session=session)
    except TokenValidationError as error:
        raise OptionError(_WRONG) from error


async def _report(event: ErrorEvent, context: TelegramContext) -> None:
    """Whatever breaks a handler is said and counted; the update counts as handled."""
    error, update = event.exception, event.update
    if not isinstance(error, MididrawError):
        _log.error("a handler broke: %s", type(error).__name__, exc_info=error)
    asked = message_of(update) or update.callback_query
    message = asked.message if isinstance(asked, CallbackQuery) else asked
    if asked is None or not isinstance(message, Message) or isinstance(error, TelegramAPIError):
        return
    try:
        # What the person chose lies in Redis, which may be what is away.
        texts = texts_in(sender_of(asked).locale)
        text = (
            texts.sentence(error) if isinstance(error, MididrawError) else texts("telegram-broken")
        )
        await context.say(message, text)
    except (MididrawError, TelegramAPIError) as second:
        _log.warning("nobody could be told: %s", type(second).__name__)
