"""Anonymous admins and channels write as a chat, and share nothing with those of other chats."""

from typing import Any

from tests.bot.telegram.conftest import CAT, HER, Painter, Run, answered
from tests.bot.telegram.test_preferences import reply_to
from tests.standins.telegram import GROUP, TelegramStandIn
from tests.standins.telegram_people import ANONYMOUS, CHANNEL_BOT

OTHER, CHANNEL = GROUP - 1, -1009


def as_group(telegram: TelegramStandIn, group: int) -> dict[str, Any]:
    return {"from": ANONYMOUS, "sender_chat": telegram.chats[group].described()}


def as_channel(number: int = CHANNEL) -> dict[str, Any]:
    return {"from": CHANNEL_BOT, "sender_chat": {"id": number, "type": "channel", "title": "C"}}


async def test_nobody_cancels_what_was_asked_anonymously_in_another_group(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        painter.gate.clear()
        who = as_group(telegram, GROUP)
        await telegram.message(GROUP, caption="/draw", **who, **telegram.photo(CAT))
        await telegram.until(lambda: painter.taken or None)
        other = as_group(telegram, OTHER)
        assert "None of your" in await reply_to(telegram, OTHER, "/queue", **other)
        assert "None of your" in await reply_to(telegram, OTHER, "/cancel", **other)
        await telegram.message(GROUP, text="/cancel", **who)
        await telegram.until(
            lambda: [
                call for call in telegram.done("sendMessage", GROUP) if "Cancelled" in str(call)
            ]
        )
        assert painter.taken[0].job.user == str(GROUP)


async def test_what_is_personal_is_refused_to_whoever_writes_as_a_chat(
    running: Run, painter: Painter
) -> None:
    async with running() as telegram:
        for who in (as_group(telegram, GROUP), as_channel()):
            await telegram.message(GROUP, caption="/draw", **who, **telegram.photo(CAT))
        await telegram.until(answered(telegram, GROUP, 2))
        assert [work.job.user for work in painter.taken] == [str(GROUP), str(CHANNEL)]
        for who in (as_group(telegram, OTHER), as_channel(CHANNEL - 1), as_channel()):
            for command in ("/forgetme", "/language"):
                assert "under your own name" in await reply_to(telegram, OTHER, command, **who)
        job = painter.taken[0].job.id
        message = telegram.chats[GROUP].messages[telegram.done("sendPhoto")[0].fields["sent_id"]]
        await telegram.press(f"p:again:{job}:", message, user=HER)
        await telegram.until(answered(telegram, GROUP, 3))


async def test_anonymous_admins_decide_in_their_own_group_and_channels_nowhere(
    running: Run,
) -> None:
    async with running() as telegram:
        who = as_group(telegram, GROUP)
        assert "tempo: 60" in await reply_to(telegram, GROUP, "/settings tempo 60", **who)
        assert "Only admins" in await reply_to(telegram, GROUP, "/settings tempo 9", **as_channel())
        assert "Only admins" in await reply_to(telegram, OTHER, "/settings tempo 9", **who)


async def test_many_anonymous_admins_do_not_slow_each_other_down(running: Run) -> None:
    async with running() as telegram:
        for _ in range(25):
            await telegram.message(GROUP, text="/queue", **as_group(telegram, GROUP))
        other = as_group(telegram, OTHER)
        assert "None of your" in await reply_to(telegram, OTHER, "/queue", **other)
