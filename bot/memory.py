"""What is remembered of people and places: their defaults, and small things for a while."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mididraw.options import DrawOptions
from worker.contract.connection import AsyncRedis, connect_async, said

_ROOT = "mididraw:memory"
PERSONAL = ("last", "pieces")
"""Notes that end with a person's id."""
_YEAR = 365 * 86_400
"""Seconds after which defaults that nobody used are forgotten."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Preferences(_Part):
    """A person's own defaults.

    Attributes:
        language: that they chose; None follows the chat's.
        options: names and values of :class:`~mididraw.options.DrawOptions`.
    """

    language: str | None = None
    options: dict[str, Any] = {}


class House(_Part):
    """What holds in a server, group or channel, as its managers decide.

    Attributes:
        options: defaults for whoever has none of their own.
        places: ids of the channels or topics where drawings are taken; empty for all.
        roles: ids of roles of which one is needed; empty for everybody.
        jobs: drawings that one person may have in hand; None for the host's own limit.
        blocked: ids of people who get no music here.
    """

    options: dict[str, Any] = {}
    places: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    jobs: Annotated[int, Field(ge=1, le=100)] | None = None
    blocked: tuple[str, ...] = ()


class Store(Protocol):
    """Texts under names, each for a while."""

    async def get(self, name: str) -> str | None:
        """What is kept; None if nothing is."""

    async def put(self, name: str, text: str, seconds: int) -> None:
        """Keep a text."""

    async def drop(self, name: str) -> None:
        """Keep it no longer."""

    async def close(self) -> None:
        """Let go of connections."""


class Memory:
    """One front-end's memory, in Redis or in the process.

    Ids are those of the front-end. Whatever cannot be read any more counts as forgotten.
    """

    def __init__(self, store: Store, front: str) -> None:
        self._store, self._front = store, front

    async def preferences(self, user: str) -> Preferences:
        """A person's own defaults; empty ones if they have none."""
        return await self._read(f"user:{user}", Preferences) or Preferences()

    async def prefer(self, user: str, preferences: Preferences) -> None:
        """Keep them, for a year."""
        await self._write(f"user:{user}", preferences, _YEAR)

    async def house(self, name: str) -> House:
        """What holds in a place; nothing in particular if nobody decided anything."""
        return await self._read(f"house:{name}", House) or House()

    async def furnish(self, name: str, house: House) -> None:
        """Keep it, for a year."""
        await self._write(f"house:{name}", house, _YEAR)

    async def note(self, name: str, value: Any, seconds: int) -> None:
        """Keep something small that can be written as JSON."""
        await self._store.put(self._key(f"note:{name}"), json.dumps(value), seconds)

    async def noted(self, name: str) -> Any:
        """It, or None."""
        text = await self._store.get(self._key(f"note:{name}"))
        return None if text is None else json.loads(text)

    async def cross_out(self, name: str) -> None:
        """Keep a note no longer."""
        await self._store.drop(self._key(f"note:{name}"))

    async def forget(self, user: str) -> None:
        """Forget a person's defaults, and what was noted of their drawings."""
        for name in (f"user:{user}", *(f"note:{note}:{user}" for note in PERSONAL)):
            await self._store.drop(self._key(name))

    async def close(self) -> None:
        """Let go of connections."""
        await self._store.close()

    def _key(self, name: str) -> str:
        return f"{_ROOT}:{self._front}:{name}"

    async def _read(self, name: str, kind: type[Any]) -> Any:
        text = await self._store.get(self._key(name))
        if text is None:
            return None
        try:
            return kind.model_validate_json(text)
        except ValidationError:
            return None

    async def _write(self, name: str, part: _Part, seconds: int) -> None:
        await self._store.put(self._key(name), part.model_dump_json(), seconds)


def merged(*layers: dict[str, Any]) -> DrawOptions:
    """Options from defaults, the more particular ones later.

    A default of another version that is not understood any more is passed over.

    Raises:
        OptionError: a value of the last layer cannot be used, or values do not go together.
    """
    *defaults, asked = layers
    known = DrawOptions.model_fields
    kept: dict[str, Any] = {}
    for layer in defaults:
        kept |= {name: value for name, value in layer.items() if name in known}
    return DrawOptions.of(**{**kept, **asked})


class RedisStore:
    """Texts in Redis."""

    def __init__(self, url: str) -> None:
        self._redis: AsyncRedis = connect_async(url)

    async def get(self, name: str) -> str | None:
        """What is kept; None if nothing is."""
        with said():
            text = await self._redis.get(name)
        return None if text is None else text.decode()

    async def put(self, name: str, text: str, seconds: int) -> None:
        """Keep a text."""
        with said():
            await self._redis.set(name, text, ex=seconds)

    async def drop(self, name: str) -> None:
        """Keep it no longer."""
        with said():
            await self._redis.delete(name)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()


class LocalStore:
    """Texts in the process, for as long as it lives."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` tells seconds."""
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}

    async def get(self, name: str) -> str | None:
        """What is kept; None if nothing is."""
        text, until = self._kept.get(name, ("", 0.0))
        return text if self._clock() < until else None

    async def put(self, name: str, text: str, seconds: int) -> None:
        """Keep a text."""
        now = self._clock()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[1] > now}
        self._kept[name] = text, now + seconds

    async def drop(self, name: str) -> None:
        """Keep it no longer."""
        self._kept.pop(name, None)

    async def close(self) -> None:
        """There is nothing to let go of."""
