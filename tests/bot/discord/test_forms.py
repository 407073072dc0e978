"""Buttons and forms answer within Discord's three seconds, also when something is away."""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import discord as library
from redis import Redis

from mididraw.harmony import Style
from mididraw.options import Arrangement
from tests.bot.discord.conftest import (
    CAT,
    Painter,
    Run,
    answered,
    botting,
    buttons_of,
    settings_for,
    whispered,
)
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import APPLICATION
from worker.run import Worker


def acknowledged(discord: DiscordStandIn, token: str) -> list[Any]:
    return [
        call for call in discord.calls if call.method == "POST" and f"{token}/callback" in call.path
    ]


@contextmanager
def stopped(redis_url: str) -> Iterator[None]:
    """Redis answers nothing meanwhile, for longer than Discord waits if need be."""
    with Redis.from_url(redis_url) as redis:
        process = redis.info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def said(discord: DiscordStandIn, token: str) -> list[Any]:
    """What came after the acknowledgement."""
    path = f"webhooks/{APPLICATION}/{token}"
    return [call for call in discord.calls if path in call.path and call.status < 300]


async def test_every_button_is_acknowledged_while_redis_is_slow(
    running: Run, redis_url: str
) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        buttons = buttons_of(answer) | {"gone": f"md:again:{'f' * 32}", "unknown": "old:button"}
        labels = ["Another take", "Change …", "Play in voice", "gone", "unknown", "Delete"]
        with stopped(redis_url):
            shown = discord.shown(token)
            pressed = {one: await discord.press(buttons[one], shown) for one in labels}
            for one in labels:
                (call,) = await discord.until(partial(acknowledged, discord, pressed[one]))
                assert call.status < 300, one
        assert "expired" in await whispered(discord, pressed["gone"])
        assert "expired" in await whispered(discord, pressed["unknown"])
        for one in ("Another take", "Play in voice"):
            await discord.until(partial(said, discord, pressed[one]))


async def test_every_command_is_acknowledged_while_redis_is_slow(
    running: Run, redis_url: str
) -> None:
    commands = ["draw", "settings", "help", "queue", "cancel", "forgetme", "server show"]
    async with running() as discord:
        picture = discord.message(attachments=[discord.attachment(CAT)])
        with stopped(redis_url):
            form = await discord.command("Play this drawing", kind=3, target=picture)
            given = {one: await discord.command(one) for one in commands}
            for token in (form, *given.values()):
                (call,) = await discord.until(partial(acknowledged, discord, token))
                assert call.status < 300
        for token in given.values():
            await discord.until(partial(said, discord, token))


async def test_whatever_breaks_behind_a_button_is_said(running: Run, redis_url: str) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        with Redis.from_url(redis_url) as redis:
            # Something that nobody expects: the kept job is no hash any more.
            job = buttons_of(answer)["Another take"].rpartition(":")[2]
            for key in redis.scan_iter(f"*{job}*"):
                redis.delete(key)
                redis.set(key, "broken")
        pressed = await discord.press(buttons_of(answer)["Another take"], discord.shown(token))
        assert "our fault" in await whispered(discord, pressed)


async def test_a_form_works_after_a_restart(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with DiscordStandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        async with botting(settings):
            await discord.until(lambda: discord.identified)
            message = discord.message(attachments=[discord.attachment(CAT)])
            await discord.command("Play this drawing", kind=3, target=message)
            (form,) = await discord.until(lambda: discord.forms())
        async with botting(settings):
            await discord.until(lambda: discord.identified == 2)
            token = await discord.fill(form, ("85", "flute"))
            await discord.until(answered(discord, token))
            chosen = painter.taken[0].job.options
            assert (chosen.strength, chosen.instrument) == (85, "Flute")
        with Redis.from_url(redis_url) as redis:
            redis.flushall()
        async with botting(settings):
            await discord.until(lambda: discord.identified == 3)
            token = await discord.fill(form, ("85", "flute"))
            assert "expired" in await whispered(discord, token)


def values_of(form: dict[str, Any]) -> list[str]:
    """What stands in a form before anybody has changed it."""
    parts = [part["component"] for part in form["components"]]
    return [
        part.get("value") or next(one["value"] for one in part["options"] if one.get("default"))
        for part in parts
    ]


async def test_a_form_shows_what_the_piece_has_and_changes_several_things_at_once(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, instrument="Kalimba")
        (answer,) = await discord.until(answered(discord, token))
        piece = discord.shown(token)
        await discord.press(buttons_of(answer)["Change …"], piece, locale="zh-CN")
        (form,) = await discord.until(lambda: discord.forms())
        assert values_of(form) == ["100", "A minor", "pop", "auto", "Kalimba"]
        assert [part["label"] for part in form["components"]] == [
            "速度",
            "调",
            "风格",
            "编曲",
            "乐器",
        ]
        values = ("132", "D major", "folk", "trio", "Violin")
        sent = await discord.fill(form, values, message=piece)
        await discord.until(answered(discord, sent))
        before, made = (work.job.options for work in painter.taken)
        assert made == before.model_copy(
            update={
                "tempo": 132,
                "key": "D major",
                "style": Style.FOLK,
                "arrangement": Arrangement.TRIO,
                "instrument": "Violin",
            }
        )
        sent = await discord.fill(form, ("fast", *values[1:]), message=piece)
        assert "tempo" in await whispered(discord, sent)


async def test_the_form_of_a_piece_that_is_gone_says_so(running: Run, redis_url: str) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        piece, button = discord.shown(token), buttons_of(answer)["Change …"]
        await discord.press(button, piece)
        (form,) = await discord.until(lambda: discord.forms())
        with Redis.from_url(redis_url) as redis:
            redis.flushall()
        values = ("132", "D major", "folk", "trio", "Violin")
        sent = await discord.fill(form, values, message=piece)
        assert "expired" in await whispered(discord, sent)
        again = await discord.press(button, piece)
        assert "expired" in await whispered(discord, again)


async def test_forms_that_nobody_sends_are_let_go(running: Run) -> None:
    async with running() as discord:
        message = discord.message(attachments=[discord.attachment(CAT)])
        for _ in range(5):
            await discord.command("Play this drawing", kind=3, target=message)
        await discord.until(lambda: len(discord.forms()) == 5)
        await discord.until(lambda: not held_forms())


def held_forms() -> list[Any]:
    gc.collect()
    # An object's own word on its class may be code of another library, which warns or fails.
    return [one for one in gc.get_objects() if issubclass(type(one), library.ui.Modal)]
