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
from bot.settings import DiscordSettings
from mididraw.doctor import Finding, FindingState, examine, library
from mididraw.models import gpu
from tests.bot.discord.conftest import botting
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import ROOT
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import GUILD
from tests.standins.discord_payloads import TOKEN as DISCORD_TOKEN
from tests.standins.telegram import TOKEN as TELEGRAM_TOKEN
from tests.standins.telegram import TelegramStandIn

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
    code, findings = doctor(
        PYTHONPATH=str(tmp_path),
        PATH=str(tmp_path),
        REDIS_URL="redis://127.0.0.1:1/0",
        MIDIDRAW_MODEL="nosuch",
        DISCORD_TOKEN="",
        TELEGRAM_TOKEN="",
    )
    assert code == 1
    faults = {subject for subject, one in findings.items() if one["state"] == FindingState.FAULT}
    assert faults == {"FluidSynth", "ffmpeg", "model", "Redis"}
    assert all(findings[subject]["remedy"].endswith(".") for subject in faults)
    assert findings["Telegram's token"]["state"] == FindingState.ABSENT


def test_what_nobody_installed_is_said_to_be_absent(tmp_path: Path) -> None:
    """Who draws on the command line alone has no Redis, and a doctor all the same."""
    (tmp_path / "redis.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'redis'\", name='redis')\n"
    )
    code, findings = doctor(PYTHONPATH=str(tmp_path))
    assert code == 0
    for part in ("bots", "queue"):
        assert findings[part]["state"] == FindingState.ABSENT
        assert "redis is not installed" in findings[part]["seen"]


def test_a_front_end_is_told_that_workers_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the bots' image there is nothing to draw with."""
    for module in ("audio", "quiet"):
        monkeypatch.delitem(sys.modules, f"mididraw.render.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "pretty_midi", None)
    one = found("SoundFont", examine([library.check], {"MIDIDRAW_MODEL": "giant-medium"}))
    assert one.state is FindingState.ABSENT
    assert "workers" in one.seen


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("exit 3", "does not run"),
        ("echo ' A..... flac'", "cannot write MP3"),
        (None, "not on the path"),
    ],
)
def test_an_ffmpeg_that_cannot_do_it_is_found(
    script: str | None, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is not None:
        (tmp_path / "ffmpeg").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    one = found("ffmpeg", examine([library.check], {}))
    assert one.state is FindingState.FAULT
    assert seen in one.seen


def test_a_soundfont_that_cannot_be_played_is_found(tmp_path: Path) -> None:
    (tmp_path / "no.sf2").write_text("no sound")
    for path in (tmp_path / "no.sf2", tmp_path / "missing.sf2"):
        one = found("SoundFont", examine([library.check], {"MIDIDRAW_SOUNDFONT": str(path)}))
        assert one.state is FindingState.FAULT
        assert "MIDIDRAW_SOUNDFONT" in one.remedy


def test_a_model_that_cannot_be_loaded_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.safetensors").write_bytes(b"none")
    for name in (f"{tmp_path}/mine.safetensors", f"giant-medium={tmp_path}/none.pth", "nosuch"):
        one = found("model", examine([library.check], {"MIDIDRAW_MODEL": name}))
        assert one.state is FindingState.FAULT
        assert "MIDIDRAW_MODEL" in one.remedy
    one = found("model", examine([library.check], {"MIDIDRAW_MODEL": "giant-medium"}))
    assert one.state is FindingState.ABSENT


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU that works")
def test_a_gpu_that_pytorch_cannot_use_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "_FOLDER", tmp_path)
    (tmp_path / "nvidia1").touch()
    for version, seen in ((None, "built without CUDA"), ("13.0", "cannot use it")):
        monkeypatch.setattr(torch.version, "cuda", version)
        one = found("GPU", examine([library.check], {}))
        assert one.state is FindingState.FAULT
        assert seen in one.seen
    (tmp_path / "nvidia1").unlink()
    assert found("GPU", examine([library.check], {})).state is FindingState.ABSENT


def test_a_misspelt_variable_is_said() -> None:
    checks = [library.check, bot.health.check, worker.health.check]
    findings = examine(checks, {"MIDIDRAW_SOUNDFOND": "x"})
    assert {one.subject for one in findings} == {"settings"}
    assert all("MIDIDRAW_SOUNDFOND" in one.seen for one in findings)


@contextmanager
def redis(folder: Path, *options: str) -> Iterator[RedisServer]:
    server = RedisServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def checked(url: str) -> list[Finding]:
    return examine([worker.health.check], {"REDIS_URL": url})


def test_a_redis_that_forgets_or_loses_jobs_is_found(tmp_path: Path) -> None:
    with redis(tmp_path, "--maxmemory-policy", "allkeys-lru", "--appendonly", "no") as server:
        findings = checked(server.url)
        assert found("Redis' memory", findings).state is FindingState.FAULT
        assert found("Redis' disk", findings).state is FindingState.FAULT
        assert found("workers", findings).seen == "none is there"


