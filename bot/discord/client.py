"""The client: commands, buttons, deliveries, and what is told to Discord when it changed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import discord

from bot.discord.answers import whisper
from bot.discord.buttons import ITEMS, is_known
from bot.discord.change import is_change, submit_change
from bot.discord.context import DiscordContext
from bot.discord.forms import is_form, submit_form
from bot.discord.help import welcome
from bot.discord.mentions import answer_message
from bot.discord.pictures import FileLoader
from bot.discord.poster import DiscordPoster
from bot.discord.publishing import Translator, publish, publish_owners
from bot.discord.record import Recorder
from bot.discord.refusals import AWAY
from bot.discord.target import FRONT
from bot.discord.tree import Tree
from bot.discord.voice import VoicePlayer
from bot.heartbeat import HeartbeatSender
from bot.jobs.counted import CountedJobs
from bot.jobs.remote import RedisJobs
from bot.memory import Memory, RedisStore
from bot.metrics import FrontMetrics
from bot.service.delivery import Deliverer
from bot.service.drawings import DrawingService
from bot.service.status import StatusFollower
from bot.settings import DiscordSettings
from bot.tasks import end
from bot.texts import texts_in
from mididraw.errors import OptionError, Sentence

_log = logging.getLogger(__name__)
_NONE = Sentence(
    "discord-token-missing",
    "There is no DISCORD_TOKEN: make an application with a bot at "
    "https://discord.com/developers/applications, which gives you one.",
)
_WRONG = Sentence(
    "discord-token-unknown",
    "Discord does not know this DISCORD_TOKEN: copy it again from the application's page.",
)
_REST = 2.0
"""Least number of seconds between two edits of a status."""
_SLOW = 60.0
"""Seconds for a heartbeat's answer; infinite before the first."""


class DrawClient(discord.AutoShardedClient):
    """The bot; needs no privileged intents."""

    def __init__(
        self,
        host: DiscordSettings,
        metrics: FrontMetrics | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        # Of messages, Discord shows us the text and files of those alone that are for us.
        intents = discord.Intents(guilds=True, messages=True, voice_states=True)
        watched: dict[str, Any] = {}
        if recorder is not None:
            watched = {"enable_debug_events": True, "http_trace": recorder.trace()}
        super().__init__(
            intents=intents,
            max_messages=None,
            proxy=host.discord_proxy,
            # People's own words are said again at times.
            allowed_mentions=discord.AllowedMentions.none(),
            **watched,
        )
        url = host.redis
        self._host, self._recorder = host, recorder
        metrics = metrics or FrontMetrics()
        queue = RedisJobs(url, FRONT, limits=host.limits)
        jobs = CountedJobs(queue, FRONT, metrics)
        statuses = StatusFollower(jobs, _REST, AWAY)
        service = DrawingService(jobs, Memory(RedisStore(url), FRONT), statuses, host.kept)
        self.context = DiscordContext(
            service, VoicePlayer(), host, FileLoader(host.own_host, host.discord_proxy)
        )
        self.deliverer = Deliverer(jobs, DiscordPoster(self, statuses, service.memory))
        metrics.watch(FRONT, lambda: self.deliverer.outcomes)
        self.tree = Tree(self, host.discord_owner_guild)
        self._tasks: list[asyncio.Task[None]] = []

    async def setup_hook(self) -> None:
        """Before the gateway is entered."""
        await self.tree.set_translator(Translator())
        self.add_dynamic_items(*ITEMS)
        memory = self.context.service.memory
        self.context.commands.update(await publish(self.tree, memory))
        await publish_owners(self.tree, memory, self._host.discord_owner_guild)
        heartbeat = HeartbeatSender(self._host.redis, FRONT, self._is_alive)
        self._tasks = [
            asyncio.create_task(self.deliverer.run(), name="deliveries"),
            asyncio.create_task(heartbeat.run(), name="heartbeat"),
        ]

    async def on_socket_raw_receive(self, frame: str) -> None:
        """Something came through the gateway; told where everything is to be written down."""
        if self._recorder is not None:
            self._recorder.record_frame(frame)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody writes to us, or to others."""
        if self.user is not None:
            await answer_message(message, self.user, self.context)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot is added to a server."""
        await welcome(guild, self.context)

    async def on_voice_state_update(
        self,
        member: discord.Member,
        before: discord.VoiceState,  # noqa: ARG002 -- the library's signature
        after: discord.VoiceState,  # noqa: ARG002
    ) -> None:
        """Somebody joins or leaves a voice channel."""
        self.context.voice.leave_if_alone(member.guild)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody sends a form, or presses a button that nothing here knows any more."""
        kind = interaction.type
        if kind is discord.InteractionType.modal_submit and is_form(interaction):
            await submit_form(interaction)
        elif kind is discord.InteractionType.modal_submit and is_change(interaction):
            await submit_change(interaction)
        elif kind is discord.InteractionType.component and not is_known(interaction):
            await whisper(interaction, texts_in(str(interaction.locale))("expired-buttons"))

    def _is_alive(self) -> bool:
        """Whether every shard's gateway answers its heartbeats."""
        delays = [delay for _, delay in self.latencies]
        return self.is_ready() and not self.is_closed() and max(delays, default=0) < _SLOW

    async def close(self) -> None:
        """Take everything apart."""
        await end(self._tasks)
        await self.deliverer.close()
        await self.context.voice.close()
        await super().close()
        await self.context.service.close()


@contextmanager
def _token_of(settings: DiscordSettings) -> Iterator[str]:
    """Give the token to whoever logs in with it, at the address that is set.

    Raises:
        OptionError: there is no token, or Discord does not know it.
    """
    if settings.discord_token is None:
        raise OptionError(_NONE)
    if settings.discord_api_url:
        discord.http.Route.BASE = settings.discord_api_url
    try:
        yield settings.discord_token.get_secret_value()
    except discord.LoginFailure as error:
        raise OptionError(_WRONG) from error


@asynccontextmanager
async def logged_in(settings: DiscordSettings) -> AsyncIterator[discord.Client]:
    """A client that hears nothing and only asks Discord for things.

    Raises:
        OptionError: there is no token, or Discord does not know it.
    """
    with _token_of(settings) as token:
        client = discord.Client(intents=discord.Intents.none(), proxy=settings.discord_proxy)
        async with client:
            await client.login(token)
            yield client


async def run(
    settings: DiscordSettings, metrics: FrontMetrics | None = None, record: Path | None = None
) -> None:
    """Work until cancelled; ``record`` is where what Discord says is written down.

    Raises:
        OptionError: there is no token, or Discord does not know it.
    """
    with _token_of(settings) as token:
        recorder = None if record is None else Recorder(record)
        client = DrawClient(settings, metrics, recorder)
        try:
            async with client:
                await client.start(token)
        finally:
            if recorder is not None:
                recorder.close()
