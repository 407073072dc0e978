"""``/owner``: how everything stands, pause for maintenance, and blocks in all servers."""

import asyncio
import time

import discord
from discord import app_commands

from bot.discord.choices import Inter, named
from bot.discord.core import core_of, texts_of, whisper
from worker.admin import Admin
from worker.contract import keys
from worker.contract.connection import connect
from worker.overview import look_over


@app_commands.default_permissions(administrator=True)
class Owner(app_commands.Group):
    """Runs for the application's owner, its team and whom the host named."""

    def __init__(self) -> None:
        super().__init__(name=named("discord-owner"), description=named("discord-owner-about"))

    async def interaction_check(self, interaction: Inter, /) -> bool:
        """Whether somebody may; says so if not."""
        about = interaction.client.application
        owners = {about.owner.id} if about is not None else set()
        if about is not None and about.team is not None:
            owners = {member.id for member in about.team.members}
        user = interaction.user.id
        if user in owners or core_of(interaction).settings.owns(str(user)):
            return True
        await whisper(interaction, (await texts_of(interaction))("discord-not-owner"))
        return False

    @app_commands.command(name=named("discord-status"), description=named("discord-status-about"))
    async def status(self, interaction: Inter) -> None:
        """Queue, workers, servers."""
        url = core_of(interaction).settings.redis

        def look() -> dict[str, object]:
            with connect(url) as connection:
                return look_over(connection, time.time()).as_json()

        seen = await asyncio.to_thread(look)
        seen |= {"servers": len(interaction.client.guilds)}
        await whisper(interaction, "\n".join(f"{name}: {value}" for name, value in seen.items()))

    @app_commands.command(name=named("discord-drain"), description=named("discord-drain-about"))
    @app_commands.describe(on=named("discord-drain-on"))
    async def drain(self, interaction: Inter, on: bool) -> None:
        """Take no new drawings; those in hand go on."""
        url = core_of(interaction).settings.redis

        def do() -> None:
            with connect(url) as connection:
                Admin(connection, keys.Lives()).drain(on=on)

        await asyncio.to_thread(do)
        said = await texts_of(interaction)
        await whisper(interaction, said("discord-drained" if on else "discord-undrained"))

    @app_commands.command(name=named("discord-ban"), description=named("discord-ban-about"))
    @app_commands.describe(user=named("discord-block-who"), blocked=named("discord-blocked"))
    async def ban(self, interaction: Inter, user: discord.User, blocked: bool = True) -> None:
        """Nobody gets music anywhere whom the owners block."""
        core, name = core_of(interaction), str(user.id)
        house = await core.everywhere()
        others = tuple(one for one in house.blocked if one != name)
        names = (*others, name) if blocked else others
        await core.decide(house.model_copy(update={"blocked": names}))
        said = await texts_of(interaction)
        await whisper(interaction, said("discord-banned", count=len(names)))
