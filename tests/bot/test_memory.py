"""What is remembered of people and chats."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.memory import ChatSettings, Memory, Preferences, RedisStore, merged
from mididraw.errors import OptionError
from tests.bot.jobs.conftest import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]


@asynccontextmanager
async def remembering(url: str, front: str = "telegram") -> AsyncIterator[Memory]:
    memory = Memory(RedisStore(url), front)
    yield memory
    await memory.close()


async def test_defaults_of_people_and_places_are_kept(redis_url: str) -> None:
    async with remembering(redis_url) as memory:
        assert await memory.preferences("ada") == Preferences()
        own = Preferences(language="zh", options={"strength": 70})
        await memory.save_preferences("ada", own)
        settings = ChatSettings(options={"tempo": 90}, places=("1",), jobs=2, blocked=("eve",))
        await memory.save_chat_settings("group", settings)
        assert await memory.preferences("ada") == own
        assert await memory.chat_settings("group") == settings
        assert await memory.preferences("group") == Preferences()
        await memory.delete_user("ada")
        assert await memory.preferences("ada") == Preferences()


async def test_notes_are_kept_for_a_while(redis_url: str) -> None:
    async with remembering(redis_url) as memory:
        await memory.write_note("status", {"message": 5}, 60)
        assert await memory.read_note("status") == {"message": 5}
        await memory.delete_note("status")
        assert await memory.read_note("status") is None


def test_the_more_particular_options_win_and_old_names_do_not_hurt() -> None:
    found = merged({"tempo": 90, "strength": 10, "gone": 1}, {"strength": 20}, {"key": "A minor"})
    assert (found.tempo, found.strength, found.key) == (90, 20, "A minor")
    with pytest.raises(OptionError):
        merged({}, {"tempo": 1000})
