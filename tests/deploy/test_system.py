"""Redis with the ACL file, both bots and two workers, as the compose file starts them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.deploy.composed import System, prepared
from tests.deploy.whole import play
from tests.standins.telegram import TOKEN


async def test_nothing_is_lost_or_answered_twice_while_every_part_dies_once(
    tmp_path: Path,
) -> None:
    report = await play(tmp_path, 18)
    assert set(report.answers.values()) == {1}
    assert len(report.answers) == 18
    assert report.left == {"open": 0, "outboxes": 0}
    assert report.denied == []
    lines = [json.loads(line) for line in report.logs.splitlines() if line.startswith("{")]
    steps: dict[str, set[str]] = {}
    for line in lines:
        if "job" in line:
            steps.setdefault(line["job"], set()).add(line["message"])
    way = {"accepted", "begun", "done", "posted"}
    assert sum(way <= said for said in steps.values()) >= 8
    assert TOKEN not in report.logs


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with prepared(tmp_path_factory.mktemp("system")) as system:
        yield system


def test_nobody_gets_in_without_a_password(system: System) -> None:
    with redis.Redis(port=system.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("front", "FLUSHALL"),
        ("worker", "CONFIG GET requirepass"),
        ("worker", "GET mididraw:memory:telegram:user:7"),
        ("worker", "SET mididraw:blob:x 1"),
        ("watch", "DEL mididraw:open"),
        ("watch", "GET mididraw:memory:telegram:user:7"),
        ("admin", "KEYS *"),
        ("front", "SET elsewhere 1"),
    ],
)
def test_a_part_may_do_no_more_than_its_own(system: System, user: str, command: str) -> None:
    with system.client(user) as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*command.split())


def test_passwords_lie_in_the_acl_file_as_digests_alone(system: System) -> None:
    acl = (system.folder / "run" / "users.acl").read_text()
    for secret in (system.folder / "secrets").glob("redis_*"):
        assert secret.read_text() not in acl
    assert acl.count(" #") == 4


def test_redis_refuses_rather_than_forgets(system: System) -> None:
    with system.client("admin") as client:
        info = client.info("everything")
    assert info["maxmemory_policy"] == "noeviction"
    assert info["maxmemory"] == 512 << 20
    assert info["aof_enabled"] == 1


def test_admin_sees_drains_and_forgets(system: System) -> None:
    def admin(*words: str) -> subprocess.CompletedProcess[str]:
        return system.run("admin", *words)

    seen = json.loads(admin("overview", "--json").stdout)
    assert seen["workers"] == 0
    assert not seen["closed"]
    assert "are refused" in admin("drain", "--wait").stdout
    assert json.loads(admin("overview", "--json").stdout)["closed"]
    assert "are accepted" in admin("drain", "--off").stdout
    assert admin("forget", "telegram", "7").returncode == 0
    assert admin("jobs", "list", "--failed").returncode == 0
    with system.client("admin") as client:
        denied = client.acl_log()
    assert [one for one in denied if one["username"] == "admin" and one["object"] != "keys"] == []


def test_a_part_that_is_not_there_is_not_healthy(system: System) -> None:
    for part, service in (("worker", "worker"), ("telegram", "telegram"), ("discord", "discord")):
        done = system.run("health", part, service=service)
        assert done.returncode == 1, done.stderr
        assert "this host" in done.stderr