def test_a_redis_that_does_not_know_us_is_found(tmp_path: Path) -> None:
    with redis(tmp_path) as server:
        with server.client() as client:
            client.acl_setuser("front", enabled=True, passwords=["+right"], commands=["+@all"])
            client.acl_setuser("mute", enabled=True, passwords=["+right"], commands=["-@all"])
        place = server.url.removeprefix("redis://")
        assert "refuses" in found("Redis", checked(f"redis://front:wrong@{place}")).seen
        assert "may do nothing" in found("Redis", checked(f"redis://mute:right@{place}")).seen


def test_a_redis_that_is_too_old_is_found(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker.health, "_OLDEST", (99, 0))
    assert "too old" in found("Redis", checked(redis_url)).seen


async def asked(environment: Mapping[str, str]) -> list[Finding]:
    import asyncio

    return await asyncio.to_thread(examine, [bot.health.check], environment)


async def test_an_application_that_keeps_the_bot_from_its_work_is_found(redis_url: str) -> None:
    async with DiscordStandIn().serve() as discord:
        environment = {"DISCORD_TOKEN": DISCORD_TOKEN, "MIDIDRAW_DISCORD_API_URL": discord.api}
        findings = await asked(environment)
        assert found("Discord's commands", findings).state is FindingState.ABSENT
        assert found("Discord's addresses", findings).state is FindingState.ABSENT
        owned = {"REDIS_URL": redis_url, "MIDIDRAW_DISCORD_OWNER_GUILD": str(GUILD)}
        settings = DiscordSettings.from_environment(environment | owned)
        async with botting(settings):
            await discord.until(lambda: discord.identified)
        discord.rest.about |= {
            "flags": 1 << 19,
            "privacy_policy_url": "https://host.example/privacy",
            "terms_of_service_url": "https://host.example/terms",
        }
        findings = await asked(environment | owned)
        states = {one.state for one in findings if one.subject.startswith("Discord")}
        assert states == {FindingState.WELL}, findings
        assert "Message Content: on, and not needed" in found("Discord's intents", findings).seen
        assert "DAVE 1" in found("Discord's voice", findings).seen

        install = discord.rest.about["integration_types_config"]
        only_sends = {"scopes": ["bot"], "permissions": str(1 << 11)}
        discord.rest.about |= {
            "bot_require_code_grant": True,
            "interactions_endpoint_url": "https://elsewhere.example",
            "integration_types_config": {"0": {"oauth2_install_params": only_sends}},
        }
        told = " ".join(
            one.seen
            for one in await asked(environment)
            if one.subject == "Discord's installation" and one.state is FindingState.FAULT
        )
        for word in ("code grant", "in place of the bot", "to their accounts"):
            assert word in told
        assert "applications.commands, attach_files, read_message_history, connect" in told
        discord.rest.about["integration_types_config"] = {**install, "0": {}}
        assert "lacks bot" in str(await asked(environment))

        by_name = {one["name"]: one for one in discord.commands}
        del by_name["draw"]["options"][0]
        discord.rest.commands = [one for one in discord.commands if one["name"] != "queue"]
        one = found("Discord's commands", await asked(environment))
        assert one.seen.endswith(": draw, queue")
        elsewhere = await asked(environment | {"MIDIDRAW_DISCORD_OWNER_GUILD": "12345"})
        assert "owners' server" in found("Discord's commands", elsewhere).seen
        async with botting(settings):
            await discord.until(lambda: discord.identified == 2)
        # A command of another name is missed; what it holds is not looked at.
        assert {"draw", "queue"} <= {one["name"] for one in discord.commands}
        one = found("Discord's commands", await asked(environment | owned))
        assert one.state is FindingState.WELL


async def test_voice_that_cannot_be_encrypted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "davey", None)
    async with DiscordStandIn().serve() as discord:
        environment = {"DISCORD_TOKEN": DISCORD_TOKEN, "MIDIDRAW_DISCORD_API_URL": discord.api}
        one = found("Discord's voice", await asked(environment))
    assert one.state is FindingState.FAULT
    assert "davey cannot be loaded" in one.seen


async def test_tokens_that_the_chats_know_or_do_not_know_are_told_apart() -> None:
    async with TelegramStandIn().serve() as telegram, DiscordStandIn().serve() as discord:
        environment = {
            "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
        }
        findings = await asked(environment)
        states = {one.subject: one.state for one in findings}
        assert {states[f"{chat}'s token"] for chat in ("Discord", "Telegram")} == {
            FindingState.WELL
        }
        wrong = {"TELEGRAM_TOKEN": f"{TELEGRAM_TOKEN}x", "DISCORD_TOKEN": "wrong"}
        discord.refuse("GET", "users/@me", 401)
        findings = await asked(environment | wrong)
        for one in findings:
            assert one.state is FindingState.FAULT
            assert "does not know it" in one.seen
            assert "x" not in one.seen.split()
    findings = await asked(environment)
    assert [one.seen.partition(":")[0] for one in findings] == [
        "Discord cannot be asked",
        "Telegram cannot be asked",
    ]
