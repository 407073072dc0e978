"""The worker's process: jobs are taken, done by its crew and answered, until it is told to stop."""

import logging
import threading
import time
from dataclasses import dataclass

from worker.contract import Cancelled, Failed, Reason
from worker.contract.connection import AwayError, NoRoomError, backoff
from worker.crew import Broke, Crew, Made, News, Told, Work
from worker.desk import Desk
from worker.metrics import Metrics

_log = logging.getLogger(__name__)
_LOOK = 0.25
"""Seconds between looks for jobs that are to stop."""
_NAP = 0.05
"""Longest wait for a first job; jobs of the other levels are noticed as often."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a job may take, and that a stop may take until jobs are handed back."""

    job: float = 300.0
    stop: float = 20.0


class Worker:
    """One crew at one desk."""

    def __init__(
        self, desk: Desk, crew: Crew, limits: Limits | None = None, metrics: Metrics | None = None
    ) -> None:
        self._desk, self._crew, self._limits = desk, crew, limits or Limits()
        self._metrics = metrics or Metrics()
        self._stop = threading.Event()
        self._due: dict[str, float] = {}
        self._failures = 0
        self._away_until = self._look_at = 0.0

    def stop(self) -> None:
        """Take no more jobs; finish those in hand or hand them back. May be called by a signal."""
        self._stop.set()

    def run(self) -> None:
        """Work until :meth:`stop`."""
        ended = threading.Event()
        beat = threading.Thread(target=self._beat, args=(ended,), name="heartbeat", daemon=True)
        sweep = threading.Thread(target=self._sweep, args=(ended,), name="sweep", daemon=True)
        beat.start()
        sweep.start()
        try:
            while not self._stop.is_set():
                self._turn(take=True)
            _log.info("stopping with %d jobs in hand", len(self._due))
            until = time.monotonic() + self._limits.stop
            while (self._due or self._desk.unsent) and time.monotonic() < until:
                self._turn(take=False)
            self._hand_back()
        finally:
            ended.set()
            self._crew.close()
            beat.join(5)
            sweep.join(5)

    def _turn(self, *, take: bool) -> None:
        """One round: take what there is room for, go a step, tell what came of it."""
        self._talk(take=take)
        now = time.monotonic()
        for job in [job for job, due in self._due.items() if due <= now]:
            self._crew.drop(job)
            self._hear(Broke(job, Reason.TIMEOUT, _TIMEOUT))
        if not self._due:
            return
        events = []
        for news in self._crew.step():
            if isinstance(news, Told):
                events.append(news.event)
            else:
                self._hear(news)
        if events:
            self._desk.tell(events)

    def _talk(self, *, take: bool) -> None:
        """See to Redis; while it is away, jobs go on and answers wait."""
        now = time.monotonic()
        patience = min(_NAP, self._crew.patience) if self._due else _NAP
        if now < self._away_until:
            time.sleep(min(patience, self._away_until - now))
            return
        try:
            self._desk.send()
            if now >= self._look_at:
                self._look_at = now + _LOOK
                self._let_go()
            full = len(self._due) >= self._crew.capacity
            if take and not full:
                self._take(patience)
            elif self._due:
                time.sleep(patience)
            self._failures = 0
        except (AwayError, NoRoomError) as error:
            _log.warning("%s", error)
            self._failures += 1
            self._metrics.away()
            self._away_until = now + backoff().compute(self._failures)

    def _take(self, patience: float) -> None:
        while len(self._due) < self._crew.capacity:
            # Who asks for much fills at most half of us, so that whoever comes next need not wait.
            later = len(self._due) < max(1, self._crew.capacity // 2)
            # Redis takes 0 for "wait for ever" and knows nothing shorter than a millisecond.
            work = self._desk.take(patience if patience >= 0.001 else 0.0, later=later)
            if work is None:
                return
            patience = 0.0
            self._begin(work)

    def _begin(self, work: Work) -> None:
        job = work.job
        _log.info("begun", extra={"job": job.id, "attempt": work.attempt})
        self._metrics.begun(time.time() - job.requested, work.attempt)
        self._due[job.id] = time.monotonic() + self._limits.job
        self._crew.take(work)

    def _let_go(self) -> None:
        for job in self._desk.cancelled():
            if self._due.pop(job, None) is not None:
                self._crew.drop(job)
                self._metrics.ended("cancelled", {})
                _log.info("cancelled", extra={"job": job})
                self._desk.finish(Cancelled(job=job))

    def _hear(self, news: News) -> None:
        if isinstance(news, Made):
            if self._due.pop(news.answer.job, None) is not None:
                _log.info("done", extra={"job": news.answer.job, "seconds": news.answer.seconds})
                self._metrics.ended("done", news.answer.seconds)
                self._desk.finish(news.answer, news.files)
        elif isinstance(news, Broke) and self._due.pop(news.job, None) is not None:
            _log.warning("failed: %s", news.sentence, extra={"job": news.job})
            self._metrics.ended(news.reason, {})
            answer = Failed(job=news.job, reason=news.reason, sentence=news.sentence)
            self._desk.finish(answer)

    def _hand_back(self) -> None:
        for job in list(self._due):
            self._crew.drop(job)
            try:
                self._desk.give_back(job)
                _log.info("handed back", extra={"job": job})
            except (AwayError, NoRoomError) as error:
                # Another worker misses it soon.
                _log.warning("not handed back: %s", error, extra={"job": job})
        self._due.clear()
        try:
            self._desk.leave()
        except (AwayError, NoRoomError) as error:
            _log.warning("%s", error)

    def _beat(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self._desk.beat(0 if self._stop.is_set() else self._crew.capacity)
            except (AwayError, NoRoomError) as error:
                _log.warning("no heartbeat: %s", error)
            except Exception:  # noqa: BLE001 -- the next one may be heard
                _log.exception("a heartbeat broke")
            self._metrics.holds(self._desk.held, self._crew.capacity)
            ended.wait(self._desk.rules.beat)

    def _sweep(self, ended: threading.Event) -> None:
        while not ended.wait(self._desk.rules.beat):
            try:
                self._metrics.repaired(self._desk.sweep())
            except (AwayError, NoRoomError) as error:
                _log.warning("no sweep: %s", error)
            except Exception:  # noqa: BLE001 -- the next one may find what this one lost
                _log.exception("a sweep broke")


_TIMEOUT = "Your drawing took too long and was given up: try fewer bars or candidates."
