"""Commands: help, defaults, languages, the queue, and to be forgotten."""

from functools import partial
from typing import Any

from tests.bot.telegram.conftest import (
    CAT,
    FISH,
    HER,
    Painter,
    Run,
    answered,
    first_piece,
    texts_with,
)
from tests.standins.telegram import GROUP, TelegramStandIn


async def reply_to(telegram: TelegramStandIn, chat: int, text: str, **more: Any) -> str:
    """What is answered to a command."""
    before = len(telegram.done("sendMessage", chat))
    await telegram.message(chat, text=text, **more)
    calls = await telegram.until(lambda: telegram.done("sendMessage", chat)[before:])
    return str(calls[0].fields["text"])


def times(telegram: TelegramStandIn, method: str, count: int) -> bool:
    return len(telegram.done(method)) >= count


async def test_help_comes_with_a_picture_in_the_persons_language(running: Run) -> None:
    async with running(MIDIDRAW_PUBLIC_URL="https://draw.example") as telegram:
        await telegram.message(HER, text="/start")
        await telegram.message(HER, text="/help", language="zh-hant")
        await telegram.until(lambda: len(telegram.done("sendPhoto")) == 2)
        english, chinese = telegram.done("sendPhoto")
        assert "photo" in english.fields["caption"]
        assert "照片" in chinese.fields["caption"]
        assert max(len(call.fields["caption"]) for call in (english, chinese)) <= 1024
        assert english.files["photo"].startswith(b"\x89PNG")
        (button,) = english.fields["reply_markup"]["inline_keyboard"][0]
        assert button["web_app"] == {"url": "https://draw.example"}
        assert telegram.done("setChatMenuButton")[0].fields["menu_button"]["type"] == "web_app"


async def test_commands_are_listed_by_language_and_kind_of_chat(running: Run) -> None:
    async with running() as telegram:
        await telegram.until(lambda: len(telegram.done("setMyCommands")) == 8)
        lists = {
            (call.fields["scope"]["type"], call.fields.get("language_code")): [
                one["command"] for one in call.fields["commands"]
            ]
            for call in telegram.done("setMyCommands")
        }
        assert set(lists) == {
            (scope, code)
            for scope in (
                "default",
                "all_private_chats",
                "all_group_chats",
                "all_chat_administrators",
            )
            for code in (None, "zh")
        }
        assert "language" in lists["all_private_chats", "zh"]
        assert "settings" not in lists["all_group_chats", None]
        assert "settings" in lists["all_chat_administrators", None]
        assert not telegram.done("setChatMenuButton")


