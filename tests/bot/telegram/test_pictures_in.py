"""However a picture is sent, the answer comes."""

import dataclasses
import io
from datetime import UTC, datetime
from typing import Any

import pretty_midi
import pytest
from aiogram.types import Chat, Message, PhotoSize
from PIL import Image

from bot.telegram import poster
from bot.telegram.pictures import Found, picture_in
from tests.bot.telegram.conftest import BAD, CAT, FISH, HER, Painter, Run, answered
from tests.standins.telegram import GROUP


def options_of(painter: Painter) -> Any:
    return painter.taken[-1].job.options


async def test_a_photo_is_answered_with_picture_sound_and_midi(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        sent = await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(lambda: telegram.done("sendMessage"))
        painter.gate.set()
        await telegram.until(answered(telegram, HER))
        (photo,) = telegram.done("sendPhoto")
        (audio,) = telegram.done("sendAudio")
        (midi,) = telegram.done("sendDocument")
        assert painter.taken[0].pictures == (CAT,)
        for call in (photo, audio, midi):
            assert call.fields["reply_parameters"]["message_id"] == sent["message_id"]
        caption = photo.fields["caption"]
        assert "A minor · 100 bpm · 2 bars" in caption
        assert "94 %" in caption
        assert f"seed {options_of(painter).seed}" in caption
        with Image.open(io.BytesIO(photo.files["photo"])) as roll:
            assert roll.format == "PNG"
        assert audio.fields["title"] == "Drawing"
        assert audio.fields["performer"] == "midiDraw"
        assert audio.fields["duration"] == round(2 * 4 * 60 / 100)
        with Image.open(io.BytesIO(audio.files["thumbnail"])) as thumbnail:
            assert thumbnail.format == "JPEG"
            assert max(thumbnail.size) <= 320
        assert pretty_midi.PrettyMIDI(io.BytesIO(midi.files["document"])).instruments
        await telegram.until(lambda: telegram.done("deleteMessage"))
        (status,) = telegram.done("sendMessage")
        (gone,) = telegram.done("deleteMessage")
        assert gone.fields["message_id"] == status.fields["sent_id"]
        assert telegram.done("sendChatAction")


async def test_image_files_stickers_and_forwarded_pictures_are_pictures_too(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.document(CAT, "cat.png", "image/png"))
        await telegram.message(HER, **telegram.sticker(FISH))
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}
        await telegram.message(HER, forward_origin=origin, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER, 3))
        assert [work.pictures[0] for work in painter.taken] == [CAT, FISH, CAT]


async def test_what_is_no_picture_is_said_to_be_none(running: Run) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.document(b"PK", "a.zip", "application/zip"))
        await telegram.message(HER, **telegram.sticker(CAT, moves=True))
        await telegram.message(HER, text="/draw")
        said = await telegram.until(lambda: telegram.done("sendMessage")[2:])
        texts = [call.fields["text"] for call in telegram.done("sendMessage")]
        assert said
        assert "Send me a picture" in texts[0]
        assert "Send me a picture" in texts[1]
        assert "/draw" in texts[2]


