"""Redis behind Sentinel: real sentinels, a real failover."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.redis_server import RedisServer
from mididraw.errors import OptionError
from worker.queue.connection import AWAY, connect, connect_async
from worker.queue.sentinel import is_sentinel_address, read_sentinel_address

PATIENCE = 120.0


class Cluster:
    """A leader, a follower, and a sentinel that watches them."""

    def __init__(self, folder: Path) -> None:
        self.leader = RedisServer(_made(folder / "leader"))
        follows = (
            "--replicaof",
            f"127.0.0.1 {self.leader.port}",
            "--repl-diskless-sync-delay",
            "0",
        )
        self.follower = RedisServer(_made(folder / "follower"), *follows)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        rules = folder / "sentinel.conf"
        rules.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor mymaster 127.0.0.1 {self.leader.port} 1\n"
            "sentinel down-after-milliseconds mymaster 500\n"
            "sentinel failover-timeout mymaster 5000\n"
        )
        self.leader.start()
        self.follower.start()
        program = shutil.which("redis-server") or ""
        self.sentinel = subprocess.Popen(
            [program, str(rules), "--sentinel"], stdout=subprocess.DEVNULL
        )

    @property
    def url(self) -> str:
        """One sentinel that is not there, and the one that is."""
        return f"redis+sentinel://127.0.0.1:1,127.0.0.1:{self.port}/0?service=mymaster"

    def stop(self) -> None:
        self.sentinel.terminate()
        self.sentinel.wait(PATIENCE)
        for server in (self.leader, self.follower):
            server.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    try:
        yield cluster
    finally:
        cluster.stop()


def insisted(connection: redis.Redis, name: str, value: str) -> None:
    """Write until it is taken, as a worker insists on its answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.set(name, value)
        except (*AWAY, redis.exceptions.ReadOnlyError):
            assert time.monotonic() < end, "nobody leads"
        else:
            return


def test_who_leads_is_found_and_found_again_after_a_death(cluster: Cluster) -> None:
    with connect(cluster.url) as connection:
        insisted(connection, "before", "1")
        with cluster.follower.client() as follower, cluster.leader.client() as leader:
            leader.wait(1, 10_000)
            assert follower.get("before") == b"1"
        _until_both_are_known(cluster)
        cluster.leader.kill()
        insisted(connection, "after", "2")
        assert connection.get("before") == b"1"
        with cluster.follower.client() as follower:
            assert follower.get("after") == b"2"


def _until_both_are_known(cluster: Cluster) -> None:
    with redis.Redis(port=cluster.port) as sentinel:
        end = time.monotonic() + PATIENCE
        while sentinel.sentinel_master("mymaster")["num-slaves"] < 1:
            assert time.monotonic() < end, "the sentinel knows no follower"


async def test_event_loops_find_it_too(tmp_path: Path) -> None:
    cluster = await asyncio.to_thread(Cluster, tmp_path)
    connection = connect_async(cluster.url)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await connection.set("name", "1")
                    break
                except AWAY:
                    continue
        assert await connection.get("name") == b"1"
    finally:
        await connection.aclose()
        await asyncio.to_thread(cluster.stop)


def test_an_address_says_all_that_there_is() -> None:
    at = read_sentinel_address(
        "rediss+sentinel://front:secret@one,two:5/3?service=other&sentinel_password=own"
    )
    assert at.hosts == (("one", 26379), ("two", 5))
    assert (at.service, at.own["password"], at.own["ssl"]) == ("other", "own", True)
    assert (at.options["username"], at.options["password"]) == ("front", "secret")
    assert at.options["db"] == 3
    assert "secret" not in repr(at)


@given(st.text())
def test_any_address_is_read_or_refused_without_being_repeated(text: str) -> None:
    url = f"redis+sentinel://user:s3cret@{text}"
    assert is_sentinel_address(url)
    said = ""
    try:
        assert read_sentinel_address(url).hosts
    except OptionError as error:
        said = str(error)
    assert "s3cret" not in said
