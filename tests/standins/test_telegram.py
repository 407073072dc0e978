"""The stand-in is as strict as Telegram where that has hidden faults before."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.standins.telegram import GROUP, TOKEN, TelegramStandIn

HER = 7


class BotApiServer:
    """A stand-in that is asked without any library."""

    def __init__(self, telegram: TelegramStandIn, session: aiohttp.ClientSession) -> None:
        self.telegram, self._session = telegram, session

    async def ask(self, method: str, **fields: Any) -> Any:
        url = f"{self.telegram.url}/bot{TOKEN}/{method}"
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in fields.items()
        }
        async with self._session.post(url, data=texts) as answer:
            return await answer.json()


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with TelegramStandIn().serve() as telegram, aiohttp.ClientSession() as session:
        yield BotApiServer(telegram, session)


async def test_the_same_offset_again_gives_one_update_alone(server: BotApiServer) -> None:
    for _ in range(3):
        await server.telegram.message(HER, text="hello")
    first = (await server.ask("getUpdates", offset=5))["result"]
    assert len(first) == 3
    assert len((await server.ask("getUpdates", offset=5))["result"]) == 1
    assert len((await server.ask("getUpdates", offset=first[1]["update_id"]))["result"]) == 2


async def test_a_second_who_asks_ends_the_first(server: BotApiServer) -> None:
    first = asyncio.create_task(server.ask("getUpdates", offset=1, timeout=20))
    while server.telegram.updates._asking is None:
        await asyncio.sleep(0)
    second = asyncio.create_task(server.ask("getUpdates", offset=2, timeout=20))
    assert (await first)["error_code"] == 409
    await server.telegram.message(HER, text="hello")
    assert len((await second)["result"]) == 1


async def test_a_webhook_gets_a_chats_next_update_when_the_one_before_is_answered(
    server: BotApiServer,
) -> None:
    begun: list[str] = []
    gate = asyncio.Event()

    async def called(request: web.Request) -> web.Response:
        text = (await request.json())["message"]["text"]
        begun.append(text)
        if text == "first":
            await gate.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/", called)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        assert (await server.ask("setWebhook", url=hook, secret_token="s"))["ok"]  # noqa: S106
        assert (await server.ask("getUpdates"))["error_code"] == 409
        await server.telegram.message(HER, text="first")
        await server.telegram.message(HER, text="second")
        await server.telegram.message(8, text="another's")
        while "another's" not in begun:
            await asyncio.sleep(0)
        assert "second" not in begun
        gate.set()
        while "second" not in begun:
            await asyncio.sleep(0)
    finally:
        await runner.cleanup()


async def test_a_group_takes_twenty_messages_and_edits_a_minute(server: BotApiServer) -> None:
    sent = (await server.ask("sendMessage", chat_id=GROUP, text="a"))["result"]["message_id"]
    for number in range(19):
        done = await server.ask("editMessageText", chat_id=GROUP, message_id=sent, text=f"{number}")
        assert done["ok"], number
    refused = await server.ask("sendMessage", chat_id=GROUP, text="b")
    assert refused["error_code"] == 429
    assert 50 < refused["parameters"]["retry_after"] <= 60
    assert (await server.ask("sendMessage", chat_id=GROUP - 1, text="b"))["ok"]


async def test_a_person_gets_one_message_a_second_after_a_few(server: BotApiServer) -> None:
    for number in range(5):
        assert (await server.ask("sendMessage", chat_id=HER, text=f"{number}"))["ok"]
    refused = await server.ask("sendMessage", chat_id=HER, text="b")
    assert refused["parameters"]["retry_after"] == 1


@pytest.mark.parametrize(
    ("method", "fields", "said"),
    [
        ("sendMessage", {"chat_id": HER, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": HER, "text": "a" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": -5, "text": "a"}, "not enough rights to send text messages"),
        (
            "sendMessage",
            {"chat_id": HER, "text": "a", "reply_parameters": {"message_id": 3}},
            "message to be replied not found",
        ),
        ("sendMessage", {"chat_id": -6, "text": "a", "message_thread_id": 4}, "TOPIC_CLOSED"),
        ("sendMessage", {"chat_id": -7, "text": "a"}, "bot was kicked"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("editMessageText", {"chat_id": HER, "message_id": 2, "text": "b"}, "edit not found"),
        ("deleteMessage", {"chat_id": HER, "message_id": 2}, "message to delete not found"),
        (
            "setMessageReaction",
            {"chat_id": -8, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🎵"}]},
            "REACTION_INVALID",
        ),
        ("getChatMember", {"chat_id": -8, "user_id": 9}, "member list is inaccessible"),
        ("noSuchMethod", {}, "Not Found"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    server: BotApiServer, method: str, fields: dict[str, Any], said: str
) -> None:
    chats = server.telegram.chats
    chats[-5].forbids = {"text messages"}
    chats[-6].closed = {4}
    chats[-7].gone = (403, "Forbidden: bot was kicked from the supergroup chat")
    chats[-8].hides_members = True
    refused = await server.ask(method, **fields)
    assert not refused["ok"]
    assert said in refused["description"]


async def test_an_edit_that_changes_nothing_is_refused(server: BotApiServer) -> None:
    sent = (await server.ask("sendMessage", chat_id=HER, text="a"))["result"]["message_id"]
    refused = await server.ask("editMessageText", chat_id=HER, message_id=sent, text="a")
    assert "message is not modified" in refused["description"]


async def test_privacy_mode_hides_what_does_not_concern_the_bot(server: BotApiServer) -> None:
    telegram = server.telegram
    for text in ("hello", "/draw", "/draw@other_bot", "see @mididraw_bot"):
        await telegram.message(GROUP, text=text)
    await telegram.album(GROUP, [telegram.photo(b"a")] * 3, caption="/draw")
    told = (await server.ask("getUpdates", offset=1))["result"]
    said = [one["message"].get("text") or one["message"].get("caption") for one in told]
    assert said == ["/draw", "see @mididraw_bot", "/draw"]
