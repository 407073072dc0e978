"""Telegram away, crowded, moved and gone; the bot stopped at every point of the way."""

import asyncio
import os
import subprocess
import sys

import pytest

from bot.jobs.redis_server import RedisServer
from bot.settings import TelegramSettings
from bot.telegram.start import run
from mididraw.errors import OptionError
from tests.bot.telegram.conftest import (
    CAT,
    HER,
    Painter,
    Run,
    answered,
    botting,
    quick,
    settings_for,
    texts_with,
)
from tests.conftest import ROOT
from tests.standins.telegram import GROUP, TOKEN
from worker.run import Worker

MOVED = GROUP - 77


async def test_a_redelivered_update_is_no_second_drawing(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        photo = telegram.photo(CAT)
        message = await telegram.message(HER, **photo)
        await telegram.until(answered(telegram, HER))
        await telegram.update({"message": message})
        await telegram.message(HER, text="/queue")
        await telegram.until(lambda: telegram.done("sendMessage"))
        assert len(painter.taken) == 1
        assert len(telegram.done("sendPhoto")) == 1


async def test_an_update_that_was_taken_in_outlives_the_bot(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with quick().serve() as telegram:
        settings = settings_for(telegram, redis_url)
        telegram.slow_files = 60
        async with botting(settings):
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(lambda: telegram.done("getFile"))
            await telegram.message(9, text="/queue", user=9)
            # The second is answered while the first still waits for its picture.
            await telegram.until(lambda: telegram.done("sendMessage", 9))
            await telegram.until(lambda: not telegram.pending)
        telegram.slow_files = 0
        async with botting(settings):
            await telegram.until(answered(telegram, HER))
        assert len(painter.taken) == 1
        assert len(telegram.done("sendMessage", 9)) == 1


@pytest.mark.parametrize("part", ["sendPhoto", "sendAudio", "sendDocument"])
async def test_a_bot_that_stops_in_the_middle_of_an_answer_goes_on_where_it_was(
    part: str, redis_url: str, worker: Worker
) -> None:
    assert worker
    async with quick().serve() as telegram:
        settings = settings_for(telegram, redis_url)
        telegram.refuse(part, 502, "Bad Gateway", times=1000)
        async with botting(settings):
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(lambda: [call for call in telegram.calls if call.method == part])
        telegram.faults.clear()
        async with botting(settings):
            await telegram.until(answered(telegram, HER))
        for method in ("sendPhoto", "sendAudio", "sendDocument"):
            assert len(telegram.done(method, HER)) == 1, method


async def test_what_is_done_while_the_bot_is_away_is_posted_when_it_is_back(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with quick().serve() as telegram:
        settings = settings_for(telegram, redis_url)
        painter.gate.clear()
        async with botting(settings):
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(lambda: telegram.done("sendMessage", HER))
        painter.gate.set()
        async with botting(settings):
            await telegram.until(answered(telegram, HER))
            # The status that was sent before goes all the same.
            await telegram.until(lambda: telegram.done("deleteMessage", HER))


async def test_a_pause_that_telegram_wants_is_kept_and_nothing_gets_lost_or_overtakes(
    running: Run, painter: Painter
) -> None:
    """Thirty chats at once."""
    async with running() as telegram:
        for method in ("sendPhoto", "sendAudio", "sendDocument"):
            telegram.refuse(method, 429, "Too Many Requests", times=10, retry_after=1)
        painter.gate.clear()
        chats = list(range(100, 130))
        for chat in chats:
            await telegram.message(chat, user=chat, **telegram.photo(CAT))
        await telegram.until(lambda: len(telegram.done("sendMessage")) >= len(chats), 30)
        painter.gate.set()
        await telegram.until(lambda: len(telegram.done("sendDocument")) == len(chats), 60)
        assert len([call for call in telegram.calls if not call.ok]) == 30
        for chat in chats:
            sent = [
                call.method
                for call in telegram.calls
                if call.ok
                and call.fields.get("chat_id") == chat
                and call.method in ("sendPhoto", "sendAudio", "sendDocument")
            ]
            assert sent == ["sendPhoto", "sendAudio", "sendDocument"]


async def test_failures_of_telegrams_are_waited_out(running: Run) -> None:
    async with running() as telegram:
        telegram.refuse("sendPhoto", 500, "Internal Server Error", times=2)
        telegram.refuse("sendAudio", 429, "Too Many Requests", retry_after=1)
        telegram.refuse("sendDocument", 502, "<html>Bad Gateway</html>")
        telegram.refuse("getUpdates", 502, "Bad Gateway")
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER), 30)
        assert len(telegram.done("sendPhoto")) == len(telegram.done("sendAudio")) == 1


async def test_a_person_who_blocked_us_and_a_chat_that_is_gone_hold_up_nobody(
    running: Run,
) -> None:
    async with running() as telegram:
        telegram.refuse("sendPhoto", 403, "Forbidden: bot was blocked by the user", chat=HER)
        telegram.refuse("sendPhoto", 400, "Bad Request: chat not found", chat=8)
        for chat in (HER, 8, 9):
            await telegram.message(chat, user=chat, **telegram.photo(CAT))
        await telegram.until(answered(telegram, 9))
        await telegram.message(HER, **telegram.photo(CAT + b" "))
        await telegram.until(answered(telegram, HER))
        assert not telegram.done("sendAudio", 8)


async def test_an_answer_follows_a_group_that_has_moved(running: Run) -> None:
    async with running() as telegram:
        telegram.refuse(
            "sendPhoto",
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            chat=GROUP,
            migrate_to_chat_id=MOVED,
        )
        await telegram.message(GROUP, caption="/draw", **telegram.photo(CAT))
        await telegram.until(answered(telegram, MOVED))


async def test_whoever_sends_too_much_is_told_once(running: Run) -> None:
    async with running() as telegram:
        for _ in range(30):
            await telegram.message(HER, text="/queue")

        def warnings() -> int:
            said = [call.fields["text"] for call in telegram.done("sendMessage", HER)]
            return sum("a lot at once" in text for text in said)

        await telegram.until(warnings)
        await telegram.message(9, text="/queue", user=9)
        await telegram.until(lambda: telegram.done("sendMessage", 9))
        assert warnings() == 1
        assert len(telegram.done("sendMessage", HER)) < 30


async def test_redis_away_is_said_and_gets_over(
    running: Run, redis_server: RedisServer, painter: Painter
) -> None:
    async with running() as telegram:
        redis_server.stop()
        try:
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(
                texts_with(telegram, HER, "away for a moment"),
                30,
            )
        finally:
            redis_server.start()
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER), 30)
        assert len(painter.taken) == 1


