"""Sound that fits into a chat: smaller, then shorter, then left out."""

import io

import numpy as np
import pytest
from pydub import AudioSegment

from bot.reply.answer import Reply
from bot.service.sound import fitted, shrink_mp3
from bot.texts import texts_in
from mididraw.errors import SoundError
from mididraw.render.audio import SAMPLE_RATE
from mididraw.render.mp3 import Tags, encode_mp3

SECONDS = 20
ENGLISH = texts_in("en")
SMALLER, NO_SOUND, NO_VIDEO = (ENGLISH(name) for name in ("smaller", "no-sound", "no-video"))


@pytest.fixture(scope="module")
def mp3() -> bytes:
    noise = np.random.default_rng(0).integers(-9000, 9000, (SECONDS * SAMPLE_RATE, 2))
    return encode_mp3(noise.astype(np.int16), Tags("noise"))


def seconds_of(sound: bytes) -> float:
    return float(AudioSegment.from_file(io.BytesIO(sound), "mp3").duration_seconds)


def test_what_fits_to_the_byte_stays_as_it_is(mp3: bytes) -> None:
    assert shrink_mp3(mp3, len(mp3)) is mp3
    reply = Reply("line", files={"a.mp3": mp3})
    assert fitted(reply, len(mp3), ENGLISH) is reply


@pytest.mark.parametrize("bitrate", [128, 48])
def test_sound_becomes_smaller_before_it_becomes_shorter(mp3: bytes, bitrate: int) -> None:
    most = int(SECONDS * bitrate * 125 / 0.97)
    found = shrink_mp3(mp3, most)
    assert found is not None
    assert 0.9 * most < len(found) <= most
    assert seconds_of(found) == pytest.approx(SECONDS, abs=0.2)


def test_sound_that_no_rate_makes_small_enough_is_cut_and_fades_out(mp3: bytes) -> None:
    most = 12 * 48 * 125
    found = shrink_mp3(mp3, most)
    assert found is not None
    assert len(found) <= most
    assert seconds_of(found) == pytest.approx(0.95 * 12, abs=0.2)
    heard = AudioSegment.from_file(io.BytesIO(found), "mp3")
    assert heard[-150:].rms < 0.2 * heard[-4000:-3000].rms


def test_less_than_ten_seconds_are_no_use(mp3: bytes) -> None:
    assert shrink_mp3(mp3, 9 * 48 * 125) is None


def test_a_reply_says_what_became_of_its_files(mp3: bytes) -> None:
    files = {"a.png": b"roll", "a.mp3": mp3, "a.mid": b"notes", "a.mp4": bytes(len(mp3))}
    smaller = fitted(Reply("line", files=files), len(mp3) - 1, ENGLISH)
    assert smaller.text == f"line\n{SMALLER}\n{NO_VIDEO}"
    assert [*smaller.files] == ["a.png", "a.mp3", "a.mid"]
    assert len(smaller.files["a.mp3"]) < len(mp3)
    silent = fitted(Reply("line", files=files), 1000, ENGLISH)
    assert silent.text == f"line\n{NO_SOUND}\n{NO_VIDEO}"
    assert [*silent.files] == ["a.png", "a.mid"]


def test_sound_that_cannot_be_read_is_left_out() -> None:
    with pytest.raises(SoundError):
        shrink_mp3(b"no sound" * 100, 100)
    reply = fitted(Reply("line", files={"a.mp3": b"no sound" * 100}), 100, ENGLISH)
    assert (reply.text, reply.files) == (f"line\n{NO_SOUND}", {})
