"""Every fault that ``mididraw doctor`` names, made and found."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import bot.health
import worker.health
from bot.jobs.redis_server import RedisServer
from mididraw.doctor import Finding, State, examine, library
from tests.asynchronous import played
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import ROOT
from tests.standins.discord import StandIn as Discord
from tests.standins.discord_payloads import TOKEN as DISCORD_TOKEN
from tests.standins.telegram import TOKEN as TELEGRAM_TOKEN
from tests.standins.telegram import StandIn as Telegram

__all__ = ["redis_server", "redis_url"]


def found(subject: str, findings: list[Finding]) -> Finding:
    (one,) = (one for one in findings if one.subject == subject)
    return one


def doctor(**variables: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The command as a process; its findings by subject."""
    done = subprocess.run(
        [sys.executable, "-m", "mididraw", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    findings = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, {one["subject"]: one for one in findings}


def test_a_host_that_lacks_much_is_told_of_each_thing_at_once(tmp_path: Path) -> None:
    (tmp_path / "fluidsynth.py").write_text("raise ImportError('no such library')\n")
    code, seen = doctor(
        PYTHONPATH=str(tmp_path),
        PATH=str(tmp_path),
        REDIS_URL="redis://127.0.0.1:1/0",
        MIDIDRAW_MODEL="nosuch",
        DISCORD_TOKEN="",
        TELEGRAM_TOKEN="",
    )
    assert code == 1
    faults = {subject for subject, one in seen.items() if one["state"] == State.FAULT}
    assert faults == {"FluidSynth", "ffmpeg", "model", "Redis"}
    assert all(seen[subject]["mend"].endswith(".") for subject in faults)
    assert seen["Telegram's token"]["state"] == State.ABSENT


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "does not run"),
        ("echo ' A..... flac'", "cannot write MP3"),
        (None, "not on the path"),
    ],
)
def test_an_ffmpeg_that_cannot_do_it_is_found(
    script: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        (tmp_path / "ffmpeg").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    one = found("ffmpeg", examine([library.look], {}))
    assert one.state is State.FAULT
    assert said in one.said


def test_a_soundfont_that_cannot_be_played_is_found(tmp_path: Path) -> None:
    (tmp_path / "no.sf2").write_text("no sound")
    for path in (tmp_path / "no.sf2", tmp_path / "missing.sf2"):
        one = found("SoundFont", examine([library.look], {"MIDIDRAW_SOUNDFONT": str(path)}))
        assert one.state is State.FAULT
        assert "MIDIDRAW_SOUNDFONT" in one.mend


def test_a_model_that_cannot_be_loaded_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.safetensors").write_bytes(b"none")
    for name in (f"{tmp_path}/mine.safetensors", f"giant-medium={tmp_path}/none.pth", "nosuch"):
        one = found("model", examine([library.look], {"MIDIDRAW_MODEL": name}))
        assert one.state is State.FAULT
        assert "MIDIDRAW_MODEL" in one.mend
    one = found("model", examine([library.look], {"MIDIDRAW_MODEL": "giant-medium"}))
    assert one.state is State.ABSENT


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU that works")
def test_a_gpu_that_pytorch_cannot_use_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_DEVICES", (str(tmp_path),))
    for version, said in ((None, "built without CUDA"), ("13.0", "cannot use it")):
        monkeypatch.setattr(torch.version, "cuda", version)
        one = found("GPU", examine([library.look], {}))
        assert one.state is State.FAULT
        assert said in one.said
    monkeypatch.setattr(library, "_DEVICES", ())
    assert found("GPU", examine([library.look], {})).state is State.ABSENT


def test_a_misspelt_variable_is_said() -> None:
    checks = [library.look, bot.health.look, worker.health.look]
    seen = examine(checks, {"MIDIDRAW_SOUNDFOND": "x"})
    assert {one.subject for one in seen} == {"settings"}
    assert all("MIDIDRAW_SOUNDFOND" in one.said for one in seen)


@contextmanager
def redis(folder: Path, *options: str) -> Iterator[RedisServer]:
    server = RedisServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def looked(url: str) -> list[Finding]:
    return examine([worker.health.look], {"REDIS_URL": url})


def test_a_redis_that_forgets_or_loses_jobs_is_found(tmp_path: Path) -> None:
    with redis(tmp_path, "--maxmemory-policy", "allkeys-lru", "--appendonly", "no") as server:
        seen = looked(server.url)
        assert found("Redis' memory", seen).state is State.FAULT
        assert found("Redis' disk", seen).state is State.FAULT
        assert found("workers", seen).said == "none is there"


def test_a_redis_that_does_not_know_us_is_found(tmp_path: Path) -> None:
    with redis(tmp_path) as server:
        with server.client() as client:
            client.acl_setuser("front", enabled=True, passwords=["+right"], commands=["+@all"])
            client.acl_setuser("mute", enabled=True, passwords=["+right"], commands=["-@all"])
        place = server.url.removeprefix("redis://")
        assert "refuses" in found("Redis", looked(f"redis://front:wrong@{place}")).said
        assert "may do nothing" in found("Redis", looked(f"redis://mute:right@{place}")).said


def test_a_redis_that_is_too_old_is_found(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker.health, "_OLDEST", (99, 0))
    assert "too old" in found("Redis", looked(redis_url)).said


async def asked(environment: Mapping[str, str]) -> list[Finding]:
    import asyncio

    return await asyncio.to_thread(examine, [bot.health.look], environment)


@played
async def test_tokens_that_the_chats_know_or_do_not_know_are_told_apart() -> None:
    async with Telegram().serve() as telegram, Discord().serve() as discord:
        environment = {
            "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
        }
        seen = await asked(environment)
        assert {one.state for one in seen} == {State.WELL}
        wrong = {"TELEGRAM_TOKEN": f"{TELEGRAM_TOKEN}x", "DISCORD_TOKEN": "wrong"}
        discord.refuse("GET", "users/@me", 401)
        seen = await asked(environment | wrong)
        for one in seen:
            assert one.state is State.FAULT
            assert "does not know it" in one.said
            assert "x" not in one.said.split()
    seen = await asked(environment)
    assert [one.said.partition(":")[0] for one in seen] == [
        "Discord cannot be asked",
        "Telegram cannot be asked",
    ]
