"""Other processes, and what becomes of tasks when one dies."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from mididraw.errors import PictureError
from tests.bot.jobs.conftest import PATIENCE
from worker.pool import DiedError, Pool, TaskResult, tell


def double(number: int) -> int:
    return 2 * number


def count(to: int) -> int:
    for number in range(to):
        tell(number)
    return to


def refuse() -> None:
    raise PictureError("picture-blank", "Nothing is drawn on the picture.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    signal.pause()


def hang_with(data: bytes) -> None:  # noqa: ARG001 -- what is large on the way
    signal.pause()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(2)
    yield pool
    pool.close()


def collect(pool: Pool) -> dict[object, TaskResult]:
    found: dict[object, TaskResult] = {}
    while pool.busy:  # pytest's time limit ends what hangs
        found |= {result.owner: result for result in pool.collect()}
    return found


def test_what_tasks_tell_on_their_way_is_heard_with_its_owner(pool: Pool) -> None:
    pool.submit("a", count, 3)
    pool.submit("b", count, 2)
    collect_news: list[tuple[object, object]] = []
    deadline = time.monotonic() + 3 * PATIENCE
    while len(collect_news) < 5:
        assert time.monotonic() < deadline
        collect_news += pool.collect_news()
    assert [number for owner, number in collect_news if owner == "a"] == [0, 1, 2]
    assert [number for owner, number in collect_news if owner == "b"] == [0, 1]
    assert {result.value for result in collect(pool).values()} == {3, 2}


def test_nobody_hears_what_is_told_elsewhere(pool: Pool) -> None:
    tell("alone")
    assert pool.collect_news() == []


def test_results_and_errors_come_back_to_their_owner(pool: Pool) -> None:
    pool.submit("a", double, 4)
    pool.submit("b", refuse)
    found = collect(pool)
    assert found["a"].value == 8
    assert str(found["b"].error) == "Nothing is drawn on the picture."


def test_a_process_that_dies_costs_no_neighbour(pool: Pool) -> None:
    for number in range(4):
        pool.submit(number, double, number)
    pool.submit("killer", die)
    for number in range(4, 8):
        pool.submit(number, double, number)
    found = collect(pool)
    assert isinstance(found.pop("killer").error, DiedError)
    assert {owner: result.value for owner, result in found.items()} == {
        number: 2 * number for number in range(8)
    }


def test_a_pool_can_be_closed_while_large_tasks_are_on_their_way() -> None:
    """More than a pipe holds, to processes that are killed before they read it."""
    pool = Pool(1)
    for number in range(4):
        pool.submit(number, hang_with, bytes(1 << 20))
    closing = threading.Thread(target=pool.close, daemon=True)
    closing.start()
    closing.join(PATIENCE)
    assert not closing.is_alive()


def test_the_way_to_the_processes_is_closed_by_one_thread_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the executor's own from Python 3.11.5 on; two at once end in a bad file descriptor."""
    pool = Pool(1)
    pool.submit("hangs", hang)
    reader = pool._executor._call_queue._reader  # type: ignore[attr-defined]
    closers = set()
    close = Connection.close

    def note(connection: Connection) -> None:
        if connection is reader:
            closers.add(threading.current_thread())
        close(connection)

    monkeypatch.setattr(Connection, "close", note)
    pool.close()
    assert (threading.main_thread() in closers) is (sys.version_info < (3, 11, 5))
    assert reader.closed


def test_a_task_that_hangs_is_ended_when_its_owner_lets_go(pool: Pool) -> None:
    pool.submit("hangs", hang)
    pool.submit("a", double, 1)
    pool.remove("hangs")
    assert collect(pool).keys() == {"a"}
