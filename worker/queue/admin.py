"""What an operator sees of the jobs and can do with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis

from mididraw.errors import OptionError
from worker.contract import Cancelled, Failed, parse_answer
from worker.queue import keys, scripts
from worker.queue.connection import redis_errors
from worker.queue.ending import end_arguments, end_keys, end_state, register_end_scripts
from worker.queue.states import JobState
from worker.queue.tickets import TicketQueues

_SHOWN = ("state", "level", "attempts", "worker", "submitted", "started", "ended", "expires")
_MOMENTS = ("submitted", "started", "ended", "expires")


@dataclass(frozen=True, slots=True)
class Admin:
    """Works on one Redis."""

    connection: Redis
    retention: keys.Retention

    def list(self, *, failed: bool = False) -> list[dict[str, Any]]:
        """Open jobs, or those that failed by a fault of ours, oldest first."""
        with redis_errors():
            found: Any = self.connection.zrange(keys.FAILED if failed else keys.OPEN, 0, -1)
            return [
                {**seen, "reason": self._reason(name.decode())} if failed else seen
                for name in found
                if (seen := self._summary(name.decode()))
            ]

    def drain(self, *, on: bool) -> None:
        """Refuse new jobs for a day, or accept them again; those accepted go on."""
        with redis_errors():
            if on:
                self.connection.set(keys.CLOSED, "1", ex=self.retention.job)
            else:
                self.connection.delete(keys.CLOSED)

    def show(self, job: str) -> dict[str, Any]:
        """All that is known of a job, its pictures apart.

        Raises:
            OptionError: nothing is.
        """
        with redis_errors():
            seen = self._summary(job)
            more: Any = self.connection.hmget(keys.job(job), ["job", "answer"])
        if seen is None:
            raise OptionError("job-missing", "There is no job {job}.", job=job)
        seen |= {
            name: text.decode() for name, text in zip(("job", "answer"), more, strict=True) if text
        }
        return seen

    def cancel(self, job: str, now: float) -> bool:
        """Stop a job; whether there was something to stop."""
        with redis_errors():
            level: Any = self.connection.hget(keys.job(job), "level")
            answer = Cancelled(job=job)
            arguments = end_arguments(answer, now, self.retention, only=JobState.QUEUED)
            end = register_end_scripts(self.connection.register_script)[end_state(answer)]
            if end(keys=end_keys(job), args=arguments):
                self._tickets().delete(job, level.decode())
                return True
            ask_to_stop = self.connection.register_script(scripts.ASK_TO_STOP)
            state = ask_to_stop(
                keys=[keys.job(job), keys.CANCELLED], args=[job, now, self.retention.job]
            )
        return bool(state.decode() == JobState.RUNNING)

    def requeue(self, job: str, now: float) -> None:
        """Draw a failed job once more; its user gets a second answer.

        Raises:
            OptionError: it has not failed, or its pictures are kept no longer.
        """
        with redis_errors():
            requeue = self.connection.register_script(scripts.REQUEUE)
            level = requeue(
                keys=[keys.job(job), keys.OPEN, keys.FAILED],
                args=[job, now, now + 3600, self.retention.job],
            )
            if not level:
                raise OptionError("job-not-failed", "There is no failed job {job}.", job=job)
            self._tickets().put(job, level.decode())

    def _reason(self, job: str) -> str:
        text: Any = self.connection.hget(keys.job(job), "answer")
        answer = None if text is None else parse_answer(text)
        return f"{answer.reason}: {answer.sentence}" if isinstance(answer, Failed) else ""

    def _tickets(self) -> TicketQueues:
        return TicketQueues(self.connection, self.retention.job)

    def _summary(self, job: str) -> dict[str, Any] | None:
        found: Any = self.connection.hmget(keys.job(job), _SHOWN)
        if found[0] is None:
            return None
        seen = {
            name: text.decode()
            for name, text in zip(_SHOWN, found, strict=True)
            if text is not None
        }
        for name in _MOMENTS:
            if seen.get(name):
                moment = datetime.fromtimestamp(float(seen[name]), UTC)
                seen[name] = moment.isoformat(" ", "seconds")
        return {"id": job, **seen}
