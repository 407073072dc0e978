"""Buttons under a piece order other versions of it."""

import io
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.reply import Action, changed
from bot.telegram.form import FIELDS, ChangeForm, keys_of
from bot.telegram.keyboards import Menu, Press, Voice, value_of
from bot.telegram.parts import poster
from bot.texts import texts_in
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, DrawOptions, Video
from tests.bot.telegram.conftest import CAT, HER, Painter, Run, answered, first_piece, texts_with
from tests.bot.telegram.test_preferences import times
from tests.standins.telegram import TelegramStandIn

JOB = "0123456789abcdef" * 2


def shown(call: Any) -> list[str]:
    return [k["text"] for row in call.fields["reply_markup"]["inline_keyboard"] for k in row]


async def test_every_button_gives_another_version(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        first = painter.taken[0].job.options
        presses = {
            Action.AGAIN: "",
            Action.CLOSER: "",
            Action.MUSICAL: "",
            Action.INSTRUMENT: "40",
            Action.TEMPO: "faster",
            Action.KEY: "C minor",
            Action.ACCOMPANIMENT: "",
        }
        for count, (action, value) in enumerate(presses.items(), 2):
            await telegram.press(Press(action=action, job=job, value=value).pack(), message)
            await telegram.until(answered(telegram, HER, count))
        made = {
            action: work.job.options
            for action, work in zip(presses, painter.taken[1:], strict=True)
        }
        assert made[Action.AGAIN].seed != first.seed
        assert made[Action.CLOSER].strength > first.strength > made[Action.MUSICAL].strength
        assert made[Action.CLOSER].seed == first.seed
        assert made[Action.INSTRUMENT].instrument == INSTRUMENTS[40]
        assert made[Action.TEMPO].tempo == 125
        assert made[Action.KEY].key == "C minor"
        assert made[Action.ACCOMPANIMENT].accompaniment
        assert all(work.pictures == painter.taken[0].pictures for work in painter.taken)
        assert len(telegram.done("answerCallbackQuery")) == len(presses)


async def opened(
    telegram: TelegramStandIn, message: dict[str, Any], data: str, **more: Any
) -> list[Any]:
    """The buttons that a press shows in place."""
    before = len(telegram.done("editMessageReplyMarkup"))
    await telegram.press(data, message, **more)
    await telegram.until(partial(times, telegram, "editMessageReplyMarkup", before + 1))
    call = telegram.done("editMessageReplyMarkup")[-1]
    return [key for row in call.fields["reply_markup"]["inline_keyboard"] for key in row]


def key_of(keys: list[Any], text: str) -> str:
    (found,) = (key["callback_data"] for key in keys if text in key["text"])
    return str(found)


async def test_a_form_shows_what_the_piece_has_and_changes_several_things_at_once(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        first = shown(telegram.done("sendPhoto")[0])
        assert "Change …" in first
        form = await opened(telegram, message, Menu(action="change", job=job).pack())
        assert [key["text"] for key in form] == [
            *("Tempo: 100", "Key: A minor", "Mood: pop", "Arrangement: by the mood"),
            *("Instrument: Acoustic Grand Piano", "‹", "Make it so"),
        ]
        for field, value in (
            ("Tempo", "132"),
            ("Key", "D major"),
            ("Mood", "folk"),
            ("Arrangement", "trio"),
            ("Instrument", "Violin"),
        ):
            choices = await opened(telegram, message, key_of(form, f"{field}:"))
            form = await opened(telegram, message, key_of(choices, value))
            assert key_of(form, f"{field}: {value}")
        assert len(painter.taken) == 1
        last = await opened(telegram, message, key_of(form, "Make it so"))
        assert [key["text"] for key in last] == first
        await telegram.until(answered(telegram, HER, 2))
        made, before = (work.job.options for work in reversed(painter.taken))
        assert made == before.model_copy(
            update={
                "tempo": 132,
                "key": "D major",
                "style": Style.FOLK,
                "arrangement": Arrangement.TRIO,
                "instrument": "Violin",
            }
        )
        form = await opened(telegram, message, Menu(action="change", job=job).pack())
        back = await opened(telegram, message, key_of(form, "‹"))
        assert [key["text"] for key in back] == first


async def test_the_form_is_written_in_the_persons_language(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        chinese = {"language": "zh-hans"}
        # A button of an older message, which asked for the instrument alone.
        form = await opened(telegram, message, Menu(action="key", job=job).pack(), **chinese)
        keys = await opened(telegram, message, key_of(form, "调: A小调"), **chinese)
        assert {"C大调", "✓ A小调", "自动选择"} <= {key["text"] for key in keys}


async def test_four_takes_come_with_one_picture_and_each_can_be_chosen(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        await telegram.press(Press(action=Action.TAKES, job=job).pack(), message)
        await telegram.until(lambda: telegram.done("sendMediaGroup", HER))
        asked = painter.taken[1].job.options
        assert (asked.takes, asked.seed != painter.taken[0].job.options.seed) == (4, True)
        (group,) = telegram.done("sendMediaGroup", HER)
        assert [one["type"] for one in group.fields["media"]] == ["audio"] * 4
        assert [one["title"] for one in group.fields["media"]] == [f"Drawing-{n}" for n in "1234"]
        assert len(set(group.files.values())) == 4
        photo = telegram.done("sendPhoto", HER)[-1]
        assert shown(photo) == ["Take 1", "Take 2", "Take 3", "Take 4", "Four others"]
        assert "4 takes of 2 bars" in photo.fields["caption"]
        rows = photo.fields["reply_markup"]["inline_keyboard"]
        third = rows[1][0]["callback_data"]
        await telegram.press(third, message)
        await telegram.until(answered(telegram, HER, 2))
        work = painter.taken[2]
        # No model is asked: it is what was heard.
        assert work.job.written
        assert work.prompt == painter.take(3).midi
        assert work.job.options.seed == (asked.seed or 0) + 2
        assert work.job.options.takes == 1
        assert "Four takes" in shown(telegram.done("sendPhoto", HER)[-1])
        await telegram.press(third.removesuffix("3") + "7", message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 3)
        assert "no take" in telegram.done("answerCallbackQuery")[-1].fields["text"]


async def test_four_takes_can_be_asked_for_in_words(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        for words in ("four takes, violin", "3 takes", "四个版本"):
            await telegram.message(HER, **telegram.photo(CAT), caption=words)
        await telegram.until(lambda: len(painter.taken) == 3)
        assert sorted(work.job.options.takes for work in painter.taken) == [3, 4, 4]


async def test_two_presses_at_once_do_no_harm(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        await telegram.press(Menu(action="key", job=job).pack(), message)
        await telegram.until(lambda: telegram.done("editMessageReplyMarkup"))
        unchanged = "Bad Request: message is not modified"
        telegram.refuse("editMessageReplyMarkup", 400, unchanged)
        await telegram.press(Menu(action="key", job=job).pack(), message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 2)


async def test_buttons_of_forgotten_and_unknown_pieces_say_so(running: Run) -> None:
    async with running() as telegram:
        message, _ = await first_piece(telegram)
        for data in (
            Press(action=Action.AGAIN, job="f" * 32).pack(),
            Menu(action="key", job="f" * 32).pack(),
            "of an older version",
        ):
            await telegram.press(data, message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 3)
        for call in telegram.done("answerCallbackQuery"):
            assert "expired" in call.fields["text"]
            assert call.fields["show_alert"]


async def test_whoever_has_enough_in_hand_is_told_in_an_alert(
    running: Run, painter: Painter
) -> None:
    async with running(MIDIDRAW_JOBS_USER="1") as telegram:
        message, job = await first_piece(telegram)
        painter.gate.clear()
        for _ in range(2):
            await telegram.press(Press(action=Action.AGAIN, job=job).pack(), message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 2)
        said = [call.fields["text"] for call in telegram.done("answerCallbackQuery")]
        assert said[0] == "On its way."
        assert "in the works already" in said[1]


@given(
    st.integers(0, len(FIELDS)),
    st.integers(40, 240),
    st.sampled_from(list(Arrangement)),
    st.sampled_from(INSTRUMENTS),
    st.sampled_from(("en", "zh")),
)
def test_what_buttons_carry_fits_into_telegrams_64_bytes(
    field: int, tempo: int, arrangement: Arrangement, instrument: str, tag: str
) -> None:
    options = DrawOptions(tempo=tempo, arrangement=arrangement, instrument=instrument)
    form = ChangeForm.of(JOB, options).model_copy(update={"field": field})
    assert changed(options, form.given()) == options
    keys = keys_of(form, texts_in(tag), Menu(action="", job=JOB).pack()).inline_keyboard
    for key in (key for row in keys for key in row):
        assert len(str(key.callback_data).encode()) <= 64


@pytest.mark.parametrize(("value", "wanted"), [("0", INSTRUMENTS[0]), ("127", INSTRUMENTS[127])])
def test_instruments_are_carried_by_number(value: str, wanted: str) -> None:
    assert value_of(Press(action=Action.INSTRUMENT, job=JOB, value=value)) == wanted


async def test_a_video_is_one_message_of_music_there_is(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        await telegram.press(Press(action=Action.VIDEO, job=job).pack(), message)
        await telegram.until(lambda: telegram.done("sendVideo", HER))
        (call,) = telegram.done("sendVideo", HER)
        first, film = (work.job for work in painter.taken)
        assert film.written
        assert painter.taken[1].prompt == painter.drawn.midi
        assert film.options.model_copy(update={"video": "none"}) == first.options.model_copy(
            update={"tempo": 100, "key": "A minor"}
        )
        assert (call.fields["width"], call.fields["height"]) == (1280, 720)
        # Two bars at 100 beats a minute, and what rings on.
        assert call.fields["duration"] == 7
        assert "A minor" in call.fields["caption"]
        assert "Video" not in shown(call)
        assert len(telegram.done("sendAudio", HER)) == 1


async def test_a_video_that_is_asked_for_comes_with_the_rest(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.photo(CAT), caption="tall video")
        await telegram.until(lambda: telegram.done("sendPhoto", HER))
        assert painter.taken[0].job.options.video is Video.TALL
        await telegram.message(HER, text="/settings video")
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(lambda: telegram.done("sendVideo", HER))
        assert painter.taken[1].job.options.video is Video.WIDE
        assert not painter.taken[1].job.written
        assert len(telegram.done("sendPhoto", HER)) == 2
        assert "caption" not in telegram.done("sendVideo", HER)[-1].fields


def test_what_stands_for_a_video_is_small_and_of_its_shape(painter: Painter) -> None:
    for shape in (Video.WIDE, Video.SQUARE, Video.TALL):
        with Image.open(io.BytesIO(poster(painter.drawn.png, shape.size))) as small:
            assert small.format == "JPEG"
            assert max(small.size) == 320
            width, height = shape.size
            assert small.width / small.height == pytest.approx(width / height, abs=0.02)


async def test_a_piece_comes_as_a_voice_message(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        assert "Voice message" in shown(telegram.done("sendPhoto")[0])
        await telegram.press(Voice(job=job).pack(), message)
        await telegram.until(lambda: telegram.done("sendVoice", HER))
        (call,) = telegram.done("sendVoice", HER)
        assert call.fields["duration"] == 5
        assert call.fields["reply_parameters"]["message_id"] == message["message_id"]
        await telegram.press(Voice(job="f" * 32).pack(), message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 2)
        assert "expired" in telegram.done("answerCallbackQuery")[-1].fields["text"]


async def test_where_voice_messages_are_forbidden_that_is_said(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        telegram.refuse("sendVoice", 400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
        await telegram.press(Voice(job=job).pack(), message)
        await telegram.until(texts_with(telegram, HER, "not allowed"))
