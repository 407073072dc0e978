"""Managers decide for their server, owners for all."""

import re
from functools import partial
from typing import Any

from bot.memory import ChatSettings, Memory, RedisStore
from tests.bot.discord.conftest import CAT, Painter, Run, answered, refused, whispered
from tests.standins import discord_payloads as payloads
from tests.standins.discord_payloads import (
    APPLICATION,
    CHANNEL,
    ELSEWHERE,
    GUILD,
    HER,
    HIM,
    IN_CATEGORY,
    OTHER_CATEGORY,
    OWNER,
    STAFF,
    THREAD,
    VOICE_CHANNEL,
)
from worker.queue import keys
from worker.queue.connection import connect


async def test_defaults_of_a_server_hold_for_who_has_none(running: Run, painter: Painter) -> None:
    async with running() as discord:
        token = await discord.command("server defaults", likeness=30, instrument="Violin")
        assert "likeness: 30" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.instrument) == (30, "Violin")
        token = await discord.command("server defaults", instrument="nosuch")
        assert "no instrument" in await whispered(discord, token)


async def test_drawings_are_taken_only_where_managers_want_them(running: Run) -> None:
    async with running() as discord:
        elsewhere, here = ("channel", str(VOICE_CHANNEL)), ("channel", str(CHANNEL))
        token = await discord.command("server channel", channel=elsewhere)
        assert f"<#{VOICE_CHANNEL}>" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        assert f"go to <#{VOICE_CHANNEL}>" in await refused(discord, token)
        await whispered(discord, await discord.command("server channel", channel=here))
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))


async def test_roles_and_blocks_decide_who_gets_music(running: Run) -> None:
    async with running() as discord:
        role = ("role", str(STAFF))
        token = await discord.command("server role", role=role)
        assert f"<@&{STAFF}>" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        assert "a certain role" in await refused(discord, token)
        token = await discord.command("draw", image=CAT, roles=(STAFF,))
        await discord.until(answered(discord, token))
        await whispered(discord, await discord.command("server role", role=role, allowed=False))
        person = ("user", str(HIM))
        await whispered(discord, await discord.command("server block", user=person))
        token = await discord.command("draw", image=CAT, by=HIM)
        assert "may not ask for music here" in await refused(discord, token)
        token = await discord.command("draw", image=CAT, by=HIM, guild=False)
        await discord.until(answered(discord, token))


async def test_a_server_may_allow_fewer_drawings_at_a_time(running: Run, painter: Painter) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("server limit", drawings=1)
        assert "each person: 1" in await whispered(discord, token)
        first = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        token = await discord.command("draw", image=CAT, locale="zh-CN")
        assert "一幅" in await refused(discord, token)
        painter.gate.set()
        await discord.until(answered(discord, first))
        token = await discord.command("server show")
        assert "each person: 1" in await whispered(discord, token)


async def test_owners_see_drain_and_block(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("owner status", by=HER)
        assert "Only those who run this bot" in await whispered(discord, token)
        token = await discord.command("owner status", by=OWNER)
        assert "workers: 1" in await whispered(discord, token)
        await whispered(discord, await discord.command("owner drain", by=OWNER, on=True))
        token = await discord.command("draw", image=CAT)
        assert "No drawings are taken" in await refused(discord, token)
        await whispered(discord, await discord.command("owner drain", by=OWNER, on=False))
        person = ("user", str(HER))
        token = await discord.command("owner block", by=OWNER, user=person)
        assert "Blocked in all: 1" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT, guild=False)
        assert "may not ask for music here" in await refused(discord, token)


async def test_a_host_can_name_owners(running: Run) -> None:
    async with running(MIDIDRAW_OWNERS=f"5, {HER}") as discord:
        token = await discord.command("owner status", by=HER)
        assert "servers: 1" in await whispered(discord, token)


async def test_owners_command_is_in_one_server_alone(running: Run) -> None:
    async with running() as discord:
        assert [one["name"] for one in discord.rest.guild_commands] == ["owner"]
        assert "owner" not in {one["name"] for one in discord.commands}
    async with running(MIDIDRAW_DISCORD_OWNER_GUILD="") as discord:
        assert discord.rest.guild_commands == []
        assert discord.done("PUT", f"guilds/{GUILD}/commands")
    async with running(MIDIDRAW_DISCORD_OWNER_GUILD="12345") as discord:
        await whispered(discord, await discord.command("help"))


async def test_managers_and_owners_commands_are_for_servers_that_have_the_bot(
    running: Run,
) -> None:
    async with running(MIDIDRAW_OWNERS=str(HER)) as discord:
        (server,) = (one for one in discord.commands if one["name"] == "server")
        (owner,) = discord.rest.guild_commands
        for command in (server, owner):
            assert command["integration_types"] == [0]
            assert command["contexts"] == [0]
        about = {"where": ELSEWHERE, "install": "user"}
        token = await discord.command("server limit", drawings=1, about=about)
        assert "no member" in await whispered(discord, token)
        token = await discord.command("owner status", about=about)
        assert "Only those who run" in await whispered(discord, token)


