"""Pictures are fetched from Telegram's cloud and from every kind of server of one's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.telegram.pictures import MEGABYTE
from tests.bot.telegram.conftest import CAT, HER, Painter, answered, botting, quick, settings_for
from tests.standins.telegram import TOKEN, TelegramStandIn
from worker.run import Worker

Open = Callable[..., AbstractAsyncContextManager[TelegramStandIn]]
LARGE = CAT + b"\0" * (25 * MEGABYTE)


@pytest.fixture
def own_server(redis_url: str, worker: Worker) -> Open:
    """The bot at a Bot API server of one's own."""
    assert worker

    @asynccontextmanager
    async def open_(telegram: TelegramStandIn, **more: str) -> AsyncIterator[TelegramStandIn]:
        async with (
            telegram.serve(),
            botting(settings_for(telegram, redis_url, **more)),
        ):
            yield telegram

    return open_


async def drawn(telegram: TelegramStandIn, data: bytes = LARGE) -> None:
    await telegram.message(HER, **telegram.document(data, "large.png", "image/png"))
    await telegram.until(answered(telegram, HER))


async def refused(telegram: TelegramStandIn) -> str:
    await telegram.message(HER, **telegram.document(LARGE, "large.png", "image/png"))
    (call,) = await telegram.until(lambda: telegram.done("sendMessage", HER))
    return str(call.fields["text"])


async def test_a_local_servers_files_are_read_where_they_lie(
    own_server: Open, painter: Painter, tmp_path: Path
) -> None:
    async with own_server(quick(folder=tmp_path)) as telegram:
        await drawn(telegram)
        assert painter.taken[0].pictures == (LARGE,)


@pytest.mark.parametrize("inside", ["", TOKEN])
async def test_a_local_servers_files_are_read_in_a_folder_that_is_mounted_elsewhere(
    inside: str, own_server: Open, painter: Painter, tmp_path: Path
) -> None:
    """As between two containers: the server's own paths do not exist here."""
    telegram = quick(folder=tmp_path, named=Path("/var/lib/telegram-bot-api"))
    async with own_server(telegram, TELEGRAM_API_FOLDER=str(tmp_path / inside)):
        await drawn(telegram)
        assert painter.taken[0].pictures == (LARGE,)


async def test_a_local_servers_files_are_fetched_from_the_proxy_in_front(
    own_server: Open, painter: Painter, tmp_path: Path
) -> None:
    telegram = quick(folder=tmp_path, named=Path("/var/lib/telegram-bot-api"), proxied=True)
    async with own_server(telegram):
        await drawn(telegram)
        assert painter.taken[0].pictures == (LARGE,)


async def test_files_of_a_local_server_that_are_nowhere_are_said_and_the_host_told_how(
    own_server: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    telegram = quick(folder=tmp_path, named=Path("/var/lib/telegram-bot-api"))
    async with own_server(telegram):
        assert "could not be fetched" in await refused(telegram)
        assert "TELEGRAM_API_FOLDER" in caplog.text


async def test_a_path_leads_nowhere_but_into_the_folder(
    own_server: Open, painter: Painter, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(CAT)
    folder = tmp_path / "files"
    telegram = quick(folder=folder, named=Path(f"/srv/{TOKEN}/../.."), proxied=False)
    async with own_server(telegram, TELEGRAM_API_FOLDER=str(folder)):
        assert "could not be fetched" in await refused(telegram)
        assert not painter.taken


async def test_a_server_that_is_not_local_hands_out_twenty_megabytes(own_server: Open) -> None:
    async with own_server(quick()) as telegram:
        assert "20 MB" in await refused(telegram)


async def test_no_more_is_read_than_is_taken(own_server: Open, painter: Painter) -> None:
    """What Telegram tells of a file's size may be wrong."""
    async with own_server(quick()) as telegram:
        lies = telegram.document(CAT + b"\0" * (65 * MEGABYTE), "a.png", "image/png", size=100)
        await telegram.message(HER, **lies)
        (call,) = await telegram.until(lambda: telegram.done("sendMessage", HER))
        assert "64 MB" in call.fields["text"]
        assert not painter.taken
