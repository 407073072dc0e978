"""The client: commands, buttons, deliveries, and what is told to Discord when it changed."""

import asyncio
import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from bot.discord.address import FRONT
from bot.discord.buttons import ITEMS
from bot.discord.commands import MENUS, draw, remix
from bot.discord.core import Core
from bot.discord.deliver import Deliverer
from bot.discord.mentions import heed
from bot.discord.owner import Owner
from bot.discord.personal import cancel, forgetme, help_, queue, settings
from bot.discord.server import Server
from bot.discord.status import Statuses
from bot.discord.voice import Stage
from bot.jobs.counted import CountedJobs
from bot.jobs.remote import RedisJobs
from bot.memory import Memory, RedisStore
from bot.metrics import Metrics
from bot.pulse import Pulse
from bot.settings import DiscordSettings
from bot.texts import texts
from mididraw.errors import MididrawError, OptionError

_log = logging.getLogger(__name__)
_NONE = (
    "There is no DISCORD_TOKEN: make an application with a bot at "
    "https://discord.com/developers/applications, which gives you one."
)
_WRONG = "Discord does not know this DISCORD_TOKEN: copy it again from the application's page."
_YEAR = 365 * 86_400
_SLOW = 60.0
"""Seconds for a heartbeat's answer; infinite before the first."""


class Translator(app_commands.Translator):
    """Names and descriptions in Discord's languages, from the catalogue."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 -- the library's signature
    ) -> str | None:
        """A text; None where the language has none of its own."""
        said = texts(str(locale))
        key = string.extras.get("key")
        if key is None or said.language == "en":
            return None
        return said(key)


class Tree(app_commands.CommandTree["DrawClient"]):
    """Commands; whatever breaks one is said."""

    async def on_error(
        self,
        interaction: discord.Interaction["DrawClient"],
        error: app_commands.AppCommandError,
    ) -> None:
        """Say what is known, and log what is not."""
        cause = getattr(error, "original", error)
        said = texts(str(interaction.locale))
        known = isinstance(cause, MididrawError)
        if not known:
            _log.error("a command broke: %s", type(cause).__name__, exc_info=cause)
        text = said.sentence(cause) if isinstance(cause, MididrawError) else said("discord-broken")
        try:
            if interaction.response.is_done():
                await interaction.edit_original_response(content=text)
            else:
                await interaction.response.send_message(text, ephemeral=True)
        except discord.HTTPException as second:
            _log.warning("nobody could be told: %s", type(second).__name__)


class DrawClient(discord.AutoShardedClient):
    """The bot; needs no privileged intents."""

    def __init__(self, host: DiscordSettings, metrics: Metrics | None = None) -> None:
        # Of messages, Discord shows us the text and files of those alone that are for us.
        intents = discord.Intents(guilds=True, messages=True, voice_states=True)
        super().__init__(intents=intents, max_messages=None)
        url = host.redis
        self._host = host
        metrics = metrics or Metrics()
        queue = RedisJobs(url, FRONT, limits=host.limits)
        jobs = CountedJobs(queue, FRONT, metrics)
        self.core = Core(jobs, Memory(RedisStore(url), FRONT), Statuses(jobs), Stage(), host)
        self.deliverer = Deliverer(self, jobs)
        metrics.watch(FRONT, lambda: self.deliverer.outcomes)
        self.tree = Tree(self)
        self._tasks: list[asyncio.Task[None]] = []

    async def setup_hook(self) -> None:
        """Before the gateway is entered."""
        await self.tree.set_translator(Translator())
        commands: list[Any] = [draw, remix, settings, help_, queue, cancel, forgetme]
        for command in [*commands, Server(), Owner(), *MENUS]:
            self.tree.add_command(command)
        self.add_dynamic_items(*ITEMS)
        await self._publish()
        pulse = Pulse(self._host.redis, FRONT, self._heard)
        self._tasks = [
            asyncio.create_task(self.deliverer.run(), name="deliveries"),
            asyncio.create_task(pulse.run(), name="pulse"),
        ]

    async def on_message(self, message: discord.Message) -> None:
        """Somebody writes to us, or to others."""
        if self.user is not None:
            await heed(message, self.user, self.core)

    def _heard(self) -> bool:
        """Whether every shard's gateway answers its heartbeats."""
        delays = [delay for _, delay in self.latencies]
        return self.is_ready() and not self.is_closed() and max(delays, default=0) < _SLOW

    async def close(self) -> None:
        """Take everything apart."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.deliverer.close()
        await self.core.statuses.close()
        await self.core.stage.close()
        await super().close()
        await self.core.jobs.close()
        await self.core.memory.close()

    async def _publish(self) -> None:
        """Tell Discord of the commands, only when they changed."""
        payload: list[Any] = [
            await command.get_translated_payload(self.tree, Translator())
            for command in self.tree.get_commands()
        ]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        note = f"commands:{self.application_id}"
        if await self.core.memory.noted(note) != digest:
            await self.tree.sync()
            await self.core.memory.note(note, digest, _YEAR)
            _log.info("commands are published")


async def run(settings: DiscordSettings, metrics: Metrics | None = None) -> None:
    """Work until cancelled.

    Raises:
        OptionError: there is no token, or Discord does not know it.
    """
    if settings.discord_token is None:
        raise OptionError(_NONE)
    if settings.discord_api_url:
        discord.http.Route.BASE = settings.discord_api_url
    client = DrawClient(settings, metrics)
    try:
        async with client:
            await client.start(settings.discord_token.get_secret_value())
    except discord.LoginFailure as error:
        raise OptionError(_WRONG) from error
