"""Chats that a result goes to: signed by Telegram, or noted by the Discord bot."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memory import Memory, RedisStore
from bot.service.target import PAGE
from bot.web.chat_targets import ChatTargets, StaleError, verified
from tests.bot.jobs.conftest import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]

TOKEN = "123456:of-no-worth"  # noqa: S105
NOW = 1_800_000_000.0


def signed(token: str = TOKEN, **fields: str) -> str:
    """As Telegram does it."""
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    mark = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    return urlencode({**fields, "hash": mark})


def opened(since: float = NOW, user: int = 7, token: str = TOKEN) -> str:
    return signed(token, auth_date=str(int(since)), user=json.dumps({"id": user}), query_id="q=1&2")


def test_who_opened_a_mini_app_is_known() -> None:
    assert verified(opened(user=42), TOKEN, NOW) == 42


@pytest.mark.parametrize(
    "data",
    [
        *(
            "",
            "hash=",
            "user=1&hash=00",
            opened(token=TOKEN[1:]),
            opened(NOW - 90_000),
            opened(NOW + 3600),
        ),
        *(opened().replace("7", "8", 1), opened() + "&extra=1", signed(auth_date="1", user="no")),
    ],
)
def test_nobody_else_is(data: str) -> None:
    with pytest.raises(StaleError):
        verified(data, TOKEN, NOW)


@given(st.text())
def test_any_text_is_refused_in_a_sentence(data: str) -> None:
    with pytest.raises(StaleError):
        verified(data, TOKEN, NOW)


async def test_results_go_to_the_chat_that_the_page_was_opened_from(redis_url: str) -> None:
    memory = Memory(RedisStore(redis_url), "discord")
    targets = ChatTargets(TOKEN, memory, lambda: NOW)
    reply, user = await targets.find(opened(user=42))
    assert (reply.front, user) == ("telegram", "42")
    assert json.loads(reply.address)["chat"] == 42
    await memory.write_note(f"{PAGE}secret", {"channel": 3, "user": 7}, 60)
    reply, user = await targets.find("secret")
    assert (reply.front, user) == ("discord", "7")
    with pytest.raises(StaleError):
        await targets.find("guess")
    await memory.close()
