"""Every part of an album is drawn or its loss is said, whenever it comes and by whichever way."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bot.telegram import albums
from tests.bot.telegram.conftest import CAT, HER, Painter, botting, quick, settings_for, texts_with
from tests.standins.telegram import GROUP, TelegramStandIn
from worker.run import Worker

Open = Callable[[], AbstractAsyncContextManager[TelegramStandIn]]


@pytest.fixture(params=["polling", "webhook"])
def either_way(
    request: pytest.FixtureRequest, redis_url: str, worker: Worker, unused_port: int
) -> Open:
    """The bot asks for updates, or is called."""
    assert worker
    hook = {
        "MIDIDRAW_TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{unused_port}",
        "MIDIDRAW_TELEGRAM_WEBHOOK_PORT": str(unused_port),
    }
    more = hook if request.param == "webhook" else {}

    @asynccontextmanager
    async def open_() -> AsyncIterator[TelegramStandIn]:
        async with (
            quick().serve() as telegram,
            botting(settings_for(telegram, redis_url, **more)),
        ):
            await telegram.until(lambda: telegram.updates.webhook or not more)
            yield telegram

    return open_


def pictures(count: int) -> list[bytes]:
    """Pictures that can be told apart, though they show the same."""
    return [CAT + bytes([number]) for number in range(count)]


def let_time_fly(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let seconds of waiting for parts be quarters of seconds; gives how long one is then."""
    for name in ("_PATIENCE", "_LONGEST"):
        monkeypatch.setattr(albums, name, getattr(albums, name) / 4)
    return 1 / 4


@pytest.mark.parametrize("gap", [0.02, 0.15, 0.6, 3.0])
async def test_every_part_is_drawn_once(
    either_way: Open, painter: Painter, gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = pictures(3 if gap > 1 else 5)
    second = let_time_fly(monkeypatch) if gap > 1 else 1
    async with either_way() as telegram:
        parts = [telegram.photo(data) for data in sent]
        await telegram.album(HER, parts, gap=gap * second, caption="strength 70")
        await telegram.until(lambda: sum(len(one.pictures) for one in painter.taken) >= len(sent))
        assert Counter(one for work in painter.taken for one in work.pictures) == Counter(sent)
        # The words stand at one part, and hold for all.
        assert {work.job.options.strength for work in painter.taken} == {70}
        if gap < 0.5:
            assert painter.taken[0].pictures == tuple(sent)
        assert telegram.updates.longest_call < 1


async def test_words_that_come_late_ask_for_what_came_before(
    either_way: Open, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a group that the bot sees all of, it is the caption that asks."""
    second = let_time_fly(monkeypatch)
    async with either_way() as telegram:
        telegram.chats[GROUP].shows_all = True
        parts = [telegram.photo(one) for one in pictures(2)]
        await telegram.album(GROUP, parts, gap=2 * second, caption="/draw", speaks=1)
        await telegram.until(lambda: painter.taken or None)
        assert painter.taken[0].pictures == tuple(pictures(2))


async def test_an_album_of_which_privacy_mode_hides_the_rest_says_so(
    either_way: Open, painter: Painter
) -> None:
    async with either_way() as telegram:
        await telegram.album(GROUP, [telegram.photo(one) for one in pictures(3)], caption="/draw")
        await telegram.until(texts_with(telegram, GROUP, "one picture of the album"))
        await telegram.until(lambda: painter.taken)
        assert painter.taken[0].pictures == (pictures(1)[0],)


async def test_what_cannot_be_had_of_an_album_is_said_and_the_rest_drawn(
    either_way: Open, painter: Painter
) -> None:
    async with either_way() as telegram:
        first, last = pictures(2)
        lost = telegram.document(CAT, "gone.png", "image/png")
        lost["document"]["file_id"] = "nowhere"
        film = telegram.document(b"film", "a.mov", "video/quicktime")
        parts = [telegram.photo(first), lost, film, telegram.photo(last)]
        await telegram.album(HER, parts)
        said = await telegram.until(texts_with(telegram, HER, "2 of 4"))
        assert "send it again" in said[0]
        await telegram.until(lambda: painter.taken or None)
        assert painter.taken[0].pictures == (first, last)
