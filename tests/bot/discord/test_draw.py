"""``/draw`` and its kin: pictures in, music out."""

import io
from functools import partial
from typing import Any

import pretty_midi
import pytest
from PIL import Image

from tests.bot.discord.conftest import (
    CAT,
    FISH,
    Painter,
    Run,
    answered,
    buttons_of,
    refused,
    whispered,
)
from tests.standins.discord_payloads import (
    APPLICATION,
    CHANNEL,
    DIRECT,
    ELSEWHERE,
    GROUP,
    HER,
    HIM,
    POST,
    STAGE,
    THREAD,
    VOICE_CHANNEL,
)
from tests.standins.proxy import Proxy


async def test_a_drawing_is_answered_with_picture_sound_and_midi(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT)
        await discord.until(lambda: discord.done("PATCH", token))
        painter.gate.set()
        (answer,) = await discord.until(answered(discord, token))
        (deferred,) = discord.done("POST", f"{token}/callback")
        assert deferred.body["type"] == 5
        assert "A minor · 100 bpm · 2 bars" in answer.body["content"]
        assert "94 %" in answer.body["content"]
        assert list(answer.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        with Image.open(io.BytesIO(answer.files["Drawing.png"])) as roll:
            assert roll.format == "PNG"
        assert pretty_midi.PrettyMIDI(io.BytesIO(answer.files["Drawing.mid"])).instruments
        described = [part.get("description") for part in answer.body["attachments"]]
        assert "Piano roll" in described[0]
        assert answer.body["allowed_mentions"] == {"parse": []}
        assert "Another take" in buttons_of(answer)
        assert painter.taken[0].pictures == (CAT,)


async def test_several_pictures_and_all_options_reach_the_music(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command(
            "draw",
            image=CAT,
            image2=FISH,
            likeness=80,
            bars=4,
            tempo=120,
            key="C minor",
            mood="melancholy",
            instrument="Violin",
            accompaniment=True,
            arrangement="orchestra",
            seed=5,
            theme="light",
            midi={"data": painter.drawn.midi, "filename": "mine.mid"},
            locale="zh-CN",
        )
        (answer,) = await discord.until(answered(discord, token))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.bars, chosen.tempo, chosen.seed) == (80, 4, 120, 5)
        assert (chosen.key, chosen.style, chosen.instrument) == ("C minor", "melancholy", "Violin")
        assert chosen.accompaniment
        assert chosen.arrangement == "orchestra"
        assert painter.taken[0].pictures == (CAT, FISH)
        assert painter.taken[0].prompt == painter.drawn.midi
        assert "种子 5" in answer.body["content"]
        assert "再来一版" in buttons_of(answer)


async def test_a_private_answer_is_for_oneself(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, private=True, guild=False)
        await discord.until(answered(discord, token))
        (deferred,) = discord.done("POST", f"{token}/callback")
        assert deferred.body["data"]["flags"] == 64


async def test_wherever_the_command_is_offered_it_is_answered_there(
    running: Run,
) -> None:
    async with running() as discord:
        for where, install in (
            *((THREAD, "guild"), (POST, "both"), (STAGE, "guild"), (VOICE_CHANNEL, "guild")),
            *((DIRECT, "user"), (GROUP, "user"), (ELSEWHERE, "user")),
        ):
            token = await discord.command("draw", image=CAT, where=where, install=install)
            await discord.until(answered(discord, token))
            assert discord.shown(token)["channel_id"] == str(where)
            named = buttons_of(discord.answers(token)[0])
            assert ("Play in voice" in named) == (install != "user")
        assert discord.refusals() == []


@pytest.mark.parametrize("where", [GROUP, ELSEWHERE])
async def test_where_the_bot_is_no_member_a_late_answer_comes_in_a_direct_message(
    running: Run, painter: Painter, where: int
) -> None:
    async with running() as discord:
        painter.gate.clear()
        token = await discord.command("draw", image=CAT, where=where, install="user")
        await discord.until(lambda: painter.taken or None)
        discord.kill(token)
        painter.gate.set()
        (sent,) = await discord.until(lambda: discord.done("POST", f"channels/{DIRECT}/messages"))
        assert len(sent.files) == 3


async def test_what_cannot_be_drawn_is_said_in_a_sentence(running: Run) -> None:
    async with running() as discord:
        cases: list[tuple[dict[str, Any], str]] = [
            ({}, "Give 1 to 10 pictures"),
            ({"image": CAT, "key": "H"}, "is no key"),
            ({"image": {"data": CAT, "size": 30 << 20}}, "20 MB"),
            ({"image": {"data": CAT, "width": 19000, "height": 19000}}, "200 megapixels"),
            ({"image": {"data": CAT, "url": "https://evil.example/a.png"}}, "did not give me"),
            ({"url": "http://127.0.0.1:1/cat.png"}, "cannot be reached"),
            ({"url": "file:///etc/passwd"}, "begins with https"),
        ]
        for options, wanted in cases:
            token = await discord.command("draw", **options)
            assert wanted in await refused(discord, token), options


async def test_the_message_menu_asks_first(running: Run, painter: Painter) -> None:
    async with running() as discord:
        message = discord.message(attachments=[discord.attachment(CAT)])
        token = await discord.command("Play this drawing", kind=3, target=message)
        (form,) = await discord.until(lambda: discord.forms())
        token = await discord.fill(form, ("85", "flute"))
        await discord.until(answered(discord, token))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.instrument) == (85, "Flute")
        empty = discord.message(content="no picture")
        token = await discord.command("Play this drawing", kind=3, target=empty)
        assert "no picture" in await whispered(discord, token)


