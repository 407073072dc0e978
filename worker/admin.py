"""What an operator sees of the jobs and can do with them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis

from mididraw.errors import OptionError
from worker.contract import Cancelled, Failed, keys, parse_answer, scripts
from worker.contract.connection import said
from worker.contract.ending import end_arguments, end_keys
from worker.contract.tickets import Tickets

_SHOWN = ("state", "level", "attempts", "worker", "submitted", "started", "ended", "expires")
_MOMENTS = ("submitted", "started", "ended", "expires")


@dataclass(frozen=True, slots=True)
class Admin:
    """Works on one Redis."""

    connection: Redis
    lives: keys.Lives

    def list(self, *, failed: bool = False) -> list[dict[str, Any]]:
        """Open jobs, or those that failed by a fault of ours, oldest first."""
        with said():
            found: Any = self.connection.zrange(keys.FAILED if failed else keys.OPEN, 0, -1)
            return [
                {**seen, "reason": self._reason(name.decode())} if failed else seen
                for name in found
                if (seen := self._see(name.decode()))
            ]

    def drain(self, *, on: bool) -> None:
        """Refuse new jobs for a day, or accept them again; those accepted go on."""
        with said():
            if on:
                self.connection.set(keys.CLOSED, "1", ex=self.lives.job)
            else:
                self.connection.delete(keys.CLOSED)

    def show(self, job: str) -> dict[str, Any]:
        """All that is known of a job, its pictures apart.

        Raises:
            OptionError: nothing is.
        """
        with said():
            seen = self._see(job)
            more: Any = self.connection.hmget(keys.job(job), ["job", "answer"])
        if seen is None:
            raise OptionError(f"There is no job {job}.")
        seen |= {
            name: text.decode() for name, text in zip(("job", "answer"), more, strict=True) if text
        }
        return seen

    def cancel(self, job: str, now: float) -> bool:
        """Stop a job; whether there was something to stop."""
        with said():
            level: Any = self.connection.hget(keys.job(job), "level")
            arguments = end_arguments(Cancelled(job=job), now, self.lives, only="queued")
            end = self.connection.register_script(scripts.END)
            if end(keys=end_keys(job), args=arguments):
                self._tickets().tear(job, level.decode())
                return True
            cancel = self.connection.register_script(scripts.CANCEL)
            state = cancel(keys=[keys.job(job), keys.CANCELLED], args=[job, now, self.lives.job])
        return bool(state == b"running")

    def requeue(self, job: str, now: float) -> None:
        """Draw a failed job once more; its user gets a second answer.

        Raises:
            OptionError: it has not failed, or its pictures are kept no longer.
        """
        with said():
            requeue = self.connection.register_script(scripts.REQUEUE)
            level = requeue(
                keys=[keys.job(job), keys.OPEN, keys.FAILED],
                args=[job, now, now + 3600, self.lives.job],
            )
            if not level:
                raise OptionError(f"There is no failed job {job}.")
            self._tickets().put(job, level.decode())

    def _reason(self, job: str) -> str:
        text: Any = self.connection.hget(keys.job(job), "answer")
        answer = None if text is None else parse_answer(text)
        return f"{answer.reason}: {answer.sentence}" if isinstance(answer, Failed) else ""

    def _tickets(self) -> Tickets:
        return Tickets(self.connection, self.lives.job)

    def _see(self, job: str) -> dict[str, Any] | None:
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