async def test_an_answer_outlives_an_outage_of_redis(
    running: Run, redis_server: RedisServer, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        redis_server.stop()
        painter.gate.set()
        redis_server.start()
        await telegram.until(answered(telegram, HER), 60)
        assert len(telegram.done("sendPhoto", HER)) == 1


async def test_updates_come_by_webhook_as_well(
    redis_url: str, worker: Worker, unused_port: int
) -> None:
    assert worker
    async with quick().serve() as telegram:
        settings = settings_for(
            telegram,
            redis_url,
            MIDIDRAW_TELEGRAM_WEBHOOK_URL=f"http://127.0.0.1:{unused_port}",
            MIDIDRAW_TELEGRAM_WEBHOOK_PORT=str(unused_port),
        )
        async with botting(settings):
            await telegram.until(lambda: telegram.updates.webhook)
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(answered(telegram, HER))
            assert await telegram.updates.post({"update_id": 1}, secret="wrong") == 401  # noqa: S106


async def refusal_of(settings: TelegramSettings) -> str:
    with pytest.raises((OptionError, ExceptionGroup)) as refused:
        async with asyncio.timeout(120):
            await run(settings)
    error: BaseException = refused.value
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, OptionError)
    return str(error)


async def test_a_missing_or_wrong_token_is_one_sentence(redis_url: str) -> None:
    async with quick().serve() as telegram:
        for token, wanted in (
            ("", "make a bot with @BotFather"),
            ("no token", "copy it again"),
            (f"{TOKEN}x", "copy it again"),
        ):
            settings = settings_for(telegram, redis_url, TELEGRAM_TOKEN=token)
            assert wanted in await refusal_of(settings)
            assert TOKEN not in repr(settings)


def test_the_command_without_a_token_says_where_to_get_one() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TELEGRAM_TOKEN"}
    done = subprocess.run(
        [sys.executable, "-m", "mididraw", "telegram"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 2
    assert "@BotFather" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
