"""The runner that draws: one decoder for all, and processes for what needs no model.

Videos have a process of their own: they take longer than all else and keep nobody waiting.
"""

import logging
from dataclasses import dataclass, field

from mididraw.engines import ScoreRequest
from mididraw.errors import MididrawError, Sentence
from mididraw.options import DrawOptions, Engine, Video
from mididraw.score import Score
from mididraw.settings import Settings
from worker import stages
from worker.batch import Bar, Batch, BatchNews, Written
from worker.contract import Filming, Progress, Reason, Rendering
from worker.pool import DiedError, Pool
from worker.queue.consumer import ClaimedJob
from worker.queue.ending import BROKEN
from worker.runner import Failure, Finished, RunnerEvent, Update
from worker.stages import Times

_log = logging.getLogger(__name__)
_WITHOUT_MODEL = frozenset(Engine) - {Engine.GUIDED, Engine.POINTER}
_USUAL = DrawOptions().candidates
_POLL = 0.01
"""Seconds between looks at the pool while nothing is decoded."""

_DIED = Sentence(
    "job-crashed",
    "Your drawing brought down the program that made its sound and picture: try another one.",
)


@dataclass(slots=True)
class _StartedJob:
    claimed: ClaimedJob
    times: Times = field(default_factory=dict)
    requests: list[ScoreRequest] = field(default_factory=list)
    """What is to be written: a request for each take."""
    scores: dict[int, Score] = field(default_factory=dict)
    """What is written, by the take's number."""
    bars: dict[int, int] = field(default_factory=dict)
    """How far each take is."""
    filmed: bool = False


class DrawingRunner:
    """Pictures are read in the pool, written in the batch, rendered in the pool."""

    def __init__(self, batch: Batch, pool: Pool, settings: Settings, spare: int) -> None:
        """Put them together.

        Args:
            batch: writes.
            pool: reads and renders.
            settings: SoundFont and bit rate.
            spare: how many jobs are claimed beyond those that are written: for the pool.
        """
        self._batch, self._settings, self._pool, self._spare = batch, settings, pool, spare
        self._films = Pool(1)
        self._started: dict[str, _StartedJob] = {}

    @property
    def batch(self) -> Batch:
        """The batch in which all pieces are written."""
        return self._batch

    @property
    def capacity(self) -> int:
        """As many as can be written at a time, and some that are read and rendered meanwhile."""
        return max(1, self._batch.slots // _USUAL) + self._spare

    @property
    def max_wait(self) -> float:
        """Nothing while there is something to decode."""
        return 0.0 if self._batch.busy else _POLL

    def start(self, claimed: ClaimedJob) -> None:
        """Begin a job, reading its pictures in the pool."""
        name = claimed.job.id
        self._started[name] = _StartedJob(claimed)
        if claimed.job.written and claimed.job.options.video is Video.NONE:
            self._pool.submit(name, stages.repeat, claimed, self._settings)
        elif claimed.job.written:
            self._film(name, None)
        elif claimed.job.options.engine in _WITHOUT_MODEL:
            self._pool.submit(name, stages.whole, claimed, self._settings)
        else:
            self._pool.submit(name, stages.prepare, claimed)

    def abort(self, job: str) -> None:
        """Let go of a job."""
        held = self._started.pop(job, None)
        if held is not None:
            self._remove_takes(job, held)
            self._pool.remove(job)
            self._films.remove(job)

    def step(self) -> list[RunnerEvent]:
        """Draw a token for every sequence, and see what the pool has done."""
        events: list[RunnerEvent] = []
        for name, (second, seconds) in self._films.collect_news():
            events.append(Update(Filming(job=str(name), second=second, seconds=seconds)))
        for result in [*self._pool.collect(), *self._films.collect()]:
            name = str(result.owner)
            if name not in self._started:
                continue
            if result.error is not None:
                events.append(self._failure(name, result.error))
            elif isinstance(result.value, Finished):
                if self._wants_video(name):
                    self._film(name, result.value)
                    continue
                del self._started[name]
                events.append(result.value)
            else:
                held = self._started[name]
                held.requests, held.times = result.value
                for number, request in enumerate(held.requests):
                    self._batch.add(_batch_name(name, number), request)
        if self._batch.busy:
            for news in self._batch.step():
                events += self._events_of(news)
        return events

    def close(self) -> None:
        """End the pool's processes."""
        self._pool.close()
        self._films.close()

    def _wants_video(self, name: str) -> bool:
        held = self._started[name]
        return held.claimed.job.options.video is not Video.NONE and not held.filmed

    def _film(self, name: str, before: Finished | None) -> None:
        held = self._started[name]
        held.filmed = True
        self._films.submit(name, stages.film, held.claimed, self._settings, before)

    def _events_of(self, news: BatchNews) -> list[RunnerEvent]:
        name, _, take = news.name.partition("/")
        number, held = int(take), self._started.get(name)
        if held is None:
            return []  # another take of it has failed in the same step
        if isinstance(news, Bar):
            held.bars[number] = news.bar
            if len(held.bars) < len(held.requests):
                return []
            return [Update(Progress(job=name, bar=min(held.bars.values()), bars=news.bars))]
        if isinstance(news, Written):
            held.scores[number] = news.score
            held.times["engine"] = max(held.times.get("engine", 0.0), news.seconds)
            if len(held.scores) < len(held.requests):
                return []
            scores = [held.scores[one] for one in range(len(held.requests))]
            job = held.claimed.job
            self._pool.submit(
                name, stages.perform, job, held.requests, scores, held.times, self._settings
            )
            return [Update(Rendering(job=name))]
        self._remove_takes(name, held)
        return [self._failure(name, news.error)]

    def _remove_takes(self, name: str, held: _StartedJob) -> None:
        for number in range(len(held.requests)):
            self._batch.remove(_batch_name(name, number))

    def _failure(self, name: str, error: BaseException) -> Failure:
        del self._started[name]
        if isinstance(error, MididrawError):
            return Failure(name, Reason.REFUSED, error.sentence)
        _log.error("a job broke", exc_info=error, extra={"job": name})
        return Failure(name, Reason.BROKEN, _DIED if isinstance(error, DiedError) else BROKEN)


def _batch_name(job: str, number: int) -> str:
    """What the batch knows a take as."""
    return f"{job}/{number}"
