"""Pictures without a command: in direct messages, with the bot's name, in reply, forwarded."""

from typing import Any

import discord as library
import pytest

from tests.bot.discord.conftest import CAT, FISH, Painter, Run, refused, whispered
from tests.standins.discord import DiscordCall, DiscordStandIn
from tests.standins.discord_payloads import APPLICATION, CHANNEL, DIRECT, HER
from tests.standins.discord_world import HISTORY

NAME = f"<@{APPLICATION}>"


def edited(discord: DiscordStandIn, channel: int) -> list[DiscordCall]:
    return [call for call in discord.done("PATCH", f"channels/{channel}/messages") if call.files]


def said(discord: DiscordStandIn, channel: int = CHANNEL) -> list[str]:
    """What the bot wrote in a channel without a command."""
    return [call.body["content"] for call in discord.done("POST", f"channels/{channel}/messages")]


async def test_a_picture_in_a_direct_message_is_answered_in_place(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        await discord.write(guild=False, attachments=[discord.attachment(CAT)])
        (answer,) = await discord.until(lambda: edited(discord, DIRECT))
        assert list(answer.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        (note,) = said(discord, DIRECT)
        assert note.startswith("On its way")
        assert painter.taken[0].pictures == (CAT,)


async def test_a_picture_with_the_bots_name_is_enough(running: Run, painter: Painter) -> None:
    async with running() as discord:
        await discord.write(f"{NAME} please", attachments=[discord.attachment(CAT)])
        await discord.until(lambda: edited(discord, CHANNEL))
        assert painter.taken[0].pictures == (CAT,)


async def test_where_a_picture_cannot_be_seen_the_way_to_play_it_is_told(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        picture = discord.message(by=HER, attachments=[discord.attachment(CAT)])
        await discord.write(NAME, reply_to=picture)
        (text,) = await discord.until(lambda: said(discord))
        assert "Apps" in text
        assert not painter.taken


async def test_praise_of_a_piece_orders_no_other_one(running: Run, painter: Painter) -> None:
    async with running() as discord:
        await discord.write(NAME, attachments=[discord.attachment(CAT)])
        await discord.until(lambda: edited(discord, CHANNEL))
        (piece,) = discord.standing(CHANNEL)
        await discord.write("nice", reply_to=piece)
        await discord.write(guild=False, attachments=[discord.attachment(CAT)])
        await discord.until(lambda: edited(discord, DIRECT))
        (own,) = discord.standing(DIRECT)
        await discord.write("nice", guild=False, reply_to=own)
        await discord.write(f"{NAME} hello")
        await discord.until(lambda: "/draw" in said(discord)[-1])
        assert len(said(discord)) == 2
        assert len(said(discord, DIRECT)) == 1
        assert len(painter.taken) == 2


async def test_a_piece_is_drawn_again_if_that_is_asked_for(running: Run, painter: Painter) -> None:
    async with running() as discord:
        await discord.write(NAME, attachments=[discord.attachment(CAT)])
        await discord.until(lambda: edited(discord, CHANNEL))
        (piece,) = discord.standing(CHANNEL)
        for one in piece["attachments"]:
            one["content_type"] = "image/png" if one["filename"].endswith("png") else "audio/mpeg"
        await discord.write(f"{NAME} this", reply_to=piece)
        await discord.until(lambda: len(painter.taken) == 2)


async def test_forwarded_pictures_and_stickers_are_drawn(
    running: Run, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as discord:
        monkeypatch.setattr(library.asset.Asset, "BASE", f"{discord.url}/cdn")
        snapshot: dict[str, Any] = {
            "attachments": [discord.attachment(FISH)],
            "embeds": [],
            "content": "",
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "flags": 0,
            "mentions": [],
            "mention_roles": [],
            "type": 0,
        }
        forwarded: dict[str, Any] = {
            "message_snapshots": [{"message": snapshot}],
            "message_reference": {"type": 1, "message_id": "5", "channel_id": "6"},
        }
        await discord.write(guild=False, **forwarded)
        await discord.until(lambda: edited(discord, DIRECT))
        sticker = discord.sticker(CAT)
        await discord.write(guild=False, sticker_items=[sticker])
        await discord.until(lambda: len(painter.taken) == 2)
        message = discord.message(by=HER, **forwarded)
        await discord.command("Play this drawing", kind=3, target=message)
        shown = await discord.until(lambda: discord.forms())
        await discord.fill(shown[0], ("50", "Piano"))
        await discord.until(lambda: len(painter.taken) == 3)
        assert [work.pictures for work in painter.taken] == [(FISH,), (CAT,), (FISH,)]


async def test_where_no_history_may_be_read_an_answer_is_no_reply(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        discord.world.channels[CHANNEL].denied = HISTORY
        await discord.write(NAME, attachments=[discord.attachment(CAT)])
        await discord.until(lambda: edited(discord, CHANNEL))
        assert painter.taken
        await discord.write(f"{NAME} hello")
        await discord.until(lambda: "/draw" in said(discord)[-1])


async def test_what_is_not_for_us_is_left_alone_and_the_rest_is_explained(running: Run) -> None:
    async with running() as discord:
        await discord.write("look", attachments=[discord.attachment(CAT)])
        await discord.write(f"{NAME} hello")
        (text,) = await discord.until(lambda: said(discord))
        assert "/draw" in text
        huge = {**discord.attachment(CAT), "size": 30 << 20}
        await discord.write(guild=False, attachments=[huge])
        (broken,) = await discord.until(lambda: discord.done("PATCH", "/messages"))
        assert "20 MB" in broken.body["content"]


async def test_echoed_words_ping_nobody(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, key="@everyone")
        assert "@everyone" in await refused(discord, token)
        for sent in discord.calls:
            if sent.text:
                assert sent.message["allowed_mentions"]["parse"] == [], sent


async def test_direct_messages_speak_the_language_that_the_person_was_seen_to_use(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        await whispered(discord, await discord.command("help", locale="zh-CN"))
        await discord.write("hello", guild=False)
        (text,) = await discord.until(lambda: said(discord, DIRECT))
        assert "钢琴卷帘" in text
        await discord.write(guild=False, attachments=[discord.attachment(CAT)])
        (answer,) = await discord.until(lambda: edited(discord, DIRECT))
        assert "种子" in answer.text
        assert painter.taken[0].job.language == "zh"
