"""The whole way from chat to chat: both chats, their bots, Redis, worker and model, and back."""

import io
import os
import subprocess
import sys

import pretty_midi
from PIL import Image
from pydub import AudioSegment

from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import EXAMPLES, ROOT
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import TOKEN as DISCORD_TOKEN
from tests.standins.telegram import TOKEN as TELEGRAM_TOKEN
from tests.standins.telegram import TelegramStandIn

__all__ = ["redis_server", "redis_url"]

HER = 7
PATIENCE = 120.0


async def test_drawings_in_both_chats_become_music_there(redis_url: str) -> None:
    async with DiscordStandIn().serve() as discord, TelegramStandIn().serve() as telegram:
        environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            "DISCORD_TOKEN": DISCORD_TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
            "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "TELEGRAM_API_URL": telegram.url,
        }
        # The worker takes no chat's token, and its environment has them: they are not looked at.
        processes = [
            subprocess.Popen([sys.executable, "-m", "mididraw", part], cwd=ROOT, env=environment)
            for part in ("worker", "bots")
        ]
        try:
            # Telegram's messages wait; Discord's must be answered in 3 seconds, by who is started.
            cat = (EXAMPLES / "cat.png").read_bytes()
            caption = "4 bars C minor accompaniment"
            await telegram.message(HER, caption=caption, **telegram.photo(cat))
            await telegram.until(lambda: telegram.done("sendDocument"), PATIENCE)
            await discord.until(lambda: discord.identified, PATIENCE)
            token = await discord.command(
                "draw", image=cat, bars=4, key="C minor", accompaniment=True, locale="zh-CN"
            )
            (answer,) = await discord.until(lambda: discord.answers(token), PATIENCE)
        finally:
            for process in processes:
                process.terminate()
            codes = [process.wait(240) for process in processes]
    assert codes == [0, 0]
    files = {name.rpartition(".")[2]: data for name, data in answer.files.items()}
    assert "C小调" in answer.body["content"]
    hear_and_see(files["png"], files["mp3"], files["mid"])
    (picture,), (audio,), (midi,) = (
        telegram.done(method) for method in ("sendPhoto", "sendAudio", "sendDocument")
    )
    assert "C minor" in picture.fields["caption"]
    hear_and_see(picture.files["photo"], audio.files["audio"], midi.files["document"])


def hear_and_see(png: bytes, mp3: bytes, midi: bytes) -> None:
    """Each file is whole, and there is music in it."""
    with Image.open(io.BytesIO(png)) as roll:
        assert roll.format == "PNG"
        roll.load()
    sound = AudioSegment.from_mp3(io.BytesIO(mp3))
    assert sound.duration_seconds > 5
    assert sound.max > 1000
    tune = pretty_midi.PrettyMIDI(io.BytesIO(midi))
    assert sum(len(part.notes) for part in tune.instruments) > 10
