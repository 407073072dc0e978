"""Answers go first, statuses take what is left, and nothing comes before Telegram takes it."""

import asyncio

from bot.telegram.budget import Rates, Window
from bot.telegram.start import assembled
from bot.telegram.target import TelegramTarget
from tests.bot.telegram.conftest import (
    CAT,
    HER,
    Painter,
    answered,
    botting,
    quick,
    settings_for,
)
from tests.standins.telegram import GROUP, TelegramStandIn
from worker.run import Worker

ANSWER = ("sendPhoto", "sendAudio", "sendDocument")


async def test_statuses_leave_a_groups_answers_their_room(redis_url: str) -> None:
    """At Telegram's own pace: four answers fit into a minute's budget, whatever was told before."""
    async with (
        TelegramStandIn().serve() as telegram,
        assembled(settings_for(telegram, redis_url), rates=Rates()) as parts,
    ):
        show = parts.context.messages.show_at(TelegramTarget(chat=GROUP, private=False))
        for number in range(40):
            await show("job", f"Writing bar {number} of 40 …")
        assert telegram.done("editMessageText")
        async with asyncio.timeout(120):
            for number in range(12):
                await parts.context.bot.send_message(GROUP, f"{number}")
        assert all(call.ok for call in telegram.calls)


async def test_many_orders_in_many_groups_lose_nothing_and_wait_no_longer_than_they_must(
    redis_url: str, worker: Worker
) -> None:
    assert worker
    groups, orders = 6, 9
    async with quick().serve() as telegram:
        limit = {"MIDIDRAW_JOBS_CHAT": "1000"}
        async with botting(settings_for(telegram, redis_url, **limit)):
            for number in range(groups * orders):
                await telegram.message(
                    GROUP - number % groups, user=number, caption="/draw", **telegram.photo(CAT)
                )
            await telegram.until(lambda: len(telegram.done("sendDocument")) == groups * orders, 60)
        refused = [call for call in telegram.calls if not call.ok and call.method in ANSWER]
        # The bot keeps to the limits by itself.
        assert refused == []
        for group in range(groups):
            for method in ANSWER:
                assert len(telegram.done(method, GROUP - group)) == orders


async def test_groups_that_have_had_enough_hold_up_nobody_else(
    redis_url: str, worker: Worker
) -> None:
    """Here a group takes less than two answers a minute; more wait than are posted at once."""
    assert worker
    few = Rates(group=Window(5, 60.0))  # an answer's three messages and a status for each order
    groups = range(GROUP - 11, GROUP + 1)
    async with quick().serve() as telegram, botting(settings_for(telegram, redis_url), few):
        # Each order from somebody else: one person's limit would refuse what comes too fast.
        for user, group in enumerate(2 * list(groups)):
            await telegram.message(group, user=user, caption="/draw", **telegram.photo(CAT))
        await telegram.until(lambda: all(telegram.done("sendDocument", one) for one in groups))
        async with asyncio.timeout(120):
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(answered(telegram, HER))
        assert len(telegram.done("sendDocument")) == len(groups) + 1


async def test_updates_are_read_before_commands_are_published_and_then_only_what_is_new(
    redis_url: str, worker: Worker
) -> None:
    assert worker
    async with quick().serve() as telegram:
        telegram.refuse("getMyCommands", 429, "Too Many Requests", times=1, retry_after=2)
        settings = settings_for(telegram, redis_url)
        async with botting(settings):
            await telegram.message(HER, text="/queue")
            await telegram.until(lambda: telegram.done("sendMessage", HER))
            assert not telegram.done("setMyCommands")
            await telegram.until(lambda: telegram.done("getChatMenuButton"))
            assert telegram.done("setMyShortDescription")
        telegram.calls.clear()
        async with botting(settings):
            await telegram.until(lambda: telegram.done("getChatMenuButton"))
        assert not [call for call in telegram.calls if call.method.startswith("setMy")]


async def test_a_status_that_telegram_refuses_holds_up_no_answer(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with quick().serve() as telegram, botting(settings_for(telegram, redis_url)):
        telegram.refuse("sendMessage", 429, "Too Many Requests", chat=8, retry_after=1)
        telegram.refuse("editMessageText", 400, "Bad Request: CHAT_RESTRICTED", times=99)
        painter.gate.clear()
        for user in (HER, 8):
            await telegram.message(user, user=user, **telegram.photo(CAT))
        await telegram.until(lambda: len(painter.taken) == 2 or None)
        painter.gate.set()
        async with asyncio.timeout(120):
            await telegram.until(answered(telegram, HER))
            await telegram.until(answered(telegram, 8))
