"""Nothing is lost and nothing leaks: whatever Discord answers, an answer comes to whoever asked."""

import asyncio
from typing import Any

import pytest
from redis import Redis

from tests.bot.discord.conftest import (
    CAT,
    Painter,
    Run,
    answered,
    botting,
    buttons_of,
    settings_for,
)
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import CHANNEL, DIRECT, HER, THREAD
from worker.queue import keys
from worker.run import Worker

LATER: list[dict[str, Any]] = [
    {"status": 429, "via": False, "Retry_After": "0.1"},
    {"status": 502, "via": False},
    {"status": 503},
    {"closes": True},
    {"closes": True, "after": True},
]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again, is soon."""
    monkeypatch.setattr("bot.service.delivery._PAUSE", 0.05)


def break_(discord: DiscordStandIn, method: str, within: str, how: dict[str, Any]) -> None:
    if "closes" in how:
        discord.close(method, within, after=how.get("after", False))
    else:
        discord.refuse(method, within, **how)


async def waiting(discord: DiscordStandIn, painter: Painter, **more: Any) -> str:
    """A drawing whose answer is kept back, once its status is shown."""
    painter.gate.clear()
    before = len(painter.taken)
    token = await discord.command("draw", image=CAT, **more)
    await discord.until(lambda: len(painter.taken) > before and discord.done("PATCH", token))
    return token


def posted_to(discord: DiscordStandIn, channel: int) -> list[Any]:
    return [call for call in discord.done("POST", f"channels/{channel}/messages") if call.files]


def telling() -> list[asyncio.Task[Any]]:
    """What the bot still has to tell of how far drawings are."""
    return [task for task in asyncio.all_tasks() if task.get_name().startswith("status of")]


async def nothing_held(discord: DiscordStandIn, redis_url: str) -> None:
    """No answer waits any more."""
    with Redis.from_url(redis_url) as redis:
        await discord.until(lambda: redis.xlen(keys.outbox("discord")) == 0)


@pytest.mark.parametrize("how", LATER, ids=str)
async def test_what_passes_by_is_waited_out(
    running: Run, painter: Painter, redis_url: str, how: dict[str, Any]
) -> None:
    async with running() as discord:
        token = await waiting(discord, painter)
        break_(discord, "PATCH", f"messages/{discord.shown(token)['id']}", how)
        painter.gate.set()
        await discord.until(answered(discord, token))
        await nothing_held(discord, redis_url)
        assert len(discord.standing(CHANNEL)) == 1


@pytest.mark.parametrize("how", [*LATER, {"status": 401}], ids=str)
async def test_what_passes_by_is_waited_out_also_beside_a_dead_token(
    running: Run, painter: Painter, redis_url: str, how: dict[str, Any]
) -> None:
    async with running() as discord:
        token = await waiting(discord, painter)
        discord.kill(token)
        break_(discord, "POST", f"channels/{CHANNEL}", how)
        painter.gate.set()
        await discord.until(lambda: posted_to(discord, CHANNEL))
        await nothing_held(discord, redis_url)
        whole = [one for one in discord.standing(CHANNEL) if one["attachments"]]
        assert len(whole) == 1


async def test_an_archived_thread_gets_a_new_message(running: Run, painter: Painter) -> None:
    async with running() as discord:
        await waiting(discord, painter, where=THREAD)
        discord.world.channels[THREAD].archived = True
        painter.gate.set()
        (sent,) = await discord.until(lambda: posted_to(discord, THREAD))
        assert sent.body["content"].startswith(f"<@{HER}> ")


async def test_what_a_locked_thread_does_not_take_comes_in_a_direct_message(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        await waiting(discord, painter, where=THREAD)
        discord.world.channels[THREAD].archived = discord.world.channels[THREAD].locked = True
        painter.gate.set()
        await discord.until(lambda: posted_to(discord, DIRECT))


@pytest.mark.parametrize(("status", "code"), [(400, 200000), (403, 50013), (400, 160002)])
async def test_what_a_channel_refuses_comes_in_a_direct_message(
    running: Run, painter: Painter, status: int, code: int
) -> None:
    async with running() as discord:
        discord.kill(await waiting(discord, painter))
        discord.refuse("POST", f"channels/{CHANNEL}", status, code=code)
        painter.gate.set()
        await discord.until(lambda: posted_to(discord, DIRECT))


async def test_an_edit_too_many_of_an_old_message_becomes_a_new_one(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        await discord.write("<@1111>", attachments=[discord.attachment(CAT)])
        await discord.until(lambda: painter.taken and discord.done("PATCH", "/messages/"))
        discord.refuse("PATCH", f"channels/{CHANNEL}", 429, 30046, times=9, Retry_After="0.01")
        painter.gate.set()
        await discord.until(lambda: posted_to(discord, CHANNEL))


@pytest.mark.parametrize("people", ["closed", "strangers"])
async def test_where_nobody_can_be_reached_the_answer_is_let_go(
    running: Run, painter: Painter, redis_url: str, people: str
) -> None:
    async with running() as discord:
        token = await waiting(discord, painter, private=True)
        discord.kill(token)
        getattr(discord.world, people).add(HER)
        painter.gate.set()
        await discord.until(lambda: [call for call in discord.calls if call.status == 403])
        await nothing_held(discord, redis_url)
        assert not posted_to(discord, CHANNEL)


async def test_a_version_of_a_private_piece_is_private(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, private=True)
        (answer,) = await discord.until(answered(discord, token))
        again = await discord.press(buttons_of(answer)["Another take"], discord.shown(token))
        await discord.until(answered(discord, again))
        await discord.press(buttons_of(answer)["Change …"], discord.shown(token))
        (form,) = await discord.until(lambda: discord.forms())
        values = ("132", "D major", "folk", "trio", "Violin")
        other = await discord.fill(form, values, message=discord.shown(token))
        await discord.until(answered(discord, other))
        assert discord.standing(CHANNEL) == []


async def test_an_answer_that_may_be_there_is_looked_for_before_it_is_sent_again(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with DiscordStandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        async with botting(settings):
            await discord.until(lambda: discord.identified)
            token = await waiting(discord, painter)
            discord.kill(token)
            discord.hold("POST", f"channels/{CHANNEL}/messages")
            painter.gate.set()
            await discord.until(lambda: posted_to(discord, CHANNEL))
        # Nonces hold for minutes only.
        discord.pass_time(3600)
        async with botting(settings):
            await nothing_held(discord, redis_url)
        assert len(posted_to(discord, CHANNEL)) == 1


async def test_a_status_that_is_tried_again_does_not_overwrite_the_answer(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        discord.refuse("PATCH", f"channels/{CHANNEL}", 500, times=1)
        await discord.write("<@1111>", attachments=[discord.attachment(CAT)])
        # The library tries again after a second.
        await discord.until(lambda: [call for call in discord.calls if call.status == 500])
        painter.gate.set()
        edits = await discord.until(
            lambda: [call for call in discord.done("PATCH", "/messages/") if call.files]
        )
        await discord.until(lambda: not telling())
        assert discord.done("PATCH", "/messages/") == edits
        (note,) = discord.standing(CHANNEL)
        assert "A minor" in note["content"]


async def test_files_have_plain_names_and_whole_titles(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, locale="zh-CN")
        await discord.until(answered(discord, token))
        files = discord.shown(token)["attachments"]
        assert [one["filename"].rpartition(".")[2] for one in files] == ["png", "mp3", "mid"]
        assert all(one["filename"][0].isalnum() for one in files)
        assert [one["title"] for one in files] == ["画"] * 3
