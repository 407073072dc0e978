"""What is remembered: one suite for both kinds of store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.memory import House, LocalStore, Memory, Preferences, RedisStore, merged
from mididraw.errors import OptionError
from tests.asynchronous import played
from tests.bot.jobs.conftest import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["local", "redis"])
def store(request: pytest.FixtureRequest) -> object:
    if request.param == "local":
        return lambda: LocalStore(Clock())
    url = request.getfixturevalue("redis_url")
    return lambda: RedisStore(url)


@asynccontextmanager
async def remembering(make: object, front: str = "telegram") -> AsyncIterator[Memory]:
    assert callable(make)
    memory = Memory(make(), front)
    yield memory
    await memory.close()


@played
async def test_defaults_of_people_and_places_are_kept(store: object) -> None:
    async with remembering(store) as memory:
        assert await memory.preferences("ada") == Preferences()
        own = Preferences(language="zh", options={"strength": 70})
        await memory.prefer("ada", own)
        house = House(options={"tempo": 90}, places=("1",), jobs=2, blocked=("eve",))
        await memory.furnish("group", house)
        assert await memory.preferences("ada") == own
        assert await memory.house("group") == house
        assert await memory.preferences("group") == Preferences()
        await memory.forget("ada")
        assert await memory.preferences("ada") == Preferences()


@played
async def test_notes_are_kept_for_a_while(store: object) -> None:
    async with remembering(store) as memory:
        await memory.note("status", {"message": 5}, 60)
        assert await memory.noted("status") == {"message": 5}
        await memory.cross_out("status")
        assert await memory.noted("status") is None


def test_notes_in_the_process_end_with_their_time() -> None:
    clock = Clock()

    async def play() -> None:
        memory = Memory(LocalStore(clock), "web")
        await memory.note("status", 5, 60)
        clock.now = 61
        assert await memory.noted("status") is None

    asyncio.run(play())


def test_the_more_particular_options_win_and_old_names_do_not_hurt() -> None:
    found = merged({"tempo": 90, "strength": 10, "gone": 1}, {"strength": 20}, {"key": "A minor"})
    assert (found.tempo, found.strength, found.key) == (90, 20, "A minor")
    with pytest.raises(OptionError):
        merged({}, {"tempo": 1000})
