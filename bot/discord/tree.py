"""The commands, all of them, and what is said when one breaks."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.answers import say_failure
from bot.discord.commands import MENUS, draw, remix
from bot.discord.help import help_
from bot.discord.history import history
from bot.discord.owner import Owner
from bot.discord.preferences import cancel, forgetme, queue, settings, stats
from bot.discord.server import Server
from bot.discord.voice_commands import skip, stop


class Tree(app_commands.CommandTree[discord.Client]):
    """Commands; whatever breaks one is said."""

    def __init__(self, client: discord.Client, owner_guild: int | None) -> None:
        """Hold all commands; the owners' in one server alone."""
        super().__init__(client)
        commands: list[Any] = [
            draw,
            remix,
            history,
            settings,
            help_,
            queue,
            cancel,
            stats,
            forgetme,
        ]
        for command in [*commands, skip, stop, Server(), *MENUS]:
            self.add_command(command)
        if owner_guild is not None:
            self.add_command(Owner(), guild=discord.Object(owner_guild))

    async def on_error(
        self,
        interaction: discord.Interaction[discord.Client],
        error: app_commands.AppCommandError,
    ) -> None:
        """Say what is known, and log what is not."""
        if isinstance(error, app_commands.CheckFailure):
            return  # whoever checked has said why
        await say_failure(interaction, getattr(error, "original", error))
