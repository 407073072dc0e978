"""Albums come as messages of their own, at any distance: they are gathered and handled as one."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from aiogram.types import Message, Update

_FULL = 10
"""Parts that an album has at most."""
_PATIENCE, _LONGEST = 0.8, 6.0
_GROWS = 1.5
"""How many times as long a part is waited for as the longest that one was late."""
_KNOWN = 1000
"""Albums that are remembered, for parts that come late."""


@dataclass(slots=True)
class Album:
    """Messages that are one: all that is known of an album, or a single message."""

    parts: list[Message]
    _taken: set[int] = field(default_factory=set)

    @property
    def spoken(self) -> Message:
        """The part that has words: filters and handlers look at it."""
        return next((part for part in self.parts if part.caption), self.parts[0])

    def add(self, part: Message) -> None:
        """A further part has come, or one with other words."""
        others = [one for one in self.parts if one.message_id != part.message_id]
        self.parts = sorted([*others, part], key=lambda one: one.message_id)

    def pop_messages(self) -> list[Message]:
        """The parts that nobody has taken yet, in order; what comes later is another order's.

        Where words were changed, they are wanted for all.
        """
        again = self.spoken.edit_date is not None
        fresh = [part for part in self.parts if again or part.message_id not in self._taken]
        self._taken |= {part.message_id for part in fresh}
        return fresh


@dataclass(slots=True)
class _Gathering:
    album: Album = field(default_factory=lambda: Album([]))
    updates: dict[int, Update] = field(default_factory=dict)
    """All parts' updates, by their messages."""
    waiting: list[int] = field(default_factory=list)
    """Numbers of updates that came since the album was handled last."""
    last: float = 0.0
    gap: float = 0.0
    timer: asyncio.TimerHandle | None = None


class Albums:
    """Gathers albums by their ids.

    The first part waits until no further one has come for a while, which grows with how late parts
    come. A part that is later still begins another gathering; by then it is known how long to wait.
    """

    def __init__(self, handle: Callable[[Update, Album, list[int]], None]) -> None:
        """``handle`` gets an album, the update that speaks for it, and the numbers of the new."""
        self._handle = handle
        self._known: OrderedDict[tuple[int, str], _Gathering] = OrderedDict()

    def add(self, update: Update, part: Message) -> None:
        """Take in a part."""
        name, loop = (part.chat.id, str(part.media_group_id)), asyncio.get_running_loop()
        found = self._known.setdefault(name, _Gathering())
        self._known.move_to_end(name)
        if found.updates:
            found.gap = max(found.gap, loop.time() - found.last)
        found.last = loop.time()
        found.album.add(part)
        found.updates[part.message_id] = update
        found.waiting.append(update.update_id)
        if found.timer is not None:
            found.timer.cancel()
        wait = min(max(_PATIENCE, _GROWS * found.gap), _LONGEST)
        full = len(found.updates) >= _FULL
        found.timer = loop.call_later(0 if full else wait, self._ripe, found)
        self._trim()

    def _ripe(self, found: _Gathering) -> None:
        found.timer = None
        numbers, found.waiting = found.waiting, []
        self._handle(found.updates[found.album.spoken.message_id], found.album, numbers)

    def _trim(self) -> None:
        for name in list(self._known)[: max(0, len(self._known) - _KNOWN)]:
            if self._known[name].timer is None:
                del self._known[name]

    def close(self) -> None:
        """Gather no more; what was not handled is taken in again after the next start."""
        for found in self._known.values():
            if found.timer is not None:
                found.timer.cancel()
