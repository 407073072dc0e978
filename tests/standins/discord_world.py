"""What there is at Discord: channels with the bot's rights, messages, and who reaches whom."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_payloads import (
    ALLOWED,
    APPLICATION,
    CHANNEL,
    DIRECT,
    ELSEWHERE,
    FORUM,
    GROUP,
    GUILD,
    HER,
    IN_CATEGORY,
    NEW_CHANNEL,
    NEW_GUILD,
    OTHER_CATEGORY,
    OTHER_GUILD,
    POST,
    STAGE,
    THREAD,
    VOICE_CHANNEL,
)

VIEW, SEND, ATTACH, HISTORY, IN_THREADS = 1 << 10, 1 << 11, 1 << 15, 1 << 16, 1 << 38
CONNECT, SPEAK, MUTE_MEMBERS, REQUEST_TO_SPEAK = 1 << 20, 1 << 21, 1 << 22, 1 << 32
TEXT, DM, VOICE, GROUP_DM, CATEGORY, PUBLIC_THREAD, ON_STAGE, IN_FORUM = 0, 1, 2, 3, 4, 11, 13, 15
"""Kinds of channels."""
EPHEMERAL, LOADING = 1 << 6, 1 << 7
_FIRST_MS = 1_420_070_400_000
"""What Discord's ids count milliseconds from."""


@dataclass(slots=True)
class Channel:
    """A channel.

    Attributes:
        id, kind, name: of it.
        guild: where it is; None for direct messages and groups.
        parent: the channel or category around it.
        denied: rights that the bot has in the server, but not here.
        member: whether the bot is there: not in what it knows by a person's install alone.
        archived, locked: of a thread.
        user_limit: of a voice channel; 0 for none.
    """

    id: int
    kind: int
    name: str = "music"
    guild: int | None = GUILD
    parent: int | None = None
    denied: int = 0
    member: bool = True
    archived: bool = False
    locked: bool = False
    user_limit: int = 0

    @property
    def is_thread(self) -> bool:
        return self.kind == PUBLIC_THREAD


@dataclass(slots=True)
class World:
    """Everything, and the clock that it goes by.

    Attributes:
        allowed: the bot's rights in its server.
        channels: by id.
        messages: by id, as Discord shows them.
        files: of the CDN, by their path.
        closed: people who take no direct messages from the bot.
        strangers: people with whom it shares no server.
        passed: seconds that were let pass.
    """

    allowed: int = ALLOWED
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    strangers: set[int] = field(default_factory=set)
    passed: float = 0.0
    _count: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for channel in (
            Channel(IN_CATEGORY, CATEGORY, "drawings"),
            Channel(OTHER_CATEGORY, CATEGORY, "others"),
            Channel(CHANNEL, TEXT, parent=IN_CATEGORY),
            Channel(VOICE_CHANNEL, VOICE, "voice"),
            Channel(STAGE, ON_STAGE, "stage"),
            Channel(FORUM, IN_FORUM, "forum"),
            Channel(THREAD, PUBLIC_THREAD, "thread", parent=CHANNEL),
            Channel(POST, PUBLIC_THREAD, "post", parent=FORUM),
            Channel(DIRECT, DM, guild=None),
            Channel(GROUP, GROUP_DM, guild=None, member=False),
            Channel(NEW_CHANNEL, TEXT, guild=NEW_GUILD),
            Channel(ELSEWHERE, TEXT, guild=OTHER_GUILD, member=False),
        ):
            self.channels[channel.id] = channel

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.passed

    def number(self) -> int:
        """A new id, which tells when it was made."""
        return (int(self.now() * 1000) - _FIRST_MS) << 22 | next(self._count) % (1 << 22)

    def rights(self, channel: Channel) -> int:
        """What the bot may do in a channel."""
        around = self.channels.get(channel.parent or 0)
        return self.allowed & ~channel.denied & ~(around.denied if around else 0)

    def direct_with(self, user: int) -> Channel:
        """The direct messages with somebody."""
        number = DIRECT if user == HER else DIRECT + user
        return self.channels.setdefault(number, Channel(number, DM, guild=None))

    def reader(self, channel: Channel) -> int:
        """Who the bot writes to in direct messages."""
        return HER if channel.id == DIRECT else channel.id - DIRECT

    def keep(self, channel: int, *, author: int = APPLICATION, **more: Any) -> dict[str, Any]:
        """A message."""
        number = self.number()
        person = payloads.person(author)
        at = {"channel_id": str(channel), "author": person}
        self.messages[number] = payloads.message(number, at | more)
        return self.messages[number]
