"""The worker's commands, which ``mididraw`` finds by their entry point; imports nothing heavy."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from mididraw.cli.output import OUT, Json
from mididraw.cli.packages import needs
from mididraw.errors import OptionError

if TYPE_CHECKING:
    from worker.queue.admin import Admin

app = typer.Typer()
admin = typer.Typer(help="For whoever runs midiDraw.", no_args_is_help=True)
jobs = typer.Typer(help="The jobs in Redis.", no_args_is_help=True)
admin.add_typer(jobs, name="jobs")
app.add_typer(admin, name="admin")
# The front-ends know what they keep of a person.
for _found in entry_points(group="mididraw.admin"):
    admin.command(_found.name)(_found.load())

JobId = Annotated[str, typer.Argument(help="The job's id, as the list shows it.")]


@app.command()
def worker() -> None:
    """Draw for the chats: take jobs from Redis until SIGTERM."""
    with needs("worker"):
        from mididraw.log import log_to_stderr
        from worker.settings import WorkerSettings
        from worker.start import work
    log_to_stderr()
    work(WorkerSettings.from_environment(os.environ))


@app.command()
def watch() -> None:
    """Tell Prometheus how the queue stands, until SIGTERM."""
    with needs("worker"):
        from mididraw.log import log_to_stderr
        from worker.watch import WatchSettings
        from worker.watch import watch as run
    log_to_stderr()
    run(WatchSettings.from_environment(os.environ))


@admin.command()
def overview(as_json: Json = False) -> None:
    """Show what waits, for how long, and who works."""
    from worker.queue.overview import read_overview

    with _admin() as at:
        seen = read_overview(at.connection, time.time()).as_json()
    if as_json:
        print(json.dumps(seen))  # noqa: T201 -- what the caller parses
        return
    table = Table("what", "how")
    for name, value in seen.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {count}" for key, count in value.items()) or "none"
        elif isinstance(value, float):
            value = f"{value:.0f} s"
        table.add_row(name, str(value))
    OUT.print(table)


@admin.command()
def drain(
    off: Annotated[bool, typer.Option("--off", help="Accept jobs again.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when none is left.")] = False,
) -> None:
    """Refuse new jobs, for a day at most; those that were accepted go on."""
    from worker.queue.overview import read_overview

    with _admin() as at:
        at.drain(on=not off)
        while wait and not off:
            seen = read_overview(at.connection, time.time())
            left = seen.running + sum(seen.waiting.values()) + sum(seen.outboxes.values())
            if not left:
                break
            time.sleep(1)
    OUT.print("new jobs are accepted" if off else "new jobs are refused", markup=False)


@jobs.command("list")
def list_jobs(
    failed: Annotated[
        bool, typer.Option("--failed", help="Those that failed by a fault of ours.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the jobs that wait or run."""
    with _admin() as at:
        found = at.list(failed=failed)
    if as_json:
        print(json.dumps(found))  # noqa: T201 -- what the caller parses
        return
    last = "reason" if failed else "worker"
    table = Table("job", "state", "level", "attempts", "asked for", last)
    for job in found:
        columns = ("id", "state", "level", "attempts", "submitted", last)
        table.add_row(*(job.get(name, "") for name in columns))
    OUT.print(table)


@jobs.command()
def show(job: JobId) -> None:
    """Show all that is known of a job as JSON."""
    with _admin() as at:
        seen: dict[str, Any] = at.show(job)
    for name in ("job", "answer"):
        if name in seen:
            seen[name] = json.loads(seen[name])
    print(json.dumps(seen, indent=2))  # noqa: T201 -- what the caller parses


@jobs.command()
def requeue(job: JobId) -> None:
    """Draw a failed job once more."""
    with _admin() as at:
        at.requeue(job, time.time())
    OUT.print(f"{job} waits again", markup=False)


@jobs.command()
def cancel(job: JobId) -> None:
    """Stop a job that waits or runs."""
    with _admin() as at:
        stopped = at.cancel(job, time.time())
    if not stopped:
        raise OptionError("job-not-open", "There is no open job {job}.", job=job)
    OUT.print(f"{job} is cancelled", markup=False)


@contextmanager
def _admin() -> "Iterator[Admin]":
    with needs("worker"):
        from worker.queue import keys
        from worker.queue.admin import Admin
        from worker.queue.connection import connect
        from worker.settings import WorkerSettings
    settings = WorkerSettings.from_environment(os.environ)
    with connect(settings.redis) as connection:
        yield Admin(connection, keys.Retention())
