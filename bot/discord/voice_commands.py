"""``/skip`` and ``/stop``: for those who listen, and whoever manages the channels."""

from collections.abc import Callable

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, whisper
from bot.discord.choices import Inter, named
from bot.discord.context import context_of, texts_of


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.command(name=named("discord-skip"), description=named("discord-skip-about"))
async def skip(interaction: Inter) -> None:
    """Pass over the piece that plays."""
    await _end(interaction, context_of(interaction).voice.skip)


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.command(name=named("discord-stop"), description=named("discord-stop-about"))
async def stop(interaction: Inter) -> None:
    """Play nothing more, and leave."""
    await _end(interaction, context_of(interaction).voice.stop)


async def _end(interaction: Inter, end: Callable[[discord.Guild], bool]) -> None:
    await acknowledge(interaction)
    texts, guild, user = await texts_of(interaction), interaction.guild, interaction.user
    here = guild.voice_client if guild is not None else None
    standing = user.voice if isinstance(user, discord.Member) else None
    if guild is None or not isinstance(here, discord.VoiceClient):
        await whisper(interaction, texts("discord-voice-nothing"))
    elif not (
        interaction.permissions.manage_channels
        or (standing is not None and standing.channel == here.channel)
    ):
        await whisper(interaction, texts("discord-voice-listeners"))
    else:
        ended = end(guild)
        await whisper(
            interaction, texts("discord-voice-ended" if ended else "discord-voice-nothing")
        )
