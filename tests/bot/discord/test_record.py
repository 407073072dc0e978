"""``mididraw discord --record``: kept without anybody's words, and played again."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.discord.record import Recorder
from bot.discord.redact import Redactor
from mididraw.errors import OptionError
from tests.bot.discord.conftest import (
    CAT,
    Painter,
    answered,
    botting,
    buttons_of,
    settings_for,
    whispered,
)
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import APPLICATION, CHANNEL, DIRECT, TOKEN
from tests.standins.discord_replay import Replay
from worker.run import Worker

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))
COMMAND, COMPONENT, TYPING, FORM = 2, 3, 4, 5
SAID = "please play my secret"


async def record(discord: DiscordStandIn, settings: Any, path: Path) -> list[str]:
    """People do one thing of each kind; gives their interactions' tokens."""
    async with botting(settings, path):
        await discord.until(lambda: discord.identified)
        file = {"data": CAT, "filename": "my diary.png"}
        drawn = await discord.command("draw", image=file, mood="game", instrument="Violin")
        (answer,) = await discord.until(answered(discord, drawn))
        pressed = await discord.press(buttons_of(answer)["Another take"], discord.shown(drawn))
        await discord.until(answered(discord, pressed))
        picture = discord.message(attachments=[discord.attachment(CAT)])
        menu = await discord.command("Play this drawing", kind=3, target=picture)
        (form,) = await discord.until(lambda: discord.forms())
        filled = await discord.fill(form, ("85", "Flute"))
        await discord.until(answered(discord, filled))
        await discord.write(f"<@{APPLICATION}> {SAID}", attachments=[discord.attachment(CAT)])
        await discord.until(partial(edits, discord, CHANNEL))
        await discord.write(SAID, guild=False, attachments=[discord.attachment(CAT)])
        await discord.until(partial(edits, discord, DIRECT))
        late = await discord.command("help")
        await whispered(discord, late)
        return [drawn, pressed, menu, filled, late]


def edits(discord: DiscordStandIn, channel: int) -> list[Any]:
    """Answers to messages there."""
    path = f"channels/{channel}/messages"
    return [call for call in discord.done("PATCH", path) if call.files]


def pieces(discord: DiscordStandIn) -> list[Any]:
    """Answers with music."""
    named = [(call, " ".join(call.files)) for call in discord.calls if call.status < 300]
    return [call for call, names in named if ".mp3" in names]


def acknowledged(discord: DiscordStandIn, token: str) -> list[Any]:
    return discord.done("POST", f"{token}/callback")


async def test_what_is_recorded_holds_nobodys_words_and_can_be_played_again(
    redis_url: str, worker: Worker, painter: Painter, tmp_path: Path
) -> None:
    assert worker
    path = tmp_path / "session.jsonl"
    async with DiscordStandIn().serve() as discord:
        tokens = await record(discord, settings_for(discord, redis_url), path)
        files = [name.rpartition("/")[0] for name in discord.world.files]
        url = discord.url
    assert path.stat().st_mode & 0o77 == 0
    text = path.read_text()
    people = ("user7", "diary", "a server", "drawings", "secret", url, TOKEN)
    assert not [word for word in (*people, *tokens, *files) if f'"{word}' in text or SAID in text]
    lines = [json.loads(line) for line in text.splitlines()]
    kinds = {line["heard"]["t"] for line in lines if "heard" in line}
    assert kinds >= {"READY", "GUILD_CREATE", "INTERACTION_CREATE", "MESSAGE_CREATE"}
    asked = {(line["asked"].split(" ")[0], line["status"]) for line in lines if "asked" in line}
    assert asked >= {("PUT", 200), ("POST", 200), ("PATCH", 200)}
    assert any(line.get("limits") for line in lines)
    await replay(redis_url, painter, path, answers=4)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_recordings_are_answered(
    redis_url: str, worker: Worker, painter: Painter, path: Path
) -> None:
    """Recordings of Discord itself belong into this folder."""
    assert worker
    await replay(redis_url, painter, path, answers=1)


async def replay(redis_url: str, painter: Painter, path: Path, answers: int) -> None:
    """Everything is acknowledged, nothing of ours is refused, and drawings become music."""
    before = len(painter.taken)
    async with DiscordStandIn().serve() as discord:
        said = Replay(discord, path, {"png": CAT, "mid": painter.drawn.midi})
        async with botting(settings_for(discord, redis_url, MIDIDRAW_DISCORD_OWNER_GUILD="")):
            await discord.until(lambda: discord.identified)
            await said.tell()
            for _, token in said.tokens:
                await discord.until(partial(acknowledged, discord, token))
            await discord.until(
                lambda: answers <= len(pieces(discord)) == len(painter.taken) - before
            )
            assert discord.refusals() == []


def test_a_file_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be opened: No such file"):
        Recorder(tmp_path / "nowhere" / "session.jsonl")


def test_ids_are_renumbered_alike_everywhere_and_permissions_stay() -> None:
    redact = Redactor()
    number, job = "1234567890123456789", "ab" * 16
    frame = {
        "t": "INTERACTION_CREATE",
        "d": {
            "id": number,
            "token": "aW50ZXJhY3Rpb24",
            "app_permissions": "2222085186637376",
            "data": {
                "name": "draw",
                "options": [
                    {"name": "image", "type": 11, "value": number},
                    {"name": "key", "type": 3, "value": "my address"},
                    {"name": "mood", "type": 3, "value": "pop"},
                    {"name": "instrument", "type": 3, "value": "5551234567"},
                ],
                "resolved": {"attachments": {number: {"id": number, "filename": "me.PNG"}}},
                "custom_id": f"mdc:{job}:{number}",
            },
            "components": [{"custom_id": "strength", "value": "85"}, {"custom_id": "of ada"}],
            "errors": {"code": "BASE_TYPE_MAX_LENGTH", "message": "of ada"},
            "message": {"content": f"hello <@{number}> you", "nonce": int(number)},
            "member": {"roles": [number], "nick": "Ada", "user": {"username": "ada"}},
        },
    }
    told = redact.frame(frame)
    data = told["d"]["data"]
    new = told["d"]["id"]
    assert new != number
    assert told["d"]["app_permissions"] == "2222085186637376"
    assert [one["value"] for one in data["options"]] == [new, "…", "pop", "…"]
    assert data["name"] == "draw"
    assert data["resolved"]["attachments"][new] == {"id": new, "filename": "file.png"}
    assert data["custom_id"].endswith(f":{new}")
    assert job not in data["custom_id"]
    assert told["d"]["components"] == [
        {"custom_id": "strength", "value": "85"},
        {"custom_id": "…"},
    ]
    assert told["d"]["errors"] == {"code": "BASE_TYPE_MAX_LENGTH", "message": "…"}
    assert told["d"]["message"] == {"content": f"… <@{new}>", "nonce": int(new)}
    assert told["d"]["member"] == {"roles": [new], "nick": "…", "user": {"username": "…"}}
    path = redact.path(f"/api/v10/webhooks/{number}/aW50ZXJhY3Rpb24/messages/@original")
    assert path == f"/api/v10/webhooks/{new}/{told['d']['token']}/messages/@original"
