"""Buttons under a piece order other versions of it."""

import io
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.reply import Action
from bot.telegram.keyboards import Menu, Press, Voice, choices, value_of
from bot.telegram.parts import poster
from bot.texts import texts
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Video
from tests.bot.telegram.conftest import CAT, HER, Painter, Run, answered, first_piece, told
from tests.bot.telegram.test_preferences import times

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


async def test_choices_are_shown_in_place_and_lead_back(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        first = shown(telegram.done("sendPhoto")[0])
        for count, action in enumerate(("instrument", "tempo", "key", ""), 1):
            await telegram.press(Menu(action=action, job=job).pack(), message)
            await telegram.until(partial(times, telegram, "editMessageReplyMarkup", count))
        menus = [shown(call) for call in telegram.done("editMessageReplyMarkup")]
        assert "Violin" in menus[0]
        assert menus[1][:2] == ["Slower", "Faster"]
        assert "A minor" in menus[2]
        assert menus[3] == first


async def test_choices_are_written_in_the_persons_language(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        for count, action in enumerate(("instrument", "key"), 1):
            data = Menu(action=action, job=job).pack()
            await telegram.press(data, message, language="zh-hans")
            await telegram.until(partial(times, telegram, "editMessageReplyMarkup", count))
        menus = [shown(call) for call in telegram.done("editMessageReplyMarkup")]
        assert {"小提琴", "竖琴"} <= set(menus[0])
        assert {"C大调", "A小调", "自动选择"} <= set(menus[1])


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


@given(st.sampled_from(Action), st.sampled_from(("en", "zh")))
def test_what_buttons_carry_fits_into_telegrams_64_bytes(action: Action, tag: str) -> None:
    keys = choices(action, JOB, texts(tag)).inline_keyboard
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
        await telegram.until(told(telegram, HER, "not allowed"))
