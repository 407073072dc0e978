"""Pictures without a command: in direct messages, with the bot's name, in reply."""

from tests.asynchronous import played
from tests.bot.discord.conftest import CAT, Painter, Run
from tests.standins.discord import Call, StandIn
from tests.standins.discord_payloads import APPLICATION, CHANNEL, DIRECT


def edited(discord: StandIn, channel: int) -> list[Call]:
    return [call for call in discord.done("PATCH", f"channels/{channel}/messages") if call.files]


@played
async def test_a_picture_in_a_direct_message_is_answered_in_place(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        await discord.write(guild=False, attachments=[discord.attachment(CAT)])
        (answer,) = await discord.until(lambda: edited(discord, DIRECT))
        assert list(answer.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        (note,) = discord.done("POST", f"channels/{DIRECT}/messages")
        assert note.body["content"].startswith("On its way")
        assert painter.taken[0].pictures == (CAT,)


@played
async def test_the_bots_name_in_reply_to_a_picture_is_enough(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        picture = discord.message(attachments=[discord.attachment(CAT)])
        reference = {"message_id": picture["id"], "channel_id": str(CHANNEL)}
        name = f"<@{APPLICATION}>"
        await discord.write(name, message_reference=reference, referenced_message=picture)
        await discord.until(lambda: edited(discord, CHANNEL))
        assert painter.taken[0].pictures == (CAT,)


@played
async def test_what_is_not_for_us_is_left_alone_and_the_rest_is_explained(running: Run) -> None:
    async with running() as discord:
        await discord.write("look", attachments=[discord.attachment(CAT)])
        await discord.write(f"<@{APPLICATION}> hello")
        (said,) = await discord.until(lambda: discord.done("POST", "/messages"))
        assert "/draw" in said.body["content"]
        huge = {**discord.attachment(CAT), "size": 30 << 20}
        await discord.write(guild=False, attachments=[huge])
        (broken,) = await discord.until(lambda: discord.done("PATCH", "/messages"))
        assert "20 MB" in broken.body["content"]
