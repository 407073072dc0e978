"""Other processes that do what would keep the decoder waiting; one that dies costs no neighbour."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from typing import Any

_SET_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG``, see prctl(2)."""


_news: "SimpleQueue[tuple[Hashable, Any]] | None" = None
"""In a pool's process: where it says how far it is."""
_owner: Hashable = None


class DiedError(Exception):
    """The process died over this task."""


@dataclass(frozen=True, slots=True)
class _Task:
    owner: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of a task: ``value``, or the ``error`` that it ended with."""

    owner: Hashable
    value: Any = None
    error: BaseException | None = None


class Pool:
    """Tasks in, results out; each belongs to an owner who can let go of it.

    When a process dies, nobody can say over which task. All that were under way are therefore
    done again one at a time, so that only the one that kills a process alone is given up.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._executor = self._start()
        self._under_way: dict[Future[Any], _Task] = {}
        self._suspects: deque[_Task] = deque()
        self._alone = False

    @property
    def busy(self) -> bool:
        """Whether there is something to wait for."""
        return bool(self._under_way or self._suspects)

    def submit(self, owner: Hashable, function: Callable[..., Any], *arguments: Any) -> None:
        """Begin a task."""
        task = _Task(owner, function, arguments)
        if self._alone or self._suspects:
            self._suspects.append(task)
        else:
            self._send(task)

    def remove(self, owner: Hashable) -> None:
        """Let go of an owner's tasks; one that has begun is ended with its process."""
        self._suspects = deque(task for task in self._suspects if task.owner != owner)
        for future, task in list(self._under_way.items()):
            if task.owner == owner:
                del self._under_way[future]
                if not future.cancel() and not future.done():
                    self._restart()
                return

    def collect(self) -> list[TaskResult]:
        """What has been done since the last call."""
        results: list[TaskResult] = []
        broken: list[_Task] = []
        for future in [future for future in self._under_way if future.done()]:
            task = self._under_way.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken.append(task)
            elif error is not None:
                results.append(TaskResult(task.owner, error=error))
            else:
                results.append(TaskResult(task.owner, future.result()))
        if broken:
            if self._alone:
                results += [TaskResult(task.owner, error=DiedError()) for task in broken]
                broken = []
            self._restart(broken)
        self._go_on()
        return results

    def collect_news(self) -> list[tuple[Hashable, Any]]:
        """What tasks have told since the last call, each with its owner."""
        found = []
        while not self._news.empty():
            found.append(self._news.get())
        owners = {task.owner for task in self._under_way.values()}
        return [(owner, news) for owner, news in found if owner in owners]

    def close(self) -> None:
        """End all processes."""
        self._kill()

    def _go_on(self) -> None:
        if self._under_way:
            return
        self._alone = bool(self._suspects)
        if self._suspects:
            self._send(self._suspects.popleft())

    def _restart(self, broken: list[_Task] | None = None) -> None:
        """Begin with new processes; all that was under way is under suspicion."""
        self._suspects.extendleft(reversed([*(broken or []), *self._under_way.values()]))
        self._under_way.clear()
        self._kill()
        self._executor = self._start()
        self._go_on()

    def _send(self, task: _Task) -> None:
        try:
            future = self._executor.submit(_do, task)
        except BrokenProcessPool:
            # It died while nothing was under way.
            self._executor = self._start()
            future = self._executor.submit(_do, task)
        self._under_way[future] = task

    def _start(self) -> ProcessPoolExecutor:
        # Neither CUDA nor threads survive a fork.
        context = multiprocessing.get_context("spawn")
        # With the processes, lest one that is killed while it speaks silences the next.
        self._news = context.SimpleQueue()
        return ProcessPoolExecutor(
            self._processes, context, initializer=_begin, initargs=(self._news,)
        )

    def _kill(self) -> None:
        for process in list((self._executor._processes or {}).values()):
            process.kill()
        if sys.version_info < (3, 11, 5):
            # What is still being written to the killed would wait for ever (python/cpython#94777):
            # nobody can read it any more. Later the executor closes it, in a thread of its own.
            self._executor._call_queue._reader.close()  # type: ignore[attr-defined]
        self._executor.shutdown(wait=True, cancel_futures=True)


def tell(news: Any) -> None:
    """In a process: tell something of the task on the way; nowhere else does anybody hear it."""
    if _news is not None:
        _news.put((_owner, news))


def _do(task: _Task) -> Any:
    global _owner
    _owner = task.owner
    return task.function(*task.arguments)


def _begin(news: "SimpleQueue[tuple[Hashable, Any]]") -> None:
    """In the process: the worker's stop is the worker's affair; music goes before rendering."""
    global _news
    _news = news
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(5)
    if sys.platform == "linux":
        # A worker that is killed takes its processes along.
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
