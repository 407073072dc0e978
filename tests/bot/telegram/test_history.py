"""One's own last pieces, favourites, and a group's gallery."""

from functools import partial
from typing import Any

import pytest
from redis import Redis

from bot.forget import forget_person
from bot.telegram.keyboards import Gallery, Keep, Open
from mididraw.errors import OptionError
from tests.bot.telegram.conftest import CAT, HER, Painter, Run, answered, first_piece, texts_with
from tests.bot.telegram.test_preferences import times
from tests.standins.telegram import TOKEN, TelegramStandIn
from tests.standins.telegram_chats import BOT
from worker.queue import keys

GROUP, CHANNEL, HIM = -100500, -1002000, 8
DAY = 86_400


def said(telegram: TelegramStandIn) -> str:
    """What the last press was answered with."""
    return str(telegram.done("answerCallbackQuery")[-1].fields["text"])


async def pressed(
    telegram: TelegramStandIn, data: str, message: dict[str, Any], user: int = HER
) -> str:
    before = len(telegram.done("answerCallbackQuery"))
    await telegram.press(data, message, user)
    await telegram.until(partial(times, telegram, "answerCallbackQuery", before + 1))
    return said(telegram)


async def test_history_shows_the_last_pieces_in_private_alone(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(HER, text="/history")
        await telegram.until(texts_with(telegram, HER, "No piece"))
        message, job = await first_piece(telegram)
        await telegram.message(HER, text="/history")
        await telegram.until(lambda: len(telegram.done("sendPhoto", HER)) == 2)
        listed = telegram.done("sendPhoto", HER)[-1]
        assert "1. Drawing · A minor" in listed.fields["caption"]
        ((key,),) = listed.fields["reply_markup"]["inline_keyboard"]
        assert key["callback_data"] == Open(job=job).pack()
        assert "Only who asked" in await pressed(telegram, key["callback_data"], message, HIM)
        await telegram.press(key["callback_data"], message)
        await telegram.until(answered(telegram, HER, 2))
        # It was there: nobody has drawn again.
        assert len(painter.taken) == 1
        await telegram.message(GROUP, text=f"/history@{BOT['username']}")
        await telegram.until(texts_with(telegram, GROUP, "in private"))


async def test_a_favourite_is_kept_until_it_is_let_go(
    running: Run, painter: Painter, redis_url: str
) -> None:
    async with running(MIDIDRAW_FAVOURITE_DAYS="30") as telegram:
        message, job = await first_piece(telegram)
        data, kept = Keep(job=job).pack(), painter.taken[0].job
        assert "Only who asked" in await pressed(telegram, data, message, HIM)
        assert "Kept until" in await pressed(telegram, data, message)
        with Redis.from_url(redis_url) as redis:
            assert redis.ttl(keys.music(kept.music)) > 29 * DAY
            assert "no longer" in await pressed(telegram, data, message)
            assert redis.ttl(keys.music(kept.music)) <= DAY


async def test_a_groups_gallery_takes_pieces_by_their_authors_press_alone(
    running: Run, redis_url: str
) -> None:
    async with running() as telegram:
        telegram.channels["@our_gallery"] = CHANNEL
        telegram.admins.add(HER)
        bad = f"/settings@{BOT['username']} gallery @our_gallery"
        await telegram.message(GROUP, text=bad)
        await telegram.until(texts_with(telegram, GROUP, "both be admins"))
        telegram.chats[CHANNEL].shows_all = True
        await telegram.message(GROUP, text=bad)
        await telegram.until(texts_with(telegram, GROUP, f"gallery: {CHANNEL}"))
        photo = telegram.photo(CAT)
        await telegram.message(GROUP, **photo, caption=f"@{BOT['username']}")
        await telegram.until(answered(telegram, GROUP))
        posted = telegram.done("sendPhoto", GROUP)[0]
        rows = posted.fields["reply_markup"]["inline_keyboard"]
        (data,) = (
            key["callback_data"] for row in rows for key in row if key["text"] == "To the gallery"
        )
        assert data.startswith(Gallery.__prefix__)
        message = telegram.chats[GROUP].messages[posted.fields["sent_id"]]
        assert "Only who asked" in await pressed(telegram, data, message, HIM)
        assert not telegram.done("sendPhoto", CHANNEL)
        assert "Our gallery" in await pressed(telegram, data, message)
        (shown,) = telegram.done("sendPhoto", CHANNEL)
        assert shown.fields["caption"].startswith("By Ada")
        assert len(telegram.done("sendAudio", CHANNEL)) == 1
        assert "out of the gallery" in await pressed(telegram, data, message)
        assert telegram.chats[CHANNEL].messages == {}
        assert "Our gallery" in await pressed(telegram, data, message)
        environment = {"REDIS_URL": redis_url}
        with pytest.raises(OptionError, match="TELEGRAM_TOKEN alone can delete"):
            await forget_person("telegram", str(HER), environment)
        environment |= {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        assert await forget_person("telegram", str(HER), environment) == (1, 0)
        assert telegram.chats[CHANNEL].messages == {}
        await telegram.message(GROUP, **photo, caption=f"@{BOT['username']}")
        await telegram.until(answered(telegram, GROUP, 2))
        again = telegram.done("sendPhoto", GROUP)[1]
        message = telegram.chats[GROUP].messages[again.fields["sent_id"]]
        keys = [key for row in again.fields["reply_markup"]["inline_keyboard"] for key in row]
        (data,) = (key["callback_data"] for key in keys if key["text"] == "To the gallery")
        assert "Our gallery" in await pressed(telegram, data, message)
        await telegram.message(HER, text="/forgetme")
        await telegram.until(texts_with(telegram, HER, "deleted"))
        assert telegram.chats[CHANNEL].messages == {}
