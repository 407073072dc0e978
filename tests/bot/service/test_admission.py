"""Who gets music where, by what managers and owners decided."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.memory import ChatSettings, Memory, RedisStore
from bot.service.admission import EVERYWHERE, NotHereError, admit
from bot.service.asker import Asker
from tests.bot.jobs.conftest import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]

ADA = Asker("1", "ada", "en", "group", "group", places=("topic", "channel"), place_link="<#{}>")


async def _painter() -> frozenset[str]:
    return frozenset({"painter", "guest"})


@pytest.fixture
async def memory(redis_url: str) -> AsyncIterator[Memory]:
    memory = Memory(RedisStore(redis_url), "telegram")
    yield memory
    await memory.close()


async def test_where_nobody_decided_anything_everybody_may_draw(memory: Memory) -> None:
    assert await admit(ADA, memory) == ChatSettings()


@pytest.mark.parametrize("where", ["group", EVERYWHERE])
async def test_whoever_is_blocked_there_or_everywhere_gets_none(memory: Memory, where: str) -> None:
    await memory.save_chat_settings(where, ChatSettings(blocked=("eve", "ada")))
    with pytest.raises(NotHereError, match="moderators know why"):
        await admit(ADA, memory)
    settings = await admit(replace(ADA, user="bob"), memory)
    assert ("ada" in settings.blocked) == (where == "group")


async def test_one_of_the_places_around_must_be_open(memory: Memory) -> None:
    await memory.save_chat_settings("group", ChatSettings(places=("open", "channel")))
    assert (await admit(ADA, memory)).places == ("open", "channel")
    with pytest.raises(NotHereError, match=r"go to <#open>\."):
        await admit(replace(ADA, places=("topic",)), memory)


async def test_one_of_the_roles_is_enough(memory: Memory) -> None:
    await memory.save_chat_settings("group", ChatSettings(roles=("painter", "owner")))
    assert (await admit(replace(ADA, roles=_painter), memory)).roles == ("painter", "owner")
    with pytest.raises(NotHereError, match="certain role"):
        await admit(ADA, memory)


async def test_where_no_file_may_be_attached_nothing_is_drawn(memory: Memory) -> None:
    with pytest.raises(NotHereError, match="Attach Files"):
        await admit(replace(ADA, may_attach=False), memory)
