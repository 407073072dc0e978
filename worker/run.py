"""The worker's process: jobs are claimed, run and answered, until it is told to stop."""

import logging
import threading
import time
from dataclasses import dataclass

from worker.contract import Cancelled, Failed, Reason
from worker.metrics import WorkerMetrics
from worker.queue.connection import AwayError, NoRoomError, backoff
from worker.queue.consumer import ClaimedJob, JobConsumer
from worker.queue.ending import TOOK_TOO_LONG
from worker.queue.lost_jobs import LostJobs
from worker.runner import Failure, Finished, JobRunner, RunnerEvent, Update

_log = logging.getLogger(__name__)
_CANCELS_EVERY = 0.25
"""Seconds between looks for jobs that are to stop."""
_LONGEST_WAIT = 0.05
"""Seconds to wait for a first job; jobs of the other levels are noticed as often."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds that a job may take, and that a stop may take until jobs are handed back."""

    job: float = 300.0
    stop: float = 20.0


class Worker:
    """Runs the jobs of one consumer."""

    def __init__(
        self,
        consumer: JobConsumer,
        runner: JobRunner,
        lost: LostJobs,
        limits: TimeLimits | None = None,
        metrics: WorkerMetrics | None = None,
    ) -> None:
        """Put the parts together.

        Args:
            consumer: gives jobs and takes answers.
            runner: does the jobs.
            lost: looks for jobs of other workers that died.
            limits: how long things may take.
            metrics: are told what happens.
        """
        self._consumer, self._runner, self._lost = consumer, runner, lost
        self._limits, self._metrics = limits or TimeLimits(), metrics or WorkerMetrics()
        self._stop = threading.Event()
        self._deadlines: dict[str, float] = {}
        self._failures = 0
        self._away_until = self._cancels_at = 0.0

    def stop(self) -> None:
        """Take no more jobs; finish those in hand or hand them back. May be called by a signal."""
        self._stop.set()

    def run(self) -> None:
        """Work until :meth:`stop`."""
        ended = threading.Event()
        threads = [
            threading.Thread(target=target, args=(ended,), name=name, daemon=True)
            for name, target in (("heartbeat", self._send_heartbeats), ("lost", self._find_lost))
        ]
        for thread in threads:
            thread.start()
        try:
            while not self._stop.is_set():
                self._turn(claim=True)
            _log.info("stopping with %d jobs in hand", len(self._deadlines))
            until = time.monotonic() + self._limits.stop
            while (self._deadlines or self._consumer.unsent) and time.monotonic() < until:
                self._turn(claim=False)
            self._hand_back()
        finally:
            ended.set()
            self._runner.close()
            for thread in threads:
                thread.join(5)

    def _turn(self, *, claim: bool) -> None:
        """One round: claim what there is room for, go a step, tell what came of it."""
        self._exchange(claim=claim)
        now = time.monotonic()
        for job in [job for job, due in self._deadlines.items() if due <= now]:
            self._runner.abort(job)
            self._handle(Failure(job, Reason.TIMEOUT, TOOK_TOO_LONG))
        if not self._deadlines:
            return
        events = []
        for result in self._runner.step():
            if isinstance(result, Update):
                events.append(result.event)
            else:
                self._handle(result)
        if events:
            self._consumer.publish_events(events)

    def _exchange(self, *, claim: bool) -> None:
        """See to Redis; while it is away, jobs go on and answers wait."""
        now = time.monotonic()
        wait = min(_LONGEST_WAIT, self._runner.max_wait) if self._deadlines else _LONGEST_WAIT
        if now < self._away_until:
            time.sleep(min(wait, self._away_until - now))
            return
        try:
            self._consumer.send_answers()
            if now >= self._cancels_at:
                self._cancels_at = now + _CANCELS_EVERY
                self._cancel_jobs()
            full = len(self._deadlines) >= self._runner.capacity
            if claim and not full:
                self._claim(wait)
            elif self._deadlines:
                time.sleep(wait)
            self._failures = 0
        except (AwayError, NoRoomError) as error:
            _log.warning("%s", error)
            self._failures += 1
            self._metrics.away()
            self._away_until = now + backoff().compute(self._failures)

    def _claim(self, wait: float) -> None:
        while len(self._deadlines) < self._runner.capacity:
            # Who asks for much fills at most half of us, so that whoever comes next need not wait.
            later = len(self._deadlines) < max(1, self._runner.capacity // 2)
            # Redis takes 0 for "wait for ever" and knows nothing shorter than a millisecond.
            claimed = self._consumer.claim(wait if wait >= 0.001 else 0.0, later=later)
            if claimed is None:
                return
            wait = 0.0
            self._start(claimed)

    def _start(self, claimed: ClaimedJob) -> None:
        job = claimed.job
        _log.info("begun", extra={"job": job.id, "attempt": claimed.attempt})
        self._metrics.begun(time.time() - job.requested, claimed.attempt)
        self._deadlines[job.id] = time.monotonic() + self._limits.job
        self._runner.start(claimed)

    def _cancel_jobs(self) -> None:
        for job in self._consumer.jobs_to_stop():
            if self._deadlines.pop(job, None) is not None:
                self._runner.abort(job)
                self._metrics.ended("cancelled", {})
                _log.info("cancelled", extra={"job": job})
                self._consumer.record_answer(Cancelled(job=job))

    def _handle(self, result: RunnerEvent) -> None:
        if isinstance(result, Finished):
            job, seconds = result.answer.job, result.answer.seconds
            if self._deadlines.pop(job, None) is not None:
                _log.info("done", extra={"job": job, "seconds": seconds})
                self._metrics.ended("done", seconds)
                self._consumer.record_answer(result.answer, result.files)
        elif isinstance(result, Failure) and self._deadlines.pop(result.job, None) is not None:
            _log.warning("failed: %s", result.sentence, extra={"job": result.job})
            self._metrics.ended(result.reason, {})
            answer = Failed(job=result.job, reason=result.reason, sentence=result.sentence)
            self._consumer.record_answer(answer)

    def _hand_back(self) -> None:
        for job in list(self._deadlines):
            self._runner.abort(job)
            try:
                self._consumer.release(job)
                _log.info("handed back", extra={"job": job})
            except (AwayError, NoRoomError) as error:
                # Another worker misses it soon.
                _log.warning("not handed back: %s", error, extra={"job": job})
        self._deadlines.clear()
        try:
            self._consumer.remove_heartbeat()
        except (AwayError, NoRoomError) as error:
            _log.warning("%s", error)

    def _send_heartbeats(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self._consumer.send_heartbeat(0 if self._stop.is_set() else self._runner.capacity)
            except (AwayError, NoRoomError) as error:
                _log.warning("no heartbeat: %s", error)
            except Exception:  # noqa: BLE001 -- the next one may be heard
                _log.exception("a heartbeat broke")
            self._metrics.holds(self._consumer.held, self._runner.capacity)
            ended.wait(self._consumer.policy.period)

    def _find_lost(self, ended: threading.Event) -> None:
        while not ended.wait(self._consumer.policy.period):
            try:
                self._metrics.repaired(self._lost.requeue())
            except (AwayError, NoRoomError) as error:
                _log.warning("lost jobs were not looked for: %s", error)
            except Exception:  # noqa: BLE001 -- the next one may find what this one lost
                _log.exception("a search for lost jobs broke")
