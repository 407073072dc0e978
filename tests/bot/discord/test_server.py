"""Managers decide for their server, owners for all."""

from tests.asynchronous import played
from tests.bot.discord.conftest import CAT, Painter, Run, answered, refused, whispered
from tests.standins.discord_payloads import CHANNEL, HER, HIM, OWNER, STAFF, VOICE_CHANNEL


@played
async def test_defaults_of_a_server_hold_for_who_has_none(running: Run, painter: Painter) -> None:
    async with running() as discord:
        token = await discord.command("server defaults", strength=30, instrument="Violin")
        assert "strength: 30" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.instrument) == (30, "Violin")
        token = await discord.command("server defaults", instrument="nosuch")
        assert "no instrument" in await whispered(discord, token)


@played
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


@played
async def test_roles_and_blocks_decide_who_gets_music(running: Run) -> None:
    async with running() as discord:
        role = ("role", str(STAFF))
        token = await discord.command("server role", role=role)
        assert f"<@&{STAFF}>" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        assert "Only some roles" in await refused(discord, token)
        token = await discord.command("draw", image=CAT, roles=(STAFF,))
        await discord.until(answered(discord, token))
        await whispered(discord, await discord.command("server role", role=role, allowed=False))
        person = ("user", str(HIM))
        await whispered(discord, await discord.command("server block", user=person))
        token = await discord.command("draw", image=CAT, by=HIM)
        assert "no music here" in await refused(discord, token)
        token = await discord.command("draw", image=CAT, by=HIM, guild=False)
        await discord.until(answered(discord, token))


@played
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


@played
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
        assert "no music here" in await refused(discord, token)


@played
async def test_a_host_can_name_owners(running: Run) -> None:
    async with running(MIDIDRAW_OWNERS=f"5, {HER}") as discord:
        token = await discord.command("owner status", by=HER)
        assert "servers: 1" in await whispered(discord, token)
