"""What the pool's processes do, one after the other."""

from pathlib import Path

from mididraw.options import DrawOptions
from mididraw.settings import Settings
from tests.conftest import EXAMPLES
from worker import stages
from worker.contract import Job, ReplyTo
from worker.queue.consumer import ClaimedJob


def test_a_video_takes_the_sound_that_was_made_for_the_mp3() -> None:
    picture = (EXAMPLES / "cat.png").read_bytes()
    job = Job(
        id="0" * 32,
        pictures=("0" * 64,),
        options=DrawOptions.of(engine="chords", bars=1, seed=1, video="wide"),
        reply=ReplyTo(front="web", address=""),
        user="ada",
        requested=0,
        expires=1,
    )
    claimed = ClaimedJob(job, (picture,), None)
    written = stages.whole(claimed, Settings())
    assert written.samples is not None
    # Without a SoundFont nothing can be played anew.
    nowhere = Settings(soundfont=Path("/nowhere.sf2"))
    filmed = stages.film(claimed, nowhere, written)
    assert filmed.files.video is not None
    assert filmed.files.mp3 == written.files.mp3
    assert filmed.samples is None
