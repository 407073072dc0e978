"""Pieces are put into a gallery once, and taken out as they were put in."""

from collections.abc import AsyncIterator

import pytest

from bot.memory import Memory, RedisStore
from bot.service.gallery import put_in, remove_from
from tests.bot.jobs.conftest import redis_server, redis_url

__all__ = ["redis_server", "redis_url"]


@pytest.fixture
async def memory(redis_url: str) -> AsyncIterator[Memory]:
    memory = Memory(RedisStore(redis_url), "telegram")
    yield memory
    await memory.close()


class Gallery:
    """The messages of a chat."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.messages: set[tuple[int, int]] = set()
        self._stuck = stuck

    async def post(self) -> tuple[int, list[int]]:
        new = [len(self.messages), len(self.messages) + 1]
        self.messages |= {(7, one) for one in new}
        return 7, new

    async def delete(self, chat: int, message: int) -> bool:
        if self._stuck and message == 0:
            return False
        self.messages.discard((chat, message))
        return True


async def test_a_piece_is_shown_once_until_it_is_taken_out(memory: Memory) -> None:
    gallery = Gallery()
    assert await put_in(memory, "ada", "one", gallery.post)
    assert not await put_in(memory, "ada", "one", gallery.post)
    assert await put_in(memory, "ada", "two", gallery.post)
    assert gallery.messages == {(7, 0), (7, 1), (7, 2), (7, 3)}
    assert await remove_from(memory, "ada", gallery.delete, only="two") == 0
    assert gallery.messages == {(7, 0), (7, 1)}
    assert await put_in(memory, "ada", "two", gallery.post)
    assert await remove_from(memory, "ada", gallery.delete) == 0
    assert gallery.messages == set()


async def test_what_could_not_be_posted_may_be_tried_again(memory: Memory) -> None:
    async def broken() -> tuple[int, list[int]]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await put_in(memory, "ada", "one", broken)
    assert await put_in(memory, "ada", "one", Gallery().post)


async def test_pieces_that_could_not_be_taken_out_whole_are_counted(memory: Memory) -> None:
    gallery = Gallery(stuck=True)
    for job in ("one", "two"):
        await put_in(memory, "ada", job, gallery.post)
    assert await remove_from(memory, "ada", gallery.delete) == 1
    assert gallery.messages == {(7, 0)}
