"""``/server``: what managers decide for theirs."""

from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.answers import acknowledge, whisper
from bot.discord.asker import asker_of
from bot.discord.choices import DEFAULTS, Inter, named, with_options
from bot.discord.context import context_of, texts_of
from bot.discord.pages import page_of
from bot.memory import ChatSettings
from bot.service.settings import changed, with_id


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class Server(app_commands.Group):
    """Shown to managers alone, unless a server gives it to others."""

    def __init__(self) -> None:
        super().__init__(name=named("discord-server"), description=named("discord-server-about"))

    async def interaction_check(self, interaction: Inter, /) -> bool:
        """Whether the bot is a member here: by a person's install it has no say in the server."""
        await acknowledge(interaction)
        if interaction.is_guild_integration():
            return True
        await whisper(interaction, (await texts_of(interaction))("discord-not-member"))
        return False

    @app_commands.command(name=named("discord-show"), description=named("discord-show-about"))
    async def show(self, interaction: Inter) -> None:
        """Show the rules of this server."""
        await _change(interaction, lambda _: {})

    @app_commands.command(
        name=named("discord-defaults"), description=named("discord-defaults-about")
    )
    @app_commands.describe(channel=named("discord-defaults-channel"), reset=named("discord-reset"))
    @with_options
    async def defaults(
        self,
        interaction: Inter,
        given: dict[str, Any] = DEFAULTS,
        channel: discord.abc.GuildChannel | None = None,
        reset: bool = False,
    ) -> None:
        """Options for whoever has none of their own."""

        def change(before: ChatSettings) -> dict[str, Any]:
            if channel is None:
                return {"options": changed({} if reset else before.options, given)}
            place = str(channel.id)
            own = changed({} if reset else before.channels.get(place, {}), given)
            return {"channels": {**before.channels, place: own}}

        await _change(interaction, change)

    @app_commands.command(name=named("discord-limit"), description=named("discord-limit-about"))
    @app_commands.describe(drawings=named("discord-limit-drawings"))
    async def limit(self, interaction: Inter, drawings: Range[int, 1, 100] | None = None) -> None:
        """Drawings that a person may have in hand here."""
        await _change(interaction, lambda _: {"jobs": drawings})

    @app_commands.command(name=named("discord-channel"), description=named("discord-channel-about"))
    @app_commands.describe(channel=named("discord-channel-which"), allowed=named("discord-allowed"))
    async def channel(
        self,
        interaction: Inter,
        channel: discord.abc.GuildChannel,
        allowed: bool = True,
    ) -> None:
        """Channels where drawings are taken."""
        await _change(
            interaction,
            lambda before: {"places": with_id(before.places, channel.id, there=allowed)},
        )

    @app_commands.command(name=named("discord-role"), description=named("discord-role-about"))
    @app_commands.describe(role=named("discord-role-which"), allowed=named("discord-allowed"))
    async def role(self, interaction: Inter, role: discord.Role, allowed: bool = True) -> None:
        """Roles that get music."""
        await _change(
            interaction,
            lambda before: {"roles": with_id(before.roles, role.id, there=allowed)},
        )

    @app_commands.command(name=named("discord-gallery"), description=named("discord-gallery-about"))
    @app_commands.describe(channel=named("discord-gallery-which"))
    async def gallery(
        self, interaction: Inter, channel: discord.TextChannel | discord.VoiceChannel | None = None
    ) -> None:
        """The channel that pieces are shown in whose authors press for it."""
        name = None if channel is None else str(channel.id)
        await _change(interaction, lambda _: {"gallery": name})

    @app_commands.command(name=named("discord-first"), description=named("discord-first-about"))
    @app_commands.describe(role=named("discord-role-which"), first=named("discord-first-whether"))
    async def first(self, interaction: Inter, role: discord.Role, first: bool = True) -> None:
        """Roles whose drawings come first."""
        await _change(
            interaction,
            lambda before: {"first": with_id(before.first, role.id, there=first)},
        )

    @app_commands.command(name=named("discord-block"), description=named("discord-block-about"))
    @app_commands.describe(user=named("discord-block-who"), blocked=named("discord-blocked"))
    async def block(self, interaction: Inter, user: discord.User, blocked: bool = True) -> None:
        """People whose drawings are not taken here."""
        await _change(
            interaction,
            lambda before: {"blocked": with_id(before.blocked, user.id, there=blocked)},
        )


async def _change(interaction: Inter, change: Callable[[ChatSettings], dict[str, Any]]) -> None:
    """Change what holds here, and show it."""
    memory = context_of(interaction).service.memory
    after = await memory.change_chat_settings(
        asker_of(interaction).settings,
        lambda before: before.model_copy(update=change(before)),
    )
    await whisper(interaction, **page_of(after, await texts_of(interaction)))
