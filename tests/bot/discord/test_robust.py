"""Discord dropping, limiting and refusing; tokens that die; the bot away."""

import io

import pytest
from pydub import AudioSegment

from bot.discord.target import DiscordTarget
from bot.service.sound import shrink_mp3
from tests.bot.discord.conftest import CAT, Painter, Run, answered, botting, refused, settings_for
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import CHANNEL, DIRECT, HER
from tests.standins.discord_world import HISTORY
from worker.run import Worker


async def test_a_dropped_gateway_is_resumed_in_the_middle_of_a_job(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        await discord.drop()
        await discord.until(lambda: discord.gateway.resumed)
        painter.gate.set()
        await discord.until(answered(discord, token))
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))


async def test_what_is_done_while_the_bot_is_away_is_posted_when_it_is_back(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with DiscordStandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        painter.gate.clear()
        async with botting(settings):
            token = await discord.command("draw", image=CAT)
            await discord.until(lambda: painter.taken or None)
        painter.gate.set()
        async with botting(settings):
            await discord.until(answered(discord, token))


async def test_a_dead_token_becomes_a_plain_message_that_mentions_who_asked(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        discord.kill(token)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{CHANNEL}/messages"))
        assert sent.body["content"].startswith(f"<@{HER}> ")
        assert sent.body["allowed_mentions"]["users"] == [HER]
        assert len(sent.files) == 3


async def test_a_private_answer_past_its_token_comes_in_a_direct_message(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT, private=True)
        await discord.until(lambda: painter.taken or None)
        discord.kill(token)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert len(sent.files) == 3
        assert not discord.done("POST", f"channels/{CHANNEL}/messages")


async def test_where_we_may_not_write_any_more_the_answer_comes_in_a_direct_message(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        discord.kill(token)
        discord.refuse("POST", f"channels/{CHANNEL}", 403, code=50001)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert "could not be posted" in sent.body["content"]


async def test_a_missing_permission_is_named_before_anything_is_drawn(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, app_permissions=1 << 11)
        assert "Attach Files" in await refused(discord, token)


async def test_a_bot_that_dies_while_it_posts_does_not_post_twice(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    async with DiscordStandIn().serve() as discord:
        settings = settings_for(discord, redis_url)
        painter.gate.clear()
        # Without the history there is nothing to look into: then the nonce must do.
        discord.world.channels[CHANNEL].denied = HISTORY
        never = discord.hold("POST", f"channels/{CHANNEL}/messages")
        async with botting(settings):
            token = await discord.command("draw", image=CAT)
            await discord.until(lambda: painter.taken or None)
            discord.kill(token)
            painter.gate.set()
            await discord.until(lambda: discord.done("POST", f"channels/{CHANNEL}/messages"))
        assert not never.is_set()
        async with botting(settings):
            await discord.until(lambda: len(discord.done("POST", f"{CHANNEL}/messages")) == 2)
        first, second = discord.done("POST", f"{CHANNEL}/messages")
        assert first.body["nonce"] == second.body["nonce"]
        posted = [one for one in discord.standing(CHANNEL) if one["attachments"]]
        assert len(posted) == 1


async def test_limits_and_failures_of_discords_are_waited_out(running: Run) -> None:
    async with running() as discord:
        discord.refuse("PATCH", "/messages/", 429, times=1, Retry_After="0.2")
        discord.refuse("PATCH", "/messages/", 503, times=1)
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token), 30)
        assert len(discord.answers(token)) == 1


async def test_files_over_the_limit_become_smaller(running: Run, painter: Painter) -> None:
    whole = len(painter.drawn.mp3)
    limit = whole * 3 // 4
    assert len(painter.drawn.png) < limit, "the picture must not be what is too large"
    async with running() as discord:
        discord.file_limit = limit
        token = await discord.command("draw", image=CAT, limit=limit)
        (answer,) = await discord.until(answered(discord, token), 30)
        assert [name.rpartition(".")[2] for name in answer.files] == ["png", "mp3", "mid"]
        assert all(len(data) <= limit for data in answer.files.values())
        assert len(answer.files["Drawing.mp3"]) < whole
        assert "The sound is compressed" in answer.body["content"]
        refused = [call for call in discord.calls if call.status == 413]
        assert not refused, "what is known to be too large is not tried"


async def test_a_limit_that_was_told_wrong_is_found_out(running: Run, painter: Painter) -> None:
    real = len(painter.drawn.mp3) * 3 // 4
    async with running() as discord:
        discord.file_limit = real
        token = await discord.command("draw", image=CAT, limit=3 * real)
        (answer,) = await discord.until(answered(discord, token), 30)
        assert all(len(data) <= real for data in answer.files.values())
        assert [call.status for call in discord.calls].count(413) == 1
        assert "Drawing.mid" in answer.files


async def test_what_fits_in_no_way_is_left_out_and_said(running: Run, painter: Painter) -> None:
    limit = 12_000
    assert len(painter.drawn.midi) < limit < len(painter.drawn.mp3)
    async with running() as discord:
        discord.file_limit = limit
        token = await discord.command("draw", image=CAT, limit=limit)
        (answer,) = await discord.until(answered(discord, token), 30)
        assert "Drawing.mp3" not in answer.files
        assert "Drawing.mid" in answer.files
        assert all(len(data) <= limit for data in answer.files.values())
        assert "too large for this place" in answer.body["content"]


def test_sound_is_encoded_smaller_then_shorter_then_left_out() -> None:
    out = io.BytesIO()
    AudioSegment.silent(30_000, frame_rate=44_100).export(out, "mp3", bitrate="192k")
    mp3 = out.getvalue()
    assert shrink_mp3(mp3, len(mp3)) == mp3
    smaller = shrink_mp3(mp3, len(mp3) // 2)
    assert smaller is not None
    assert len(smaller) <= len(mp3) // 2
    shorter = shrink_mp3(mp3, len(mp3) // 6)
    assert shorter is not None
    assert len(shorter) <= len(mp3) // 6
    assert shrink_mp3(mp3, 1000) is None


@pytest.mark.parametrize("text", ["", "{}", "no JSON"])
def test_an_address_of_another_kind_is_none(text: str) -> None:
    from worker.contract import ReplyTo

    assert DiscordTarget.of(ReplyTo(front="discord", address=text)) is None


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


async def test_what_is_refused_is_not_fetched(running: Run, painter: Painter) -> None:
    async with running(MIDIDRAW_JOBS_USER="1") as discord:
        painter.gate.clear()
        await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        token = await discord.command("draw", image=CAT, image2=CAT)
        assert "in the works" in await refused(discord, token)
        await discord.write(guild=False, attachments=[discord.attachment(CAT)])
        (said,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert "in the works" in said.body["content"]
        assert discord.downloads == 1
