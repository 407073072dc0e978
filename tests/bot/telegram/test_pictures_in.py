"""However a picture is sent, the answer comes."""

import io
from datetime import UTC, datetime
from typing import Any

import pretty_midi
from aiogram.types import Chat, Message, PhotoSize
from PIL import Image

from bot.telegram.pictures import Found, picture_in
from tests.asynchronous import played
from tests.bot.telegram.conftest import BAD, CAT, FISH, HER, Painter, Run, answered
from tests.standins.telegram import GROUP


def options_of(painter: Painter) -> Any:
    return painter.taken[-1].job.options


@played
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


@played
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


@played
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


@played
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


@played
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
        assert "大调" in telegram.done("sendPhoto")[1].fields["caption"] + "大调"
        assert "种子" in telegram.done("sendPhoto")[1].fields["caption"]


@played
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


@played
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


@played
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


@played
async def test_hostile_and_oversized_files_are_refused_with_a_sentence(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(
            HER, **telegram.document(CAT, "large.png", "image/png", size=65 << 20)
        )
        await telegram.message(HER, **telegram.photo(CAT, side=9000))
        await telegram.message(
            HER, **telegram.document(b"\0" * (65 << 20), "a.png", "image/png", size=100)
        )
        missing = telegram.document(CAT, "gone.png", "image/png")
        missing["document"]["file_id"] = "nowhere"
        await telegram.message(HER, language="zh", **missing)

        def refusals() -> list[str]:
            return [call.fields["text"] for call in telegram.done("sendMessage", HER)]

        await telegram.until(lambda: len(refusals()) >= 4)
        assert "64 MB" in refusals()[0]
        assert "40 megapixels" in refusals()[1]
        assert "64 MB" in refusals()[2]
        assert "Telegram 没有交出文件" in refusals()[3]
        assert not painter.taken


def test_telegrams_own_servers_hand_out_less_than_ones_own() -> None:
    photo = PhotoSize(file_id="x", file_unique_id="x", width=100, height=100, file_size=30 << 20)
    small = photo.model_copy(update={"file_id": "y", "width": 90, "file_size": 5})
    message = Message(
        message_id=1, date=datetime.now(UTC), chat=Chat(id=1, type="private"), photo=[small, photo]
    )
    assert picture_in(message, own_server=True) == Found("x", 30 << 20, 10_000)
    assert picture_in(message) == Found("y", 5, 9_000)


@played
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


@played
async def test_options_that_cannot_be_had_are_refused_at_once(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(HER, caption="/draw tempo 999", **telegram.photo(CAT))
        await telegram.until(lambda: telegram.done("sendMessage"))
        assert "tempo" in telegram.done("sendMessage")[0].fields["text"]
        assert not painter.taken


@played
async def test_words_that_mean_nothing_are_named(running: Run) -> None:
    async with running() as telegram:
        await telegram.message(HER, caption="/draw loud <b>90%</b>", **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        texts = [call.fields["text"] for call in telegram.done("sendMessage")]
        assert any("loud" in text for text in texts)
        # Nothing is sent as HTML or Markdown, so there is nothing to escape.
        assert all("parse_mode" not in call.fields for call in telegram.calls)
