"""The whole way from chat to chat: Telegram, bot, Redis, worker and model, and back."""

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
from tests.standins.telegram import TOKEN, StandIn

__all__ = ["redis_server", "redis_url"]

HER = 7
PATIENCE = 120.0


@played
async def test_a_photo_in_telegram_becomes_music_there(redis_url: str) -> None:
    async with StandIn().serve() as telegram:
        environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url,
        }
        # The worker takes no chat's token, and the bot's environment has it: it is not looked at.
        processes = [
            subprocess.Popen([sys.executable, "-m", "mididraw", part], cwd=ROOT, env=environment)
            for part in ("worker", "telegram")
        ]
        try:
            photo = telegram.photo((EXAMPLES / "cat.png").read_bytes())
            await telegram.message(HER, caption="4 bars C minor accompaniment", **photo)
            await telegram.until(lambda: telegram.done("sendDocument"), PATIENCE)
        finally:
            for process in processes:
                process.terminate()
            codes = [process.wait(40) for process in processes]
        assert codes == [0, 0]
        (picture,), (audio,), (midi,) = (
            telegram.done(method) for method in ("sendPhoto", "sendAudio", "sendDocument")
        )
        assert "C minor" in picture.fields["caption"]
        with Image.open(io.BytesIO(picture.files["photo"])) as roll:
            assert roll.format == "PNG"
            roll.load()
        sound = AudioSegment.from_mp3(io.BytesIO(audio.files["audio"]))
        assert sound.duration_seconds > 5
        assert sound.max > 1000
        tune = pretty_midi.PrettyMIDI(io.BytesIO(midi.files["document"]))
        assert sum(len(part.notes) for part in tune.instruments) > 10
