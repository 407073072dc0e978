"""The crew that draws: one decoder for all, and processes for what needs no model."""

import logging
from dataclasses import dataclass, field

from mididraw.errors import MididrawError
from mididraw.options import DrawOptions, Engine
from mididraw.settings import Settings
from worker import stages
from worker.batch import Bar, Batch, BatchNews, Written
from worker.contract import Progress, Reason, Rendering
from worker.crew import Broke, Made, News, Told, Work
from worker.pool import DiedError, Pool
from worker.stages import Times

_log = logging.getLogger(__name__)
_WITHOUT_MODEL = {Engine.CHORDS, Engine.NAIVE}
_USUAL = DrawOptions().candidates
_POLL = 0.01
"""Seconds between looks at the pool while nothing is decoded."""

_BROKEN = "Something went wrong with your drawing: that is our fault. Please try again later."
_DIED = "Your drawing brought down the program that made its sound and picture: try another one."


@dataclass(slots=True)
class _InHand:
    work: Work
    times: Times = field(default_factory=dict)


class Studio:
    """Pictures are read in the pool, written in the batch, rendered in the pool."""

    def __init__(self, batch: Batch, pool: Pool, settings: Settings, spare: int) -> None:
        """Put them together.

        Args:
            batch: writes.
            pool: reads and renders.
            settings: SoundFont and bit rate.
            spare: how many jobs are taken beyond those that are written: for the pool.
        """
        self._batch, self._settings, self._pool, self._spare = batch, settings, pool, spare
        self._in_hand: dict[str, _InHand] = {}

    @property
    def batch(self) -> Batch:
        """What is being written."""
        return self._batch

    @property
    def capacity(self) -> int:
        """As many as can be written at a time, and some that are read and rendered meanwhile."""
        return max(1, self._batch.slots // _USUAL) + self._spare

    @property
    def patience(self) -> float:
        """Nothing while there is something to decode."""
        return 0.0 if self._batch.busy else _POLL

    def take(self, work: Work) -> None:
        """Begin a job."""
        name = work.job.id
        self._in_hand[name] = _InHand(work)
        if work.job.options.engine in _WITHOUT_MODEL:
            self._pool.submit(name, stages.whole, work, self._settings)
        else:
            self._pool.submit(name, stages.prepare, work)

    def drop(self, job: str) -> None:
        """Let go of a job."""
        if self._in_hand.pop(job, None) is not None:
            self._batch.drop(job)
            self._pool.drop(job)

    def step(self) -> list[News]:
        """Draw a token for every sequence, and see what the pool has done."""
        news: list[News] = []
        for result in self._pool.collect():
            name = str(result.owner)
            if name not in self._in_hand:
                continue
            if result.error is not None:
                news.append(self._broke(name, result.error))
            elif isinstance(result.value, Made):
                del self._in_hand[name]
                news.append(result.value)
            else:
                commission, self._in_hand[name].times = result.value
                self._batch.add(name, commission)
        if self._batch.busy:
            news += [self._hear(heard) for heard in self._batch.step()]
        return news

    def close(self) -> None:
        """End the pool's processes."""
        self._pool.close()

    def _hear(self, heard: BatchNews) -> News:
        name = heard.name
        if isinstance(heard, Bar):
            return Told(Progress(job=name, bar=heard.bar, bars=heard.bars))
        if isinstance(heard, Written):
            held = self._in_hand[name]
            times = {**held.times, "engine": heard.seconds}
            self._pool.submit(
                name,
                stages.perform,
                held.work.job,
                heard.commission,
                heard.score,
                times,
                self._settings,
            )
            return Told(Rendering(job=name))
        return self._broke(name, heard.error)

    def _broke(self, name: str, error: BaseException) -> Broke:
        del self._in_hand[name]
        if isinstance(error, MididrawError):
            return Broke(name, Reason.REFUSED, str(error))
        _log.error("a job broke", exc_info=error, extra={"job": name})
        return Broke(name, Reason.BROKEN, _DIED if isinstance(error, DiedError) else _BROKEN)