async def test_an_album_is_one_piece_though_it_comes_in_pieces(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        group: dict[str, Any] = {"media_group_id": "42"}
        for data in (CAT, FISH):
            await telegram.message(HER, **group, **telegram.photo(data))
        await telegram.message(HER, **group, caption="strength 70", **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        assert painter.taken[0].pictures == (CAT, FISH, CAT)
        assert painter.taken[0].job.options.strength == 70
        painter.gate.set()
        await telegram.until(answered(telegram, HER))
        assert len(painter.taken) == 1


async def test_words_beside_a_picture_are_options_in_both_languages(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        words = "/draw strength 80 C minor 120 bpm violin 16 bars"
        await telegram.message(HER, caption=words, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        chosen = options_of(painter)
        assert (chosen.strength, chosen.key, chosen.tempo, chosen.bars) == (80, "C minor", 120, 16)
        assert chosen.instrument == "Violin"
        words = "强度60 降B大调 速度90 大提琴"
        await telegram.message(HER, language="zh-hans", caption=words, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER, 2))
        chosen = options_of(painter)
        assert (chosen.strength, chosen.key, chosen.tempo) == (60, "Bb major", 90)
        assert chosen.instrument == "Cello"
        assert "A小调" in telegram.done("sendPhoto")[1].fields["caption"]
        assert "种子" in telegram.done("sendPhoto")[1].fields["caption"]


async def test_draw_in_reply_to_a_picture_draws_it(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        there = {
            "message_id": 5,
            "date": 1,
            "chat": {"id": GROUP, "type": "supergroup", "title": "G"},
            "from": {"id": 99, "is_bot": False, "first_name": "Bob"},
            **telegram.photo(FISH),
        }
        await telegram.message(GROUP, text="/draw tempo 80", reply_to_message=there)
        await telegram.until(answered(telegram, GROUP))
        assert painter.taken[0].pictures == (FISH,)
        assert options_of(painter).tempo == 80


async def test_in_groups_only_those_who_mean_us_are_answered(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(GROUP, caption="my cat", **telegram.photo(FISH))
        topic = {"message_thread_id": 3, "is_topic_message": True}
        words = "@mididraw_bot sad"
        await telegram.message(GROUP, caption=words, **topic, **telegram.photo(CAT))
        await telegram.until(answered(telegram, GROUP))
        assert [work.pictures[0] for work in painter.taken] == [CAT]
        assert options_of(painter).style == "melancholy"
        for method in ("sendPhoto", "sendAudio", "sendDocument"):
            assert telegram.done(method)[0].fields["message_thread_id"] == 3


async def test_a_midi_file_is_gone_on_from(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        tune = painter.drawn.midi
        file = {
            "message_id": 5,
            "date": 1,
            "chat": {"id": HER, "type": "private"},
            **telegram.document(tune, "mine.mid", "audio/midi"),
        }
        await telegram.message(HER, reply_to_message=file, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        assert painter.taken[0].prompt == tune


async def test_files_that_are_too_large_or_gone_are_refused_with_a_sentence(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(
            HER, **telegram.document(CAT, "large.png", "image/png", size=65 << 20)
        )
        missing = telegram.document(CAT, "gone.png", "image/png")
        missing["document"]["file_id"] = "nowhere"
        await telegram.message(HER, language="zh", **missing)

        def refusals() -> list[str]:
            return [call.fields["text"] for call in telegram.done("sendMessage", HER)]

        await telegram.until(lambda: len(refusals()) >= 2)
        assert "64 MB" in refusals()[0]
        assert "无法从 Telegram 取得这个文件" in refusals()[1]
        assert not painter.taken


def test_of_a_photo_the_largest_size_is_taken_that_is_handed_out() -> None:
    photo = PhotoSize(file_id="x", file_unique_id="x", width=100, height=100, file_size=30 << 20)
    small = photo.model_copy(update={"file_id": "y", "width": 90, "file_size": 5})
    message = Message(
        message_id=1, date=datetime.now(UTC), chat=Chat(id=1, type="private"), photo=[small, photo]
    )
    assert picture_in(message, 64 << 20) == Found("x", 30 << 20)
    assert picture_in(message, 20 << 20) == Found("y", 5)


async def test_what_cannot_be_drawn_is_answered_with_a_sentence(running: Run) -> None:
    async with running() as telegram:
        await telegram.message(HER, language="zh", **telegram.photo(BAD))
        await telegram.until(
            lambda: [
                call
                for call in telegram.done("sendMessage", HER)
                if call.fields["text"] == "MIDI 文件里没有音符。"
            ]
        )
        assert not telegram.done("sendPhoto")


async def test_options_that_cannot_be_had_are_refused_at_once(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(HER, caption="/draw tempo 999", **telegram.photo(CAT))
        await telegram.until(lambda: telegram.done("sendMessage"))
        assert "tempo" in telegram.done("sendMessage")[0].fields["text"]
        assert not painter.taken


async def test_words_that_mean_nothing_are_named(running: Run) -> None:
    async with running() as telegram:
        await telegram.message(HER, caption="/draw loud <b>90%</b>", **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        texts = [call.fields["text"] for call in telegram.done("sendMessage")]
        assert any("loud" in text for text in texts)
        # Nothing is sent as HTML or Markdown, so there is nothing to escape.
        assert all("parse_mode" not in call.fields for call in telegram.calls)


def png(width: int, height: int, noise: int = 0) -> bytes:
    """A picture of that size, and of so many bytes more as is noise in it."""
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), "white")
    picture.save(out, "PNG")
    return out.getvalue() + b"\0" * noise


@pytest.mark.parametrize(
    ("roll", "photo"),
    [
        (png(9_280, 720), True),
        (png(9_281, 720), False),
        (png(4_000, 200), True),
        (png(4_020, 200), False),
        (png(200, 4_020), False),
        (png(100, 100, 11 << 20), False),
    ],
    ids=["as long as may be", "too long", "as slender as may be", "slender", "high", "large"],
)
async def test_what_is_no_photo_for_telegram_comes_as_a_file_beside_the_other(
    roll: bytes, photo: bool, running: Run, painter: Painter
) -> None:
    painter.drawn = dataclasses.replace(painter.drawn, png=roll)
    async with running() as telegram:
        await telegram.message(HER, **telegram.photo(CAT))
        method = "sendDocument" if photo else "sendAudio"
        await telegram.until(lambda: telegram.done(method, HER))
        photos, groups = telegram.done("sendPhoto", HER), telegram.done("sendMediaGroup", HER)
        if photo:
            said, keys = photos[0].fields, photos[0].fields
            assert not groups
        else:
            first, second = groups[0].fields["media"]
            said, keys = first, telegram.done("sendAudio", HER)[0].fields
            assert groups[0].files[first["media"].removeprefix("attach://")] == roll
            assert groups[0].files[second["media"].removeprefix("attach://")].startswith(b"MThd")
            assert not photos
        assert "A minor" in said["caption"]
        assert keys["reply_markup"]["inline_keyboard"]
        assert all(call.ok for call in telegram.calls)


async def test_a_piece_makes_one_sound_when_it_comes(running: Run) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        loud = [
            call.method
            for call in telegram.calls
            if call.method.startswith("send")
            and call.method != "sendChatAction"
            and not call.fields.get("disable_notification")
        ]
        assert loud == ["sendPhoto"]


async def test_sound_over_telegrams_limit_becomes_smaller(
    running: Run, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = len(painter.drawn.mp3) * 3 // 4
    monkeypatch.setattr(poster, "_FILE_LIMIT", limit)
    async with running() as telegram:
        telegram.file_limit = limit
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        (audio,) = telegram.done("sendAudio", HER)
        assert 0 < len(audio.files["audio"]) <= limit
        assert "The sound is compressed" in telegram.done("sendPhoto", HER)[0].fields["caption"]
        assert all(call.ok for call in telegram.calls)
