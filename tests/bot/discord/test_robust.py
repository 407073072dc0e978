"""Discord dropping, limiting and refusing; tokens that die; the bot away."""

import io

import pytest
from pydub import AudioSegment

from bot.discord.address import Address
from bot.discord.shrink import shrink
from tests.asynchronous import played
from tests.bot.discord.conftest import CAT, Painter, Run, answered, botting, refused, settings_for
from tests.standins.discord import StandIn
from tests.standins.discord_payloads import CHANNEL, DIRECT, HER
from worker.run import Worker


@played
async def test_a_dropped_gateway_is_resumed_in_the_middle_of_a_job(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        await discord.drop()
        await discord.until(lambda: discord.resumed)
        painter.gate.set()
        await discord.until(answered(discord, token))
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))


@played
async def test_what_is_done_while_the_bot_is_away_is_posted_when_it_is_back(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with StandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        painter.gate.clear()
        async with botting(settings):
            token = await discord.command("draw", image=CAT)
            await discord.until(lambda: painter.taken or None)
        painter.gate.set()
        async with botting(settings):
            await discord.until(answered(discord, token))


@played
async def test_a_dead_token_becomes_a_plain_message_that_mentions_who_asked(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        discord.dead_tokens.add(token)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{CHANNEL}/messages"))
        assert sent.body["content"].startswith(f"<@{HER}> ")
        assert sent.body["allowed_mentions"]["users"] == [HER]
        assert len(sent.files) == 3


@played
async def test_a_private_answer_past_its_token_comes_in_a_direct_message(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT, private=True)
        await discord.until(lambda: painter.taken or None)
        discord.dead_tokens.add(token)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert len(sent.files) == 3
        assert not discord.done("POST", f"channels/{CHANNEL}/messages")


@played
async def test_where_we_may_not_write_any_more_the_answer_comes_in_a_direct_message(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        discord.dead_tokens.add(token)
        discord.refuse("POST", f"channels/{CHANNEL}", 403, code=50001)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert "could not be posted" in sent.body["content"]


@played
async def test_a_missing_permission_is_named_before_anything_is_drawn(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, app_permissions=1 << 11)
        assert "Attach Files" in await refused(discord, token)


@played
async def test_a_bot_that_dies_while_it_posts_does_not_post_twice(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with StandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        painter.gate.clear()
        never = discord.hold("POST", f"channels/{CHANNEL}/messages")
        async with botting(settings):
            token = await discord.command("draw", image=CAT)
            await discord.until(lambda: painter.taken or None)
            discord.dead_tokens.add(token)
            painter.gate.set()
            await discord.until(lambda: discord.done("POST", f"channels/{CHANNEL}/messages"))
        assert not never.is_set()
        async with botting(settings):
            await discord.until(lambda: len(discord.done("POST", f"{CHANNEL}/messages")) == 2)
        first, second = discord.done("POST", f"{CHANNEL}/messages")
        assert first.body["nonce"] == second.body["nonce"]
        assert len(discord.standing(CHANNEL)) == 1


@played
async def test_limits_and_failures_of_discords_are_waited_out(running: Run) -> None:
    async with running() as discord:
        discord.refuse("PATCH", "/messages/", 429, times=1, Retry_After="0.2")
        discord.refuse("PATCH", "/messages/", 503, times=1)
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token), 30)
        assert len(discord.answers(token)) == 1


@played
async def test_files_over_the_limit_become_smaller_even_where_it_was_told_wrong(
    running: Run,
) -> None:
    async with running() as discord:
        discord.refuse("PATCH", "/messages/1", 413, code=40005)
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token), 30)
        assert answer.files


def test_sound_is_encoded_smaller_then_shorter_then_left_out() -> None:
    out = io.BytesIO()
    AudioSegment.silent(30_000, frame_rate=44_100).export(out, "mp3", bitrate="192k")
    mp3 = out.getvalue()
    assert shrink(mp3, len(mp3)) == mp3
    smaller = shrink(mp3, len(mp3) // 2)
    assert smaller is not None
    assert len(smaller) <= len(mp3) // 2
    shorter = shrink(mp3, len(mp3) // 6)
    assert shorter is not None
    assert len(shorter) <= len(mp3) // 6
    assert shrink(mp3, 1000) is None


@pytest.mark.parametrize("text", ["", "{}", "no JSON"])
def test_an_address_of_another_kind_is_none(text: str) -> None:
    from worker.contract import ReplyTo

    assert Address.of(ReplyTo(front="discord", address=text)) is None


@played
async def test_fifty_at_once_are_all_acknowledged_and_answered(
    running: Run, painter: Painter
) -> None:
    async with running(MIDIDRAW_JOBS_CHAT="100") as discord:
        painter.gate.clear()
        tokens = [
            await discord.command("draw", by=100 + number, image=CAT, seed=number)
            for number in range(50)
        ]
        await discord.until(lambda: len(discord.done("POST", "/callback")) == len(tokens), 30)
        painter.gate.set()
        await discord.until(lambda: all(discord.answers(token) for token in tokens), 60)