async def test_buttons_give_other_versions_also_after_a_restart(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        buttons = buttons_of(answer)
    async with running() as discord:
        message = discord.message()
        token = await discord.press(buttons["Closer to the drawing"], message, user=HIM)
        await discord.until(answered(discord, token))
        first, second = (work.job for work in painter.taken)
        assert second.options.strength == first.options.strength + 15
        assert second.user == str(HIM)
        (answer,) = discord.answers(token)
        assert f"/{CHANNEL}/{message['id']}" in answer.body["content"]
        token = await discord.press(f"md:again:{'f' * 32}", message)
        assert "expired" in await whispered(discord, token)


async def test_only_who_asked_and_moderators_delete(running: Run) -> None:
    async with running() as discord:
        message = discord.message()
        token = await discord.press(f"mdx:{HER}", message, user=HIM)
        assert "Only who asked" in await whispered(discord, token)
        for user, permissions in ((HER, 0), (HIM, 1 << 13)):
            message = discord.message()
            token = await discord.press(f"mdx:{HER}", message, user=user, permissions=permissions)
            await discord.until(partial(discord.done, "DELETE", token))


async def test_defaults_are_shown_in_the_persons_words(running: Run, painter: Painter) -> None:
    async with running() as discord:
        chosen: dict[str, Any] = {"mood": "melancholy", "theme": "light", "accompaniment": True}
        token = await discord.command("settings", instrument="fiddle", **chosen)
        said = await whispered(discord, token)
        wanted = ("mood: melancholy", "colours: light", "accompaniment: yes", "instrument: Fiddle")
        assert {*wanted} == {*said.splitlines()[1:]}
        token = await discord.command("settings", instrument="羽管鍵琴", locale="zh-TW")
        said = await whispered(discord, token)
        assert {*said.splitlines()[1:]} == {
            "風格: 憂傷",
            "顏色: 淺色",
            "伴奏: 是",
            "樂器: 羽管鍵琴",
        }
        await discord.until(answered(discord, await discord.command("draw", image=CAT)))
        assert painter.taken[0].job.options.instrument == "Harpsichord"


async def test_settings_hold_and_forgetme_forgets(running: Run, painter: Painter) -> None:
    async with running() as discord:
        token = await discord.command("settings", likeness=70, instrument="Flute")
        assert "likeness: 70" in await whispered(discord, token)
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        assert painter.taken[0].job.options.strength == 70
        token = await discord.command("forgetme")
        await discord.until(lambda: discord.done("PATCH", token))
        token = await discord.press(buttons_of(answer)["Another take"], discord.message())
        assert "expired" in await whispered(discord, token)


async def test_commands_are_published_in_both_languages_and_only_when_they_changed(
    running: Run,
) -> None:
    async with running() as discord:
        assert {one["name"] for one in discord.commands} >= {"draw", "remix", "Play this drawing"}
        (draw,) = (one for one in discord.commands if one["name"] == "draw")
        assert draw["name_localizations"]["zh-CN"] == "画"
        assert {0, 1} == set(draw["integration_types"])
        assert {0, 1, 2} == set(draw["contexts"])
        strength = next(one for one in draw["options"] if one["name"] == "likeness")
        assert (strength["min_value"], strength["max_value"]) == (0, 100)
        assert strength["name_localizations"]["zh-TW"] == "像不像畫"
        offered = {one["name"]: one.get("choices") or [] for one in draw["options"]}
        assert {one["name"] for one in offered["theme"]} == {"dark", "light"}
        assert {one["name_localizations"]["zh-CN"] for one in offered["shape"]} >= {"轮廓", "填充"}
        assert any("model" in one["name"] for one in offered["engine"])
        assert len(discord.done("PUT", f"applications/{APPLICATION}/commands")) == 1
    async with running() as discord:
        assert not discord.done("PUT", "commands")


async def test_a_picture_can_be_hidden_and_so_are_its_versions(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, spoiler=True)
        (answer,) = await discord.until(answered(discord, token))
        again = await discord.press(buttons_of(answer)["Another take"], discord.shown(token))
        await discord.until(answered(discord, again))
        for shown in (discord.shown(token), discord.shown(again)):
            hidden = [one["filename"].startswith("SPOILER_") for one in shown["attachments"]]
            assert hidden == [True, False, False]


async def test_discord_is_reached_through_a_proxy(running: Run) -> None:
    async with Proxy().serve() as proxy, running(MIDIDRAW_DISCORD_PROXY=proxy.url) as discord:
        token = await discord.command("draw", image=CAT)
        await discord.until(answered(discord, token))
        kinds = ("/api/users/@me", "/gateway", "/cdn/", "/webhooks/")
        assert all(any(kind in line for line in proxy.asked) for kind in kinds), proxy.asked


async def test_a_video_is_asked_for_with_the_rest_or_by_its_button(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        film = await discord.press(buttons_of(answer)["Video"], discord.shown(token))
        (alone,) = await discord.until(answered(discord, film))
        assert list(alone.files) == ["Drawing.mp4"]
        assert alone.files["Drawing.mp4"] == painter.drawn.video
        assert painter.taken[1].job.written
        assert painter.taken[1].prompt == painter.drawn.midi
        assert "Video" not in buttons_of(alone)
        both = await discord.command("draw", image=CAT, video="square")
        (answer,) = await discord.until(answered(discord, both))
        assert [name[-3:] for name in answer.files] == ["png", "mp3", "mid", "mp4"]
        assert painter.taken[2].job.options.video == "square"
        assert not painter.taken[2].job.written
