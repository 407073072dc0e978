"""The end of asyncio's tasks."""

import asyncio
from collections.abc import Iterable
from typing import Any

_PATIENCE = 5.0


async def end(tasks: Iterable[asyncio.Task[Any]], patience: float = _PATIENCE) -> None:
    """Cancel tasks until each is over; what they ended with is nobody's concern.

    A library may take a cancellation for one of its own, as :func:`asyncio.wait_for` does up to
    Python 3.11, so that once is not always enough.

    Args:
        tasks: to be ended.
        patience: seconds that a task has for its last words before it is cancelled again.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        over, left = await asyncio.wait(left, timeout=patience)
        for task in over:
            if not task.cancelled():
                task.exception()  # or asyncio complains that nobody asked for it
