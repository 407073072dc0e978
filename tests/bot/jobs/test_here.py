"""Drawing within the process."""

import asyncio

from bot.jobs.here import draws_here
from bot.jobs.local import LocalJobs
from mididraw.draw import draw
from mididraw.options import DrawOptions, Video
from mididraw.settings import Settings
from tests.bot.jobs.conftest import order
from tests.conftest import EXAMPLES
from worker.contract import Done, Ended, Filming, Progress, Rendering, ReplyTo, Started

CAT = (EXAMPLES / "cat.png").read_bytes()


async def test_the_music_is_that_of_the_library() -> None:
    jobs = LocalJobs(draws_here(Settings()))
    options = DrawOptions.of(engine="chords", bars=2, seed=3)
    receipt = await jobs.submit(order("1", picture=CAT, options=options))
    async with asyncio.timeout(60):
        events = [event async for event in jobs.follow(receipt.job)]
    kinds = [type(event) for event in events]
    for kind in (Started, Progress, Rendering, Ended):
        assert kind in kinds
    end = events[-1]
    assert isinstance(end, Ended)
    assert isinstance(end.answer, Done)
    files = await jobs.files(end.answer)
    alone = draw([CAT], options, title="drawing")
    assert files is not None
    assert (files.midi, files.png) == (alone.midi, alone.png)
    assert end.answer.options == alone.options
    await jobs.close()


async def test_two_drawings_at_a_time_are_each_what_they_are_alone() -> None:
    jobs = LocalJobs(draws_here(Settings()), room=2)
    asked = [DrawOptions.of(bars=2, candidates=2, seed=seed) for seed in (3, 4)]
    receipts = [
        await jobs.submit(order(str(number), picture=CAT, options=options))
        for number, options in enumerate(asked)
    ]

    async def ended(job: str) -> bytes:
        *_, end = [event async for event in jobs.follow(job)]
        assert isinstance(end, Ended)
        assert isinstance(end.answer, Done)
        files = await jobs.files(end.answer)
        assert files is not None
        return files.midi

    async with asyncio.timeout(120):
        made = await asyncio.gather(*(ended(receipt.job) for receipt in receipts))
    assert made == [draw([CAT], options, title="drawing").midi for options in asked]
    await jobs.close()


async def test_a_video_is_made_of_music_that_is_there() -> None:
    jobs = LocalJobs(draws_here(Settings()))
    options = DrawOptions.of(engine="chords", bars=1, seed=3)
    receipt = await jobs.submit(order("1", picture=CAT, options=options))
    async with asyncio.timeout(60):
        *_, end = [event async for event in jobs.follow(receipt.job)]
    assert isinstance(end, Ended)
    assert isinstance(end.answer, Done)
    files, kept = await jobs.files(end.answer), await jobs.recall(receipt.job)
    assert files is not None
    assert kept is not None
    wide = kept.options.model_copy(update={"video": Video.WIDE})
    reply = ReplyTo(front="web", address="")
    film = await jobs.submit(kept.again("2", reply, "somebody", wide, files.midi))
    async with asyncio.timeout(60):
        events = [event async for event in jobs.follow(film.job)]
    assert Filming in [type(event) for event in events]
    end = events[-1]
    assert isinstance(end, Ended)
    assert isinstance(end.answer, Done)
    made = await jobs.files(end.answer)
    assert made is not None
    assert (made.midi, made.png) == (files.midi, files.png)
    assert made.video is not None
    await jobs.close()
