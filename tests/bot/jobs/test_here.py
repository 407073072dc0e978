"""Drawing within the process."""

import asyncio

from bot.jobs.here import draws_here
from bot.jobs.local import LocalJobs
from mididraw.draw import draw
from mididraw.options import DrawOptions
from mididraw.settings import Settings
from tests.asynchronous import played
from tests.bot.jobs.conftest import order
from tests.conftest import EXAMPLES
from worker.contract import Done, Ended, Progress, Rendering, Started

CAT = (EXAMPLES / "cat.png").read_bytes()


@played
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
