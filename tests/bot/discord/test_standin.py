"""The stand-in is as strict as Discord: seen with the library that the bot uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord as library
import pytest

from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import CHANNEL, DIRECT, FORUM, HER, THREAD, TOKEN
from tests.standins.discord_schema import request_check
from tests.standins.discord_world import ATTACH, HISTORY


@asynccontextmanager
async def logged_in(discord: DiscordStandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """The library's client, and a channel to write to."""
    async with discord.serve():
        monkeypatch.setattr(library.http.Route, "BASE", discord.api)
        async with library.Client(intents=library.Intents.none()) as client:
            await client.login(TOKEN)
            yield client.get_partial_messageable(CHANNEL)


async def refused(attempt: Any) -> int:
    with pytest.raises(library.HTTPException) as error:
        await attempt
    return error.value.code


async def test_what_a_message_may_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with logged_in(DiscordStandIn(), monkeypatch) as channel:
        await channel.send("x" * 2000)
        assert await refused(channel.send("x" * 2001)) == 50035
        assert await refused(channel.send("")) == 50006
        twice = library.ui.View()
        for _ in range(2):
            twice.add_item(library.ui.Button(custom_id="same", label="press"))
        assert await refused(channel.send("two", view=twice)) == 50035


async def test_every_request_is_held_against_discords_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if request_check() is None:
        pytest.skip("no shared/data/discord-openapi.json.gz above the checkout")
    async with logged_in(DiscordStandIn(), monkeypatch) as channel:
        long = library.ui.View().add_item(library.ui.Button(custom_id="a", label="x" * 81))
        assert await refused(channel.send("long", view=long)) == 50035
        # Ids may come as numbers.
        who = library.AllowedMentions(users=[library.Object(HER)])
        await channel.send(f"<@{HER}>", allowed_mentions=who)


async def test_rights_and_places_are_refused_by_their_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    discord = DiscordStandIn()
    async with logged_in(discord, monkeypatch) as channel:
        client = channel._state._get_client()
        at = client.get_partial_messageable
        first = await channel.send("first")
        discord.world.channels[CHANNEL].denied = HISTORY | ATTACH
        assert await refused(channel.send("reply", reference=first)) == 160002
        file = library.File(__file__)
        assert await refused(channel.send(file=file)) == 50013
        assert await refused(at(FORUM).send("forum")) == 40058
        assert await refused(at(12345).send("nowhere")) == 10003
        written = await at(THREAD).send("thread")
        discord.world.channels[THREAD].archived = True
        assert await refused(written.edit(content="late")) == 50083
        await at(THREAD).send("a message opens it again")
        await written.edit(content="in time")
        discord.world.closed.add(HER)
        assert await refused(at(DIRECT).send("closed")) == 50007


async def test_a_nonce_holds_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    discord = DiscordStandIn()
    async with logged_in(discord, monkeypatch) as channel:
        first = await channel.send("once", nonce="n")
        assert (await channel.send("once", nonce="n")).id == first.id
        discord.pass_time(600)
        assert (await channel.send("once", nonce="n")).id != first.id


async def test_names_of_files_are_made_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    async with logged_in(DiscordStandIn(), monkeypatch) as channel:
        sent = await channel.send(file=library.File(__file__, "画 é.png"))
        assert sent.attachments[0].filename == "_e.png"
