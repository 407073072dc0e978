"""What a chat forbids is said, the answer finds another way, and every status ends."""

from typing import Any

import pytest

from tests.bot.telegram.conftest import (
    CAT,
    HER,
    Painter,
    Run,
    answered,
    botting,
    quick,
    settings_for,
)
from tests.standins.telegram import GROUP, TelegramStandIn
from worker.run import Worker

MEDIA = ("sendPhoto", "sendAudio", "sendDocument")


def texts(telegram: TelegramStandIn, chat: int) -> list[str]:
    return [str(call.fields["text"]) for call in telegram.done("sendMessage", chat)]


def statuses(telegram: TelegramStandIn, chat: int) -> list[Any]:
    """Lines that tell how far a drawing is, and stand there still."""
    said = telegram.chats[chat].messages.values()
    return [one for one in said if "your drawing …" in one.get("text", "")]


async def ask(telegram: TelegramStandIn, painter: Painter, **more: Any) -> None:
    """Order in the group, and see the status before the answer comes."""
    painter.gate.clear()
    await telegram.message(GROUP, caption="/draw", **more, **telegram.photo(CAT))
    await telegram.until(lambda: painter.taken or None)
    painter.gate.set()


@pytest.mark.parametrize(
    "forbidden", [{"photos"}, {"audios"}, {"documents"}, {"photos", "audios", "documents"}]
)
async def test_what_a_group_takes_not_comes_in_private_and_the_group_is_told(
    running: Run, painter: Painter, forbidden: set[str]
) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].forbids = forbidden
        await ask(telegram, painter)
        await telegram.until(lambda: [one for one in texts(telegram, GROUP) if "private" in one])
        for method, content in zip(MEDIA, ("photos", "audios", "documents"), strict=True):
            where = HER if content in forbidden else GROUP
            assert [call.fields["chat_id"] for call in telegram.done(method)] == [where]
        if "photos" in forbidden:
            assert "A minor" in texts(telegram, GROUP)[-1]
        await telegram.until(lambda: not statuses(telegram, GROUP))


async def test_a_group_that_takes_nothing_at_all_is_answered_in_private(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].forbids = {"photos", "audios", "documents", "text messages"}
        await ask(telegram, painter)
        await telegram.until(answered(telegram, HER))
        assert not texts(telegram, GROUP)


@pytest.mark.parametrize("forbidden", [set[str](), {"text messages"}])
async def test_whoever_never_wrote_to_us_is_told_to_in_the_group(
    running: Run, painter: Painter, forbidden: set[str]
) -> None:
    never = (403, "Forbidden: bot can't initiate conversation with a user")
    async with running() as telegram:
        telegram.chats[HER].gone = never
        telegram.chats[GROUP].forbids = {"photos", "audios", "documents", *forbidden}
        await ask(telegram, painter)
        if not forbidden:
            await telegram.until(
                lambda: [one for one in texts(telegram, GROUP) if "t.me/mididraw_bot" in one]
            )
        await telegram.until(lambda: not statuses(telegram, GROUP))
        # Nobody is held up.
        await telegram.message(9, user=9, **telegram.photo(CAT))
        await telegram.until(answered(telegram, 9))


async def test_in_a_closed_topic_the_answer_comes_in_private(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        topic = {"message_thread_id": 3, "is_topic_message": True}
        painter.gate.clear()
        await telegram.message(GROUP, caption="/draw", **topic, **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        telegram.chats[GROUP].closed = {3}
        painter.gate.set()
        await telegram.until(answered(telegram, HER))


async def test_an_answer_to_a_topic_that_was_deleted_comes_in_the_general_one(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        topic = {"message_thread_id": 3, "is_topic_message": True}
        painter.gate.clear()
        await telegram.message(GROUP, caption="/draw", **topic, **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        telegram.chats[GROUP].deleted = {3}
        painter.gate.set()
        await telegram.until(answered(telegram, GROUP))
        assert "message_thread_id" not in telegram.done("sendPhoto")[0].fields


@pytest.mark.parametrize("command", ["/help", "/draw", "/queue", "/settings tempo 60"])
async def test_answers_to_commands_find_another_way_too(running: Run, command: str) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].forbids = {"photos", "text messages"}
        await telegram.message(GROUP, text=command)
        await telegram.until(lambda: telegram.done("sendMessage", HER))


async def test_help_is_a_text_where_pictures_are_forbidden(running: Run) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].forbids = {"photos"}
        await telegram.message(GROUP, text="/help")
        await telegram.until(lambda: telegram.done("sendMessage", GROUP))
        assert "photo" in texts(telegram, GROUP)[0]


async def test_the_status_of_a_forgotten_drawing_goes(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        painter.gate.clear()
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(lambda: statuses(telegram, HER))
        await telegram.message(HER, text="/forgetme")
        await telegram.until(lambda: not statuses(telegram, HER))


async def test_the_status_of_an_answer_that_cannot_be_posted_goes(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    """Also where the bot was started anew meanwhile."""
    assert worker
    async with quick().serve() as telegram:
        settings = settings_for(telegram, redis_url)
        painter.gate.clear()
        async with botting(settings):
            await telegram.message(HER, **telegram.photo(CAT))
            await telegram.until(lambda: statuses(telegram, HER))
        for method in ("sendPhoto", "sendDocument"):
            telegram.refuse(method, 400, "Bad Request: IMAGE_PROCESS_FAILED")
        painter.gate.set()
        async with botting(settings):
            await telegram.until(lambda: not statuses(telegram, HER))
            assert "did not take" in texts(telegram, HER)[-1]


async def test_a_picture_that_telegram_cannot_read_comes_as_a_file(running: Run) -> None:
    async with running() as telegram:
        telegram.refuse("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED")
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER, 2))
        assert telegram.done("sendDocument")[0].files["document"].startswith(b"\x89PNG")
