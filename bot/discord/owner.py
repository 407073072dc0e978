"""``/owner``: how everything stands, pause for maintenance, and blocks in all servers."""

import asyncio
import time

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, whisper
from bot.discord.choices import Inter, named
from bot.discord.context import context_of, texts_of
from bot.service.admission import EVERYWHERE
from bot.service.settings import with_id
from worker.queue import keys
from worker.queue.admin import Admin
from worker.queue.connection import connect
from worker.queue.overview import read_overview

_ACCEPTED = discord.TeamMembershipState.accepted


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(administrator=True)
class Owner(app_commands.Group):
    """Runs for the application's owner, its team and whom the host named."""

    def __init__(self) -> None:
        super().__init__(name=named("discord-owner"), description=named("discord-owner-about"))

    async def interaction_check(self, interaction: Inter, /) -> bool:
        """Whether somebody may; says so if not."""
        await acknowledge(interaction)
        named = context_of(interaction).settings.owns(str(interaction.user.id))
        owns = interaction.user.id in _owners(interaction.client.application)
        if interaction.is_guild_integration() and (named or owns):
            return True
        await whisper(interaction, (await texts_of(interaction))("discord-not-owner"))
        return False

    @app_commands.command(name=named("discord-status"), description=named("discord-status-about"))
    async def status(self, interaction: Inter) -> None:
        """Show how queue, workers and servers are."""
        url = context_of(interaction).settings.redis

        def read() -> dict[str, object]:
            with connect(url) as connection:
                return read_overview(connection, time.time()).as_json()

        seen = await asyncio.to_thread(read)
        seen |= {"servers": len(interaction.client.guilds)}
        await whisper(interaction, "\n".join(f"{name}: {value}" for name, value in seen.items()))

    @app_commands.command(name=named("discord-drain"), description=named("discord-drain-about"))
    @app_commands.describe(on=named("discord-drain-on"))
    async def drain(self, interaction: Inter, on: bool) -> None:
        """Take no new drawings; those in hand go on."""
        url = context_of(interaction).settings.redis

        def do() -> None:
            with connect(url) as connection:
                Admin(connection, keys.Retention()).drain(on=on)

        await asyncio.to_thread(do)
        texts = await texts_of(interaction)
        await whisper(interaction, texts("discord-drained" if on else "discord-undrained"))

    @app_commands.command(name=named("discord-ban"), description=named("discord-ban-about"))
    @app_commands.describe(user=named("discord-block-who"), blocked=named("discord-blocked"))
    async def ban(self, interaction: Inter, user: discord.User, blocked: bool = True) -> None:
        """Nobody gets music anywhere whom the owners block."""
        memory = context_of(interaction).service.memory
        after = await memory.change_chat_settings(
            EVERYWHERE,
            lambda before: before.model_copy(
                update={"blocked": with_id(before.blocked, user.id, there=blocked)}
            ),
        )
        texts = await texts_of(interaction)
        await whisper(interaction, texts("discord-banned", count=len(after.blocked)))


def _owners(about: discord.AppInfo | None) -> set[int]:
    """The application's owner, or who may change it in the team that has it."""
    if about is None:
        return set()
    if about.team is None:
        return {about.owner.id}
    may = (discord.TeamMemberRole.admin, discord.TeamMemberRole.developer)
    members = {
        member.id
        for member in about.team.members
        if member.role in may and member.membership_state is _ACCEPTED
    }
    return members | {about.team.owner_id or about.owner.id}
