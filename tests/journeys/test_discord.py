"""The whole way from chat to chat: Discord, bot, Redis, worker and model, and back."""

import io
import os
import subprocess
import sys

import pretty_midi
from PIL import Image
from pydub import AudioSegment

from tests.asynchronous import played
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.conftest import EXAMPLES, ROOT
from tests.standins.discord import StandIn
from tests.standins.discord_payloads import TOKEN

__all__ = ["redis_server", "redis_url"]

PATIENCE = 120.0


@played
async def test_a_drawing_in_discord_becomes_music_there(redis_url: str) -> None:
    async with StandIn().serve() as discord:
        environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            "DISCORD_TOKEN": TOKEN,
            "MIDIDRAW_DISCORD_API_URL": discord.api,
        }
        # One process for all bots that have a token: here only Discord's has.
        processes = [
            subprocess.Popen([sys.executable, "-m", "mididraw", part], cwd=ROOT, env=environment)
            for part in ("worker", "bots")
        ]
        try:
            await discord.until(lambda: discord.identified, PATIENCE)
            cat = (EXAMPLES / "cat.png").read_bytes()
            token = await discord.command(
                "draw", image=cat, bars=4, key="C minor", accompaniment=True, locale="zh-CN"
            )
            (answer,) = await discord.until(lambda: discord.answers(token), PATIENCE)
        finally:
            for process in processes:
                process.terminate()
            codes = [process.wait(40) for process in processes]
        assert codes == [0, 0]
        files = {name.rpartition(".")[2]: data for name, data in answer.files.items()}
        assert "C 小调" in answer.body["content"]
        with Image.open(io.BytesIO(files["png"])) as roll:
            assert roll.format == "PNG"
            roll.load()
        sound = AudioSegment.from_mp3(io.BytesIO(files["mp3"]))
        assert sound.duration_seconds > 5
        assert sound.max > 1000
        tune = pretty_midi.PrettyMIDI(io.BytesIO(files["mid"]))
        assert sum(len(part.notes) for part in tune.instruments) > 10
