"""``/draw`` and its kin: pictures in, music out."""

import io
from functools import partial
from typing import Any

import pretty_midi
from PIL import Image

from tests.asynchronous import played
from tests.bot.discord.conftest import CAT, FISH, Painter, Run, answered, buttons_of
from tests.standins.discord_payloads import APPLICATION, CHANNEL, HER, HIM


@played
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


@played
async def test_several_pictures_and_all_options_reach_the_music(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command(
            "draw",
            image=CAT,
            image2=FISH,
            strength=80,
            bars=4,
            tempo=120,
            key="C minor",
            mood="melancholy",
            instrument="Violin",
            accompaniment=True,
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
        assert painter.taken[0].pictures == (CAT, FISH)
        assert painter.taken[0].prompt == painter.drawn.midi
        assert "种子 5" in answer.body["content"]
        assert "再来一版" in buttons_of(answer)


@played
async def test_a_private_answer_is_for_oneself(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT, private=True, guild=False)
        await discord.until(answered(discord, token))
        (deferred,) = discord.done("POST", f"{token}/callback")
        assert deferred.body["data"]["flags"] == 64


@played
async def test_what_cannot_be_drawn_is_said_in_a_sentence(running: Run) -> None:
    async with running() as discord:
        cases: list[tuple[dict[str, Any], str]] = [
            ({}, "Give 1 to 10 pictures"),
            ({"image": CAT, "key": "H"}, "is no key"),
            ({"image": {"data": CAT, "size": 30 << 20}}, "20 MB"),
            ({"image": {"data": CAT, "width": 9000, "height": 9000}}, "40 megapixels"),
            ({"image": {"data": CAT, "url": "https://evil.example/a.png"}}, "cannot be reached"),
            ({"url": "http://127.0.0.1:1/cat.png"}, "cannot be reached"),
            ({"url": "file:///etc/passwd"}, "begins with https"),
        ]
        for options, wanted in cases:
            token = await discord.command("draw", **options)
            calls = await discord.until(partial(discord.done, "PATCH", token))
            assert wanted in calls[0].body["content"], options


@played
async def test_the_message_menu_asks_first(running: Run, painter: Painter) -> None:
    async with running() as discord:
        message = discord.message(attachments=[discord.attachment(CAT)])
        token = await discord.command("Play this drawing", kind=3, target=message)
        (shown,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert shown.body["type"] == 9
        fields = [row["components"][0] for row in shown.body["data"]["components"]]
        values = dict(zip((field["custom_id"] for field in fields), ("85", "flute"), strict=True))
        data = {
            "custom_id": shown.body["data"]["custom_id"],
            "components": [
                {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}
                for name, value in values.items()
            ],
        }
        token = await discord.interact(5, data)
        await discord.until(answered(discord, token))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.instrument) == (85, "Flute")
        empty = discord.message(content="no picture")
        token = await discord.command("Play this drawing", kind=3, target=empty)
        (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert "no picture" in said.body["data"]["content"]


@played
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
        token = await discord.press(buttons["Instrument"], message)
        (shown,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        select = shown.body["data"]["components"][0]["components"][0]
        token = await discord.press(select["custom_id"], message, values=["40"])
        await discord.until(answered(discord, token))
        assert painter.taken[2].job.options.instrument == "Violin"
        token = await discord.press(f"md:again:{'f' * 32}", message)
        (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert "too long ago" in said.body["data"]["content"]


@played
async def test_only_who_asked_and_moderators_delete(running: Run) -> None:
    async with running() as discord:
        message = discord.message()
        token = await discord.press(f"mdx:{HER}", message, user=HIM)
        (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert "Only who asked" in said.body["data"]["content"]
        for user, permissions in ((HER, 0), (HIM, 1 << 13)):
            token = await discord.press(f"mdx:{HER}", message, user=user, permissions=permissions)
            await discord.until(partial(discord.done, "DELETE", token))


@played
async def test_settings_hold_and_forgetme_forgets(running: Run, painter: Painter) -> None:
    async with running() as discord:
        token = await discord.command("settings", strength=70, instrument="Flute")
        (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert "strength: 70" in said.body["data"]["content"]
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        assert painter.taken[0].job.options.strength == 70
        token = await discord.command("forgetme")
        await discord.until(lambda: discord.done("PATCH", token))
        token = await discord.press(buttons_of(answer)["Another take"], discord.message())
        (said,) = await discord.until(lambda: discord.done("POST", f"{token}/callback"))
        assert "too long ago" in said.body["data"]["content"]


@played
async def test_commands_are_published_in_both_languages_and_only_when_they_changed(
    running: Run,
) -> None:
    async with running() as discord:
        assert {one["name"] for one in discord.commands} >= {"draw", "remix", "Play this drawing"}
        (draw,) = (one for one in discord.commands if one["name"] == "draw")
        assert draw["name_localizations"]["zh-CN"] == "画"
        assert {0, 1} == set(draw["integration_types"])
        assert {0, 1, 2} == set(draw["contexts"])
        strength = next(one for one in draw["options"] if one["name"] == "strength")
        assert (strength["min_value"], strength["max_value"]) == (0, 100)
        assert len(discord.done("PUT", f"applications/{APPLICATION}/commands")) == 1
    async with running() as discord:
        assert not discord.done("PUT", "commands")
