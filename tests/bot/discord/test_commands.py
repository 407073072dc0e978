"""The other commands: remix, help, queue, cancel; and choices while one types."""

from functools import partial
from typing import Any

from tests.bot.discord.conftest import CAT, FISH, Painter, Run, answered, refused, whispered
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import APPLICATION, CHANNEL, HIM


async def test_remix_goes_on_from_ones_own_music(running: Run, painter: Painter) -> None:
    async with running() as discord:
        midi = {"data": painter.drawn.midi, "filename": "mine.mid"}
        token = await discord.command("remix", midi=midi, image=FISH)
        await discord.until(answered(discord, token))
        assert painter.taken[0].prompt == painter.drawn.midi
        assert painter.taken[0].pictures == (FISH,)


async def test_engine_shape_and_theme_can_be_chosen(running: Run, painter: Painter) -> None:
    async with running() as discord:
        chosen: dict[str, Any] = {"engine": "chords", "shape": "outline", "theme": "light"}
        token = await discord.command("draw", image=CAT, **chosen)
        await discord.until(answered(discord, token))
        options = painter.taken[0].job.options.model_dump(mode="json")
        assert {name: options[name] for name in chosen} == chosen


async def test_help_shows_how_it_goes(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("help", locale="zh-TW")
        assert "鋼琴捲簾" in await whispered(discord, token)
        (call,) = [call for call in discord.calls if call.files]
        assert call.files["mididraw.png"].startswith(b"\x89PNG")


async def test_one_sees_and_cancels_ones_own_drawing_alone(running: Run, painter: Painter) -> None:
    async with running() as discord:
        for name in ("queue", "cancel"):
            assert "None of your" in await whispered(discord, await discord.command(name))
        painter.gate.clear()
        drawn = await discord.command("draw", image=CAT)
        await discord.until(lambda: painter.taken or None)
        token = await discord.command("cancel", by=HIM)
        assert "None of your" in await whispered(discord, token)
        token = await discord.command("queue")
        assert "Looking at your drawing" in await whispered(discord, token)
        token = await discord.command("cancel")
        assert "Cancelled" in await whispered(discord, token)
        calls = await discord.until(lambda: _says(discord, drawn, "Cancelled"))
        assert not calls[0].files
        painter.gate.set()


def _reads(message: dict[str, Any], words: str) -> bool:
    return words in message["content"]


def _says(discord: DiscordStandIn, token: str, words: str) -> list[Any]:
    return [
        call for call in discord.done("PATCH", token) if words in (call.body.get("content") or "")
    ]


async def test_instruments_and_keys_are_offered_while_one_types(running: Run) -> None:
    async with running() as discord:
        for option, typed, wanted in (
            ("instrument", "steel guitar", "Acoustic Guitar (steel)"),
            ("instrument", "VIOL", "Violin"),
            ("key", "f#", "F# minor"),
            ("instrument", "小提", "Violin"),
            ("key", "降b", "Bb minor"),
        ):
            locale = "en-US" if typed.isascii() else "zh-CN"
            token = await discord.type_("draw", option, typed, locale=locale)
            (call,) = await discord.until(partial(discord.done, "POST", f"{token}/callback"))
            assert call.body["type"] == 8
            values = [choice["value"] for choice in call.body["data"]["choices"]]
            assert wanted in values
            assert len(values) <= 25


async def test_a_refusal_speaks_the_persons_language(running: Run) -> None:
    async with running() as discord:
        token = await discord.command("draw", url="http://10.0.0.1/cat.png", locale="zh-CN")
        assert "无法访问这个地址" in await refused(discord, token)


async def test_a_button_under_the_status_cancels_the_drawing(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        painter.gate.clear()
        for way in ("command", "message"):
            if way == "command":
                token = await discord.command("draw", image=CAT)
                await discord.until(partial(discord.done, "PATCH", token))
                status = discord.shown(token)
            else:
                await discord.write(f"<@{APPLICATION}>", attachments=[discord.attachment(CAT)])
                await discord.until(lambda: discord.done("PATCH", f"channels/{CHANNEL}"))
                *_, status = discord.standing(CHANNEL)
            (button,) = status["components"][0]["components"]
            assert button["label"] == "Cancel"
            token = await discord.press(button["custom_id"], status, user=HIM)
            assert "Only who asked" in await whispered(discord, token)
            await discord.press(button["custom_id"], status)
            await discord.until(partial(_reads, status, "Cancelled"))
            token = await discord.press(button["custom_id"], status)
            assert "None of your" in await whispered(discord, token)
        painter.gate.set()
