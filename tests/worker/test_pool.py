"""Other processes, and what becomes of tasks when one dies."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from mididraw.errors import PictureError
from tests.bot.jobs.conftest import PATIENCE
from worker.pool import DiedError, Pool, Result


def double(number: int) -> int:
    return 2 * number


def refuse() -> None:
    raise PictureError("Nothing is drawn on the picture.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    signal.pause()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(2)
    yield pool
    pool.close()


def collect(pool: Pool) -> dict[object, Result]:
    found: dict[object, Result] = {}
    deadline = time.monotonic() + 3 * PATIENCE
    while pool.busy:
        assert time.monotonic() < deadline
        found |= {result.owner: result for result in pool.collect()}
    return found


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


def test_a_task_that_hangs_is_ended_when_its_owner_lets_go(pool: Pool) -> None:
    pool.submit("hangs", hang)
    pool.submit("a", double, 1)
    pool.drop("hangs")
    assert collect(pool).keys() == {"a"}
