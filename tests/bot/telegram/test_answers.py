"""Whatever a person writes in private is answered, and what the help promises works."""

from typing import Any

import pytest

from bot.settings import TelegramSettings
from bot.telegram.start import run
from mididraw.errors import OptionError
from tests.bot.telegram.conftest import CAT, HER, Painter, Run, answered, quick, settings_for
from tests.bot.telegram.test_preferences import reply_to
from tests.standins.telegram import GROUP

FILE = {"file_id": "x", "file_unique_id": "x", "file_size": 10}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ({"text": "hello"}, "Send me a photo"),
        ({"text": "violin 120 bpm"}, "write these words beside it"),
        ({"text": "/unknown"}, "no command /unknown"),
        ({"text": "/Draw"}, "as the caption of a picture"),
        ({"text": "/draw@mididraw_bot"}, "as the caption of a picture"),
        ({"voice": {**FILE, "duration": 3}}, "picture of a drawing"),
        ({"video": {**FILE, "duration": 3, "width": 9, "height": 9}}, "picture of a drawing"),
        ({"video_note": {**FILE, "duration": 3, "length": 9}}, "picture of a drawing"),
        ({"audio": {**FILE, "duration": 3, "mime_type": "audio/mpeg"}}, "picture of a drawing"),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, "picture of a drawing"),
        ({"contact": {"phone_number": "1", "first_name": "Eve"}}, "picture of a drawing"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "picture of a drawing"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_any_private_message_gets_an_answer(
    running: Run, message: dict[str, Any], wanted: str
) -> None:
    async with running() as telegram:
        await telegram.message(HER, **message)
        (call,) = await telegram.until(lambda: telegram.done("sendMessage", HER))
        assert wanted in call.fields["text"]


async def test_in_groups_only_what_is_for_us_gets_an_answer(running: Run) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].shows_all = True
        for text in ("hello", "/unknown", "see you"):
            await telegram.message(GROUP, text=text)
        await telegram.message(GROUP, pinned_message=telegram.written(GROUP, text="a"))
        assert "no command /foo" in await reply_to(telegram, GROUP, "/foo@mididraw_bot")
        assert "caption of a picture" in await reply_to(telegram, GROUP, "@mididraw_bot hi")
        assert len(telegram.done("sendMessage", GROUP)) == 2


@pytest.mark.parametrize("as_audio", [False, True])
async def test_the_helps_recipe_a_midi_file_then_a_drawing_in_reply(
    running: Run, painter: Painter, as_audio: bool
) -> None:
    async with running() as telegram:
        tune = painter.drawn.midi
        file = (
            telegram.audio(tune, "mine.mid", "audio/midi")
            if as_audio
            else telegram.document(tune, "mine.mid", "application/octet-stream")
        )
        sent = await telegram.message(HER, **file)
        (call,) = await telegram.until(lambda: telegram.done("sendMessage", HER))
        assert "reply to it with a drawing" in call.fields["text"]
        await telegram.message(HER, reply_to_message=sent, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        assert painter.taken[0].prompt == tune


async def test_the_helps_words_are_understood(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        words = "likeness 80 C minor 120 bpm violin 16 bars"
        await telegram.message(HER, caption=words, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.key, chosen.tempo, chosen.bars) == (80, "C minor", 120, 16)
        await telegram.message(HER, text="/help")
        await telegram.until(lambda: len(telegram.done("sendPhoto", HER)) == 2)
        assert words in telegram.done("sendPhoto", HER)[1].fields["caption"]


async def test_settings_work_where_members_are_hidden(running: Run) -> None:
    async with running() as telegram:
        telegram.chats[GROUP].hides_members = True
        telegram.admins.add(8)
        assert "tempo: 60" in await reply_to(telegram, GROUP, "/settings tempo 60", user=8)
        assert "Only admins" in await reply_to(telegram, GROUP, "/settings tempo 70")


@pytest.mark.parametrize("name", ["MIDIDRAW_PUBLIC_URL", "MIDIDRAW_TELEGRAM_WEBHOOK_URL"])
async def test_an_address_without_tls_is_refused_at_the_start(redis_url: str, name: str) -> None:
    """Telegram takes none; a webhook only from a server of one's own."""
    async with quick().serve() as telegram:
        settings = settings_for(telegram, redis_url, **{name: "http://draw.example"})
        if name == "MIDIDRAW_TELEGRAM_WEBHOOK_URL":
            settings = settings.model_copy(update={"telegram_api_url": None})
        assert isinstance(settings, TelegramSettings)
        with pytest.raises(OptionError, match=f"{name} begin with https://"):
            await run(settings)
