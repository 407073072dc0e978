"""What is remembered of people and places: their defaults, and small things for a while."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mididraw.options import DrawOptions
from worker.queue.connection import AsyncRedis, connect_async, redis_errors

_ROOT = "mididraw:memory"
PERSONAL = ("last", "pieces", "favourites", "gallery")
"""Notes that end with a person's id."""
_SWAP = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""
_YEAR = 365 * 86_400
"""Seconds after which defaults that nobody used are forgotten."""


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


_Kind = TypeVar("_Kind", bound=_Remembered)


class Preferences(_Remembered):
    """A person's own defaults.

    Attributes:
        language: that they chose; None follows the chat's.
        options: names and values of :class:`~mididraw.options.DrawOptions`.
        locale: that the chat told last, for where it does not tell one.
    """

    language: str | None = None
    locale: str | None = None
    options: dict[str, Any] = {}


class ChatSettings(_Remembered):
    """What holds in a server, group or channel, as its managers decide.

    Attributes:
        options: defaults for whoever has none of their own.
        places: ids of the channels or topics where drawings are taken; empty for all.
        roles: ids of roles of which one is needed; empty for everybody.
        jobs: drawings that one person may have in hand; None for the host's own limit.
        blocked: ids of people who get no music here.
        channels: by a channel's id, its own defaults over those of the server.
        first: ids of roles whose drawings wait behind nobody's for being many.
        gallery: id of the channel that pieces are shown in whose authors press for it.
    """

    options: dict[str, Any] = {}
    places: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    jobs: Annotated[int, Field(ge=1, le=100)] | None = None
    blocked: tuple[str, ...] = ()
    channels: dict[str, dict[str, Any]] = {}
    first: tuple[str, ...] = ()
    gallery: str | None = None


class Store(Protocol):
    """Texts under names, each for a while."""

    async def get(self, name: str) -> str | None:
        """Read the text under a name; None if nothing is kept there."""

    async def put(self, name: str, text: str, seconds: int) -> None:
        """Keep a text."""

    async def swap(self, name: str, before: str | None, text: str, seconds: int) -> bool:
        """Keep a text in the place of another one; False if that is not there any more."""

    async def add(self, name: str, seconds: int) -> None:
        """Add 1 to a number."""

    async def delete(self, name: str) -> None:
        """Keep it no longer."""

    async def close(self) -> None:
        """Let go of connections."""


class Memory:
    """One front-end's memory.

    Ids are those of the front-end. Whatever cannot be read any more counts as forgotten.
    """

    def __init__(self, store: Store, front: str) -> None:
        self._store, self._front = store, front

    async def preferences(self, user: str) -> Preferences:
        """A person's own defaults; empty ones if they have none."""
        return await self._read(f"user:{user}", Preferences) or Preferences()

    async def save_preferences(self, user: str, preferences: Preferences) -> None:
        """Keep a person's own defaults for a year."""
        await self._write(f"user:{user}", preferences, _YEAR)

    async def chat_settings(self, name: str) -> ChatSettings:
        """What holds in a place; nothing in particular if nobody decided anything."""
        return await self._read(f"house:{name}", ChatSettings) or ChatSettings()

    async def save_chat_settings(self, name: str, settings: ChatSettings) -> None:
        """Keep what holds in a place for a year."""
        await self._write(f"house:{name}", settings, _YEAR)

    async def change_chat_settings(
        self, name: str, change: Callable[[ChatSettings], ChatSettings]
    ) -> ChatSettings:
        """Change what holds in a place; changes at the same time are all kept."""
        key = self._key(f"house:{name}")
        while True:
            before = await self._store.get(key)
            after = change(_parsed(before, ChatSettings) or ChatSettings())
            if await self._store.swap(key, before, after.model_dump_json(), _YEAR):
                return after

    async def write_note(self, name: str, value: Any, seconds: int) -> None:
        """Keep something small that can be written as JSON."""
        await self._store.put(self._key(f"note:{name}"), json.dumps(value), seconds)

    async def read_note(self, name: str) -> Any:
        """Read a note; None if it is kept no longer."""
        text = await self._store.get(self._key(f"note:{name}"))
        return None if text is None else json.loads(text)

    async def change_note(self, name: str, change: Callable[[Any], Any], seconds: int) -> Any:
        """Change a note, None where there is none; changes at the same time are all kept."""
        key = self._key(f"note:{name}")
        while True:
            before = await self._store.get(key)
            after = change(None if before is None else json.loads(before))
            if await self._store.swap(key, before, json.dumps(after), seconds):
                return after

    async def begin_note(self, name: str, seconds: int) -> bool:
        """Begin a note; False if somebody has."""
        return await self._store.swap(self._key(f"note:{name}"), None, "null", seconds)

    async def count(self, *names: str) -> None:
        """Count one more of each."""
        for name in names:
            await self._store.add(self._key(f"count:{name}"), _YEAR)

    async def counts(self, *names: str) -> list[int]:
        """How many were counted of each."""
        found = [await self._store.get(self._key(f"count:{name}")) for name in names]
        return [int(one or 0) for one in found]

    async def delete_note(self, name: str) -> None:
        """Keep a note no longer."""
        await self._store.delete(self._key(f"note:{name}"))

    async def delete_user(self, user: str) -> None:
        """Forget a person's defaults, and what was noted of their drawings."""
        own = (f"user:{user}", f"count:user:{user}", *(f"note:{note}:{user}" for note in PERSONAL))
        for name in own:
            await self._store.delete(self._key(name))

    async def close(self) -> None:
        """Let go of connections."""
        await self._store.close()

    def _key(self, name: str) -> str:
        return f"{_ROOT}:{self._front}:{name}"

    async def _read(self, name: str, kind: type[Any]) -> Any:
        return _parsed(await self._store.get(self._key(name)), kind)

    async def _write(self, name: str, part: _Remembered, seconds: int) -> None:
        await self._store.put(self._key(name), part.model_dump_json(), seconds)


def _parsed(text: str | None, kind: type[_Kind]) -> _Kind | None:
    if text is None:
        return None
    try:
        return kind.model_validate_json(text)
    except ValidationError:
        return None


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
    if (asked.get("takes") or 1) > 1:
        # That somebody likes videos is no reason to refuse takes, which have none.
        kept.pop("video", None)
    options = DrawOptions.of(**{**kept, **asked})
    options.refuse_unused(name for name, value in asked.items() if value is not None)
    return options


class RedisStore:
    """Texts in Redis."""

    def __init__(self, url: str) -> None:
        self._redis: AsyncRedis = connect_async(url)
        self._swap = self._redis.register_script(_SWAP)

    async def get(self, name: str) -> str | None:
        """Read the text under a name; None if nothing is kept there."""
        with redis_errors():
            text = await self._redis.get(name)
        return None if text is None else text.decode()

    async def put(self, name: str, text: str, seconds: int) -> None:
        """Keep a text."""
        with redis_errors():
            await self._redis.set(name, text, ex=seconds)

    async def swap(self, name: str, before: str | None, text: str, seconds: int) -> bool:
        """Keep a text in the place of another one; False if that is not there any more."""
        with redis_errors():
            return bool(await self._swap(keys=[name], args=[before or "", text, seconds]))

    async def add(self, name: str, seconds: int) -> None:
        """Add 1 to a number."""
        with redis_errors():
            await self._redis.incr(name)
            await self._redis.expire(name, seconds)

    async def delete(self, name: str) -> None:
        """Keep it no longer."""
        with redis_errors():
            await self._redis.delete(name)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()