async def test_a_persons_defaults_hold_until_they_are_reset(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        assert "Nothing is set" in await reply_to(telegram, HER, "/settings")
        kept = await reply_to(telegram, HER, "/settings strength 70 violin sad trio 16 bars seed 3")
        assert "likeness: 70" in kept
        assert "Violin" in kept
        assert "arrangement: trio" in kept
        assert "bars" not in kept
        assert "seed" not in kept
        await telegram.message(HER, caption="tempo 90 flute", **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        chosen = painter.taken[0].job.options
        assert (chosen.strength, chosen.style, chosen.tempo) == (70, "melancholy", 90)
        assert (chosen.instrument, chosen.arrangement) == ("Flute", "trio")
        assert "tempo" in await reply_to(telegram, HER, "/settings tempo 999")
        said = await reply_to(telegram, HER, "/settings 降B小调 不要伴奏 忧伤", language="zh")
        assert {"像不像画: 70", "调: 降B小调", "乐器: 小提琴", "风格: 忧伤", "伴奏: 否"} <= {
            *said.splitlines()
        }
        assert "understand: loudly" in await reply_to(telegram, HER, "/settings loudly")
        assert "Nothing is set" in await reply_to(telegram, HER, "/settings reset")


async def test_admins_set_defaults_and_limits_of_their_group(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        assert "Only admins" in await reply_to(telegram, GROUP, "/settings tempo 60")
        telegram.admins.add(8)
        kept = await reply_to(telegram, GROUP, "/settings tempo 60 limit 1", user=8)
        assert "tempo: 60" in kept
        assert "limit: 1" in kept
        painter.gate.clear()
        for _ in range(2):
            await telegram.message(GROUP, caption="/draw", **telegram.photo(CAT))
        refusals = await telegram.until(texts_with(telegram, GROUP, "in the works already"))
        assert len(refusals) == 1
        painter.gate.set()
        await telegram.until(answered(telegram, GROUP))
        assert painter.taken[0].job.options.tempo == 60
        assert "no such" not in await reply_to(telegram, GROUP, "/settings reset", user=8)


async def test_a_group_that_moves_takes_its_settings_along(running: Run) -> None:
    async with running() as telegram:
        telegram.admins.add(HER)
        await reply_to(telegram, GROUP, "/settings tempo 60")
        await telegram.message(GROUP, migrate_to_chat_id=GROUP - 5)
        await telegram.until(lambda: not telegram.pending)
        assert "tempo: 60" in await reply_to(telegram, GROUP - 5, "/settings")


async def test_the_language_can_be_chosen(running: Run) -> None:
    async with running() as telegram:
        assert "language" in await reply_to(telegram, HER, "/language")
        (call,) = telegram.done("sendMessage")
        keys = [k for row in call.fields["reply_markup"]["inline_keyboard"] for k in row]
        assert [key["text"] for key in keys] == [
            *("English", "简体中文", "繁體中文"),
            "As my Telegram",
        ]
        message = {
            "message_id": call.fields["sent_id"],
            "date": 1,
            "chat": {"id": HER, "type": "private"},
        }
        await telegram.press(keys[1]["callback_data"], message)
        await telegram.until(lambda: telegram.done("answerCallbackQuery"))
        assert "没有正在进行" in await reply_to(telegram, HER, "/queue")
        await telegram.press(keys[3]["callback_data"], message)
        await telegram.until(lambda: len(telegram.done("answerCallbackQuery")) == 2)
        assert "None of your" in await reply_to(telegram, HER, "/queue")


async def test_ones_own_drawing_is_looked_after_and_cancelled_and_nobody_elses(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        assert "Looking at your drawing" in await reply_to(telegram, HER, "/queue")
        assert "None of your" in await reply_to(telegram, 9, "/cancel", user=9)
        await telegram.message(HER, text="/cancel")
        await telegram.until(texts_with(telegram, HER, "Cancelled"))
        assert "None of your" in await reply_to(telegram, HER, "/queue")


async def test_nothing_of_a_forgotten_person_is_left(running: Run) -> None:
    async with running() as telegram:
        await reply_to(telegram, HER, "/settings strength 70")
        message, job = await first_piece(telegram)
        assert "deleted" in await reply_to(telegram, HER, "/forgetme")
        assert "Nothing is set" in await reply_to(telegram, HER, "/settings")
        await telegram.press(f"p:again:{job}:", message)
        call = await telegram.until(lambda: telegram.done("answerCallbackQuery"))
        assert "expired" in call[0].fields["text"]
        await telegram.ask("")
        (answer,) = await telegram.until(lambda: telegram.done("answerInlineQuery"))
        assert answer.fields["results"] == []


async def test_last_pieces_are_offered_in_any_chat(running: Run) -> None:
    async with running() as telegram:
        await first_piece(telegram)
        for count, (words, user) in enumerate((("minor", HER), ("no such", HER), ("", 99)), 1):
            await telegram.ask(words, user=user)
            await telegram.until(partial(times, telegram, "answerInlineQuery", count))
        found, none, others = telegram.done("answerInlineQuery")
        (piece,) = found.fields["results"]
        assert piece["type"] == "audio"
        assert telegram.file(piece["audio_file_id"]).startswith((b"ID3", b"\xff"))
        assert found.fields["is_personal"]
        assert none.fields["results"] == others.fields["results"] == []
        assert none.fields["button"] == {"text": "Draw one", "start_parameter": "draw"}


async def test_who_has_no_piece_yet_can_draw_one(running: Run) -> None:
    async with running(MIDIDRAW_PUBLIC_URL="https://draw.example") as telegram:
        await telegram.ask("")
        (call,) = await telegram.until(lambda: telegram.done("answerInlineQuery"))
        button = {"text": "Draw one", "web_app": {"url": "https://draw.example"}}
        assert call.fields["button"] == button


async def test_a_group_takes_drawings_only_in_the_topic_that_its_admins_chose(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        telegram.admins.add(8)
        topic = {"message_thread_id": 3, "is_topic_message": True}
        assert "topics: 3" in await reply_to(telegram, GROUP, "/settings here", user=8, **topic)
        photo = telegram.photo(CAT)
        refusal = await reply_to(telegram, GROUP, "/draw", reply_to_message=shown(photo))
        assert "No drawings are taken in this channel" in refusal
        assert refusal.endswith("/3.")
        await telegram.message(GROUP, caption="/draw", **topic, **telegram.photo(CAT))
        await telegram.until(answered(telegram, GROUP))
        assert len(painter.taken) == 1
        said = await reply_to(telegram, GROUP, "/settings everywhere", user=8)
        assert "topics" not in said.partition("\n")[2]
        await telegram.message(GROUP, caption="/draw", **telegram.photo(FISH))
        await telegram.until(answered(telegram, GROUP, 2))


async def test_a_group_may_give_music_to_its_admins_alone(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        telegram.admins.add(8)
        assert "only: admins" in await reply_to(telegram, GROUP, "/settings 仅管理员", user=8)
        photo = telegram.photo(CAT)
        refusal = await reply_to(telegram, GROUP, "/draw", reply_to_message=shown(photo))
        assert "a certain role" in refusal
        await telegram.message(GROUP, user=8, caption="/draw", **telegram.photo(CAT))
        await telegram.until(answered(telegram, GROUP))
        assert [work.job.user for work in painter.taken] == ["8"]
        # A button is no way around it.
        message = {"message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
        await telegram.press(f"p:again:{painter.taken[0].job.id}:", message, user=9)
        (call,) = await telegram.until(lambda: telegram.done("answerCallbackQuery"))
        assert "a certain role" in call.fields["text"]
        assert len(painter.taken) == 1


def shown(photo: dict[str, Any]) -> dict[str, Any]:
    """A message with a photo, to reply to."""
    chat = {"id": GROUP, "type": "supergroup", "title": "G"}
    bob = {"id": 99, "is_bot": False, "first_name": "Bob"}
    return {"message_id": 5, "date": 1, "chat": chat, "from": bob, **photo}
