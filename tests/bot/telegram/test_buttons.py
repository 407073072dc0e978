"""Buttons under a piece order other versions of it."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply import Action
from bot.telegram.keyboards import Menu, Press, choices, value_of
from bot.texts import texts
from mididraw.instruments import INSTRUMENTS
from tests.asynchronous import played
from tests.bot.telegram.conftest import HER, Painter, Run, answered, first_piece
from tests.bot.telegram.test_habits import times

JOB = "0123456789abcdef" * 2


def shown(call: Any) -> list[str]:
    return [k["text"] for row in call.fields["reply_markup"]["inline_keyboard"] for k in row]


@played
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


@played
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


@played
async def test_two_presses_at_once_do_no_harm(running: Run) -> None:
    async with running() as telegram:
        message, job = await first_piece(telegram)
        await telegram.press(Menu(action="key", job=job).pack(), message)
        await telegram.until(lambda: telegram.done("editMessageReplyMarkup"))
        unchanged = "Bad Request: message is not modified"
        telegram.refuse("editMessageReplyMarkup", 400, unchanged)
        await telegram.press(Menu(action="key", job=job).pack(), message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 2)


@played
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
            assert "too long ago" in call.fields["text"]
            assert call.fields["show_alert"]


@played
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
