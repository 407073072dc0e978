"""Pictures of every kind, and every kind of message that can ask for one."""

from typing import Any

import pytest

from tests.bot.telegram.conftest import CAT, FISH, HER, Painter, Run, answered, first_piece
from tests.bot.telegram.test_preferences import reply_to
from tests.standins.telegram import GROUP

CHANNEL = -1009


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cat.heic", "image/heic"),
        ("cat.avif", "image/avif"),
        ("cat.svg", "image/svg+xml"),
        ("cat.pdf", "application/pdf"),
        ("cat.png", "application/octet-stream"),
        ("cat", "application/octet-stream"),
        ("cat", None),
    ],
)
async def test_files_of_any_kind_that_can_hold_a_picture_are_taken(
    running: Run, painter: Painter, name: str, kind: str | None
) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.document(CAT, name, kind))
        await telegram.until(answered(telegram, HER))
        assert painter.taken[0].pictures == (CAT,)


async def test_of_what_moves_the_still_is_drawn(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        await telegram.message(HER, **telegram.animation(b"film", CAT))
        await telegram.message(HER, **telegram.sticker(b"film", film=True, thumbnail=FISH))
        await telegram.message(HER, **telegram.sticker(b"tgs", moves=True, thumbnail=CAT))
        await telegram.message(HER, **telegram.document(FISH, "a.gif", "image/gif"))
        await telegram.until(answered(telegram, HER, 4))
        assert [work.pictures[0] for work in painter.taken] == [CAT, FISH, CAT, FISH]
        await telegram.message(HER, **telegram.sticker(b"tgs", moves=True))
        await telegram.until(
            lambda: [one for one in telegram.done("sendMessage") if "picture of a" in str(one)]
        )


async def test_words_that_are_written_afterwards_make_another_version(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        sent = await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        await telegram.edit(sent, caption="my cat")
        await telegram.edit(sent, caption="violin")
        await telegram.until(answered(telegram, HER, 2))
        assert len(painter.taken) == 2
        assert painter.taken[1].job.options.instrument == "Violin"


async def test_a_picture_can_be_asked_for_afterwards_in_a_group(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        sent = await telegram.message(GROUP, caption="my cat", **telegram.photo(CAT))
        await telegram.edit(sent, caption="my cat, to be heard")
        await telegram.edit(
            sent,
            caption="/draw",
            caption_entities=[{"type": "bot_command", "offset": 0, "length": 5}],
        )
        await telegram.until(answered(telegram, GROUP))
        assert len(painter.taken) == 1


async def test_a_changed_album_is_drawn_again_as_long_as_it_is_known(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        first, _ = await telegram.album(HER, [telegram.photo(CAT), telegram.photo(FISH)])
        await telegram.until(answered(telegram, HER))
        await telegram.edit(first, caption="violin")
        await telegram.until(answered(telegram, HER, 2))
        assert painter.taken[1].pictures == (CAT, FISH)
        assert painter.taken[1].job.options.instrument == "Violin"
        old = telegram.written(HER, media_group_id="1", **telegram.photo(CAT))
        await telegram.edit(old, caption="violin")
        await telegram.until(
            lambda: [one for one in telegram.done("sendMessage") if "album again" in str(one)]
        )


async def test_a_channel_gets_music_for_posts_that_ask_for_it(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.post(CHANNEL, **telegram.photo(FISH))
        await telegram.post(CHANNEL, text="hello")
        await telegram.post(CHANNEL, caption="/draw violin", **telegram.photo(CAT))
        await telegram.until(answered(telegram, CHANNEL))
        await telegram.post(CHANNEL, caption="@mididraw_bot flute", **telegram.photo(CAT))
        await telegram.until(answered(telegram, CHANNEL, 2))
        assert [work.job.user for work in painter.taken] == [str(CHANNEL)] * 2
        instruments = [work.job.options.instrument for work in painter.taken]
        assert instruments == ["Violin", "Flute"]


async def test_a_picture_of_another_chat_can_be_replied_to(running: Run, painter: Painter) -> None:
    async with running() as telegram:
        elsewhere = {
            "origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"},
            **telegram.photo(FISH),
        }
        await telegram.message(GROUP, text="/draw tempo 80", external_reply=elsewhere)
        await telegram.until(answered(telegram, GROUP))
        assert painter.taken[0].pictures == (FISH,)


@pytest.mark.parametrize(
    ("caption", "name", "title"),
    [
        ("my cat, violin", "IMG_1234.png", "my cat"),
        ("", "Blue_house.png", "Blue house"),
        ("", "IMG_1234.png", "Drawing"),
        ("", "photo_2024-01-02 10.11.12.jpg", "Drawing"),
        ("violin 120 bpm", "x1.png", "x1"),
        ("???", "1234.png", "Drawing"),
    ],
)
async def test_a_piece_is_called_after_its_drawing(
    running: Run, painter: Painter, caption: str, name: str, title: str
) -> None:
    async with running() as telegram:
        file = telegram.document(CAT, name, "image/png")
        await telegram.message(HER, caption=caption, **file)
        await telegram.until(answered(telegram, HER))
        assert telegram.done("sendAudio")[0].fields["title"] == title
        assert painter.taken[0].job.title == title


async def test_talks_of_a_business_with_its_customers_are_left_alone(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await telegram.business_message(99, caption="/draw", **telegram.photo(FISH))
        await telegram.message(HER, **telegram.photo(CAT))
        await telegram.until(answered(telegram, HER))
        assert [work.pictures for work in painter.taken] == [(CAT,)]
        assert not telegram.done("sendMessage", 99)


async def test_how_far_a_drawing_is_shows_at_the_message_that_asks(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        sent = await telegram.message(GROUP, caption="/draw", **telegram.photo(CAT))
        number = sent["message_id"]
        reactions = telegram.chats[GROUP].reactions
        await telegram.until(lambda: reactions.get(number) == ["👀", "✍"])
        painter.gate.set()
        await telegram.until(lambda: reactions[number][-1] == "")


async def test_a_chat_without_reactions_loses_nothing(running: Run) -> None:
    async with running() as telegram:
        telegram.refuse("setMessageReaction", 400, "Bad Request: REACTION_INVALID", times=99)
        await telegram.message(GROUP, caption="/draw", **telegram.photo(CAT))
        await telegram.until(answered(telegram, GROUP))


async def test_topics_keep_their_answers(running: Run) -> None:
    async with running() as telegram:
        topic = {"message_thread_id": 3, "is_topic_message": True}
        await telegram.message(GROUP, text="/help", **topic)
        await telegram.until(lambda: telegram.done("sendPhoto", GROUP))
        await reply_to(telegram, GROUP, "/queue", **topic)
        for method in ("sendPhoto", "sendMessage"):
            assert telegram.done(method)[0].fields["message_thread_id"] == 3


async def test_words_in_reply_to_a_piece_make_another_version_and_chatter_makes_none(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        await first_piece(telegram)
        piece = telegram.chats[HER].messages[telegram.done("sendPhoto")[0].fields["sent_id"]]
        assert "Send me a photo" in await reply_to(telegram, HER, "nice!", reply_to_message=piece)
        await telegram.message(HER, text="violin, 80 bpm", reply_to_message=piece)
        await telegram.until(answered(telegram, HER, 2))
        first, second = (work.job.options for work in painter.taken)
        assert (second.instrument, second.tempo) == ("Violin", 80)
        assert second.seed == first.seed
        assert painter.taken[1].pictures == (CAT,)
        gone: Any = {**piece, "reply_markup": _of("f" * 32)}
        assert "have expired" in await reply_to(telegram, HER, "violin", reply_to_message=gone)


def _of(job: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Again", "callback_data": f"p:again:{job}:"}]]}
