"""Four takes: one picture with four sounds, and a button for each."""

from mididraw.options import Video
from tests.bot.discord.conftest import CAT, Painter, Run, answered, buttons_of, whispered


async def test_four_takes_come_in_one_message_and_each_can_be_chosen(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        token = await discord.command("draw", image=CAT)
        (answer,) = await discord.until(answered(discord, token))
        pressed = await discord.press(buttons_of(answer)["Four takes"], discord.shown(token))
        (takes,) = await discord.until(answered(discord, pressed))
        asked = painter.taken[1].job.options
        assert asked.takes == 4
        names = ["Drawing.png", *(f"Drawing-{number}.mp3" for number in range(1, 5))]
        assert list(takes.files) == names
        assert len(set(takes.files.values())) == 5
        buttons = buttons_of(takes)
        labels = ["Take 1", "Take 2", "Take 3", "Take 4", "Four others", "Delete"]
        assert list(buttons) == labels
        chosen = await discord.press(buttons["Take 2"], discord.shown(pressed))
        (piece,) = await discord.until(answered(discord, chosen))
        assert list(piece.files) == ["Drawing.png", "Drawing.mp3", "Drawing.mid"]
        assert "Four takes" in buttons_of(piece)
        work = painter.taken[2]
        assert work.job.written
        assert work.prompt == painter.take(2).midi
        assert work.job.options.seed == (asked.seed or 0) + 1
        # By itself a piece has all candidates again.
        again = await discord.press(buttons_of(piece)["Another take"], discord.shown(chosen))
        await discord.until(answered(discord, again))
        candidates = [work.job.options.candidates for work in painter.taken]
        assert candidates == [8, 8, 2, 8]
        gone = await discord.press(f"md:take:{'f' * 32}:1", discord.shown(pressed))
        assert "expired" in await whispered(discord, gone)


async def test_takes_can_be_ordered_and_have_no_video_by_default(
    running: Run, painter: Painter
) -> None:
    async with running() as discord:
        settings = await discord.command("settings", video="wide")
        await whispered(discord, settings)
        token = await discord.command("draw", image=CAT, takes=3)
        (answer,) = await discord.until(answered(discord, token))
        assert painter.taken[0].job.options.video is Video.NONE
        assert len(answer.files) == 4
        token = await discord.command("draw", image=CAT, takes=3, video="wide")
        assert "no video" in await whispered(discord, token)
