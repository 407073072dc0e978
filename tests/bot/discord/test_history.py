"""One's own last pieces, favourites, and a server's gallery."""

import io

import pytest
from PIL import Image
from redis import Redis

from bot.forget import forget_person
from mididraw.errors import OptionError
from tests.bot.discord.conftest import (
    CAT,
    FISH,
    Painter,
    Run,
    answered,
    buttons_of,
    whispered,
)
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import CHANNEL, HER, HIM, TOKEN, VOICE_CHANNEL
from worker.queue import keys

DAY = 86_400


async def drawn(discord: DiscordStandIn, picture: bytes = CAT) -> tuple[str, dict[str, str]]:
    """A piece: its token, and its buttons."""
    token = await discord.command("draw", image=picture)
    (answer,) = await discord.until(answered(discord, token))
    return token, buttons_of(answer)


async def listed(discord: DiscordStandIn, by: int = HER) -> str:
    """What ``/history`` says."""
    return await whispered(discord, await discord.command("history", by=by))


def posted_to(discord: DiscordStandIn, channel: int) -> list[str]:
    return [str(message["content"]) for message in discord.standing(channel)]


async def test_history_shows_the_last_pieces_to_their_person_alone(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        assert "No piece" in await listed(discord)
        await drawn(discord)
        await drawn(discord, FISH)
        token = await discord.command("history")
        text = await whispered(discord, token)
        assert [line[:10] for line in text.splitlines()[1:]] == ["1. Drawing", "2. Drawing"]
        call = discord.done("PATCH", f"{token}/messages/@original")[-1]
        with Image.open(io.BytesIO(call.files["history.png"])) as picture:
            assert picture.width <= 1280
        shown = discord.shown(token)
        buttons = [part for row in shown["components"] for part in row["components"]]
        assert [part["label"] for part in buttons] == ["1", "2"]
        opened = await discord.press(buttons[1]["custom_id"], shown)
        (answer,) = await discord.until(answered(discord, opened))
        assert list(answer.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        # It was there: nobody has drawn again.
        assert len(painter.taken) == 2
        assert len(discord.standing(CHANNEL)) == 2
        assert "No piece" in await listed(discord, by=HIM)
        other = await discord.press(buttons[1]["custom_id"], shown, user=HIM)
        assert "Only who asked" in await whispered(discord, other)


async def test_a_piece_of_the_list_whose_files_are_gone_is_drawn_again(
    running: Run, painter: Painter, redis_url: str
) -> None:
    async with running() as discord:
        await drawn(discord)
        with Redis.from_url(redis_url) as redis:
            redis.delete(keys.music(painter.taken[0].job.music))
        token = await discord.command("history")
        await whispered(discord, token)
        shown = discord.shown(token)
        opened = await discord.press(shown["components"][0]["components"][0]["custom_id"], shown)
        await discord.until(answered(discord, opened))
        first, second = (work.job for work in painter.taken)
        assert (first.music, first.options) == (second.music, second.options)


async def test_favourites_are_kept_as_long_and_as_many_as_the_host_says(
    running: Run, painter: Painter, redis_url: str
) -> None:
    settings = {"MIDIDRAW_FAVOURITES": "1", "MIDIDRAW_FAVOURITE_DAYS": "30"}
    async with running(**settings) as discord:
        token, buttons = await drawn(discord)
        piece, job = discord.shown(token), painter.taken[0].job
        other = await discord.press(buttons["★ Keep"], piece, user=HIM)
        assert "Only who asked" in await whispered(discord, other)
        assert "Kept until" in await whispered(
            discord, await discord.press(buttons["★ Keep"], piece)
        )
        with Redis.from_url(redis_url) as redis:
            names = [keys.job(job.id), keys.music(job.music), keys.blob(job.pictures[0])]
            assert all(29 * DAY < redis.ttl(name) <= 30 * DAY + 1 for name in names)
        assert "1. ★ Drawing" in await listed(discord)
        second, others = await drawn(discord, FISH)
        full = await discord.press(others["★ Keep"], discord.shown(second))
        assert "1 favourites already" in await whispered(discord, full)
        again = await discord.press(buttons["★ Keep"], piece)
        assert "no longer" in await whispered(discord, again)
        with Redis.from_url(redis_url) as redis:
            assert all(redis.ttl(name) <= DAY for name in names)
        assert "★" not in await listed(discord)
        kept = await discord.press(others["★ Keep"], discord.shown(second))
        assert "Kept until" in await whispered(discord, kept)


async def test_a_piece_comes_into_the_gallery_by_its_authors_press_alone(running: Run) -> None:
    async with running() as discord:
        _, before = await drawn(discord)
        assert "To the gallery" not in before
        gallery = await discord.command("server gallery", channel=("channel", str(VOICE_CHANNEL)))
        assert f"Gallery: <#{VOICE_CHANNEL}>" in await whispered(discord, gallery)
        token, buttons = await drawn(discord, FISH)
        piece, button = discord.shown(token), buttons["To the gallery"]
        assert posted_to(discord, VOICE_CHANNEL) == []
        other = await discord.press(button, piece, user=HIM)
        assert "Only who asked" in await whispered(discord, other)
        assert posted_to(discord, VOICE_CHANNEL) == []
        assert "in the gallery" in await whispered(discord, await discord.press(button, piece))
        (text,) = posted_to(discord, VOICE_CHANNEL)
        assert text.startswith("By <@")
        call = discord.done("POST", f"channels/{VOICE_CHANNEL}/messages")[-1]
        assert list(call.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        assert call.body["allowed_mentions"]["parse"] == []
        assert "out of the gallery" in await whispered(discord, await discord.press(button, piece))
        assert posted_to(discord, VOICE_CHANNEL) == []


@pytest.mark.parametrize("by_admin", [False, True])
async def test_who_is_forgotten_leaves_nothing_in_redis_or_the_gallery(
    running: Run, redis_url: str, *, by_admin: bool
) -> None:
    async with running() as discord:
        await whispered(
            discord,
            await discord.command("server gallery", channel=("channel", str(VOICE_CHANNEL))),
        )
        token, buttons = await drawn(discord)
        for name in ("★ Keep", "To the gallery"):
            await whispered(discord, await discord.press(buttons[name], discord.shown(token)))
        assert len(posted_to(discord, VOICE_CHANNEL)) == 1
        if by_admin:
            environment = {"REDIS_URL": redis_url}
            with pytest.raises(OptionError, match="DISCORD_TOKEN alone can delete"):
                await forget_person("discord", str(HER), environment)
            assert len(posted_to(discord, VOICE_CHANNEL)) == 1
            environment |= {"DISCORD_TOKEN": TOKEN, "MIDIDRAW_DISCORD_API_URL": discord.api}
            assert await forget_person("discord", str(HER), environment) == (1, 0)
        else:
            forgotten = await discord.command("forgetme")
            assert "deleted" in await whispered(discord, forgotten)
        assert posted_to(discord, VOICE_CHANNEL) == []
        with Redis.from_url(redis_url) as redis:
            left = [name.decode() for name in redis.scan_iter()]
        personal = ("favourites:", "gallery:", ":shown:", ":music:", ":blob:", ":job:")
        assert [name for name in left if any(part in name for part in personal)] == []


async def test_a_gallery_that_is_closed_says_so_and_can_be_tried_again(running: Run) -> None:
    async with running() as discord:
        await whispered(
            discord,
            await discord.command("server gallery", channel=("channel", str(VOICE_CHANNEL))),
        )
        token, buttons = await drawn(discord)
        piece, button = discord.shown(token), buttons["To the gallery"]
        discord.refuse("POST", f"channels/{VOICE_CHANNEL}/messages", 403, 50013)
        assert "cannot write" in await whispered(discord, await discord.press(button, piece))
        assert "in the gallery" in await whispered(discord, await discord.press(button, piece))