async def test_of_a_team_those_who_may_change_the_bot_own_it(running: Run) -> None:
    roles = {21: ("admin", 2), 22: ("developer", 2), 23: ("read_only", 2), 24: ("developer", 1)}
    members = [
        {
            "user": payloads.person(user),
            "role": role,
            "membership_state": state,
            "team_id": "9",
            "permissions": ["*"],
        }
        for user, (role, state) in roles.items()
    ]
    team = {"id": "9", "name": "t", "icon": None, "owner_user_id": "20", "members": members}
    async with running(about={"team": team}) as discord:
        for user, may in ((20, True), (21, True), (22, True), (23, False), (24, False)):
            token = await discord.command("owner status", by=user)
            assert ("workers:" in await whispered(discord, token)) == may, user


async def test_long_lists_come_in_pages(running: Run, redis_url: str) -> None:
    memory = Memory(RedisStore(redis_url), "discord")
    blocked = tuple(str(10**18 + number) for number in range(400))
    await memory.save_chat_settings(str(GUILD), ChatSettings(blocked=blocked))
    await memory.close()
    async with running() as discord:
        token = await discord.command("server show")
        await whispered(discord, token)
        seen: list[str] = []
        while True:
            seen.append(discord.shown(token)["content"])
            parts = [
                part for row in discord.shown(token)["components"] for part in row["components"]
            ]
            onward = [part["custom_id"] for part in parts if part["label"] == "›"]
            if not onward:
                break
            pressed = await discord.press(onward[0], discord.shown(token))
            await discord.until(partial(discord.done, "PATCH", pressed))
        assert len(seen) > 3
        found = re.findall(r"<@(\d+)>", " ".join(seen))
        assert tuple(found) == blocked
        token = await discord.command("server block", user=("user", str(HIM)))
        await whispered(discord, token)


async def test_changes_at_the_same_time_are_all_kept(running: Run, redis_url: str) -> None:
    async with running() as discord:
        tokens = [
            await discord.command("server block", user=("user", str(number)))
            for number in range(100, 120)
        ]
        for token in tokens:
            await whispered(discord, token)
        memory = Memory(RedisStore(redis_url), "discord")
        kept = await memory.chat_settings(str(GUILD))
        await memory.close()
        assert set(kept.blocked) == {str(number) for number in range(100, 120)}


async def test_a_category_stands_for_all_its_channels(running: Run) -> None:
    async with running() as discord:
        elsewhere = ("channel", str(OTHER_CATEGORY))
        await whispered(discord, await discord.command("server channel", channel=elsewhere))
        token = await discord.command("draw", image=CAT)
        assert f"go to <#{OTHER_CATEGORY}>" in await refused(discord, token)
        category = ("channel", str(IN_CATEGORY))
        await whispered(discord, await discord.command("server channel", channel=category))
        for where in (CHANNEL, THREAD):
            token = await discord.command("draw", image=CAT, where=where)
            await discord.until(answered(discord, token))
        await discord.write(f"<@{APPLICATION}>", attachments=[discord.attachment(CAT)])
        await discord.until(
            lambda: [call for call in discord.done("PATCH", "channels/") if call.files]
        )


async def test_a_channel_has_defaults_of_its_own_over_those_of_its_category(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        category, thread = ("channel", str(IN_CATEGORY)), ("channel", str(CHANNEL))
        for channel, more in (
            (None, {"likeness": 10, "tempo": 90}),
            (category, {"likeness": 20, "instrument": "Violin"}),
            (thread, {"likeness": 30}),
        ):
            about: dict[str, Any] = {} if channel is None else {"channel": channel}
            await whispered(discord, await discord.command("server defaults", **more, **about))
        token = await discord.command("server show")
        assert f"<#{CHANNEL}>" in await whispered(discord, token)
        for where in (CHANNEL, THREAD):
            token = await discord.command("draw", image=CAT, where=where)
            await discord.until(answered(discord, token))
            chosen = painter.taken[-1].job.options
            assert (chosen.strength, chosen.tempo, chosen.instrument) == (30, 90, "Violin")
        await whispered(discord, await discord.command("settings", likeness=40))
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))
        assert painter.taken[-1].job.options.strength == 40


async def test_drawings_of_certain_roles_go_first(
    running: Run, painter: Painter, redis_url: str
) -> None:
    async with running() as discord:
        painter.gate.clear()
        painter.capacity = 0
        role = ("role", str(STAFF))
        assert "first" in await whispered(
            discord, await discord.command("server priority", role=role)
        )
        for by, roles in ((HER, (STAFF,)), (HIM, ())):
            for seed in range(2):
                token = await discord.command("draw", image=CAT, by=by, roles=roles, seed=seed)
                await discord.until(partial(discord.done, "GET", token))
        found = await discord.until(lambda: levels(redis_url, 4))
        assert found == [("7", "first"), ("7", "first"), ("8", "first"), ("8", "next")]
        painter.capacity = 8
        painter.gate.set()


def levels(redis_url: str, jobs: int) -> list[tuple[str, str]]:
    """Of so many jobs, whose they are and their level; nothing as long as there are fewer."""
    with connect(redis_url) as redis:
        names = list(redis.scan_iter(f"{keys.job('')}*"))
        kept = [redis.hmget(name, ["user", "level"]) for name in names]
    found = sorted((user.decode().rpartition(":")[2], level.decode()) for user, level in kept)
    return found if len(found) == jobs else []
