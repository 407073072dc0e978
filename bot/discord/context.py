"""What all commands share, and the language that somebody is spoken to in."""

from dataclasses import dataclass, field
from typing import Any

import discord

from bot.discord.pictures import FileLoader
from bot.discord.voice import VoicePlayer
from bot.service.drawings import DrawingService
from bot.settings import DiscordSettings
from bot.texts import Texts, texts_in


@dataclass(frozen=True, slots=True)
class DiscordContext:
    """Handed to every command.

    Attributes:
        service: what all front-ends do.
        voice: plays in voice channels.
        settings: the host's.
        files: fetches what people attach.
        commands: their ids at Discord, by name.
    """

    service: DrawingService
    voice: VoicePlayer
    settings: DiscordSettings
    files: FileLoader
    commands: dict[str, int] = field(default_factory=dict)

    def link(self, command: str) -> str:
        """A command to click on, once Discord has told its id."""
        number = self.commands.get(command.partition(" ")[0])
        return f"`/{command}`" if number is None else f"</{command}:{number}>"


def context_of(interaction: discord.Interaction[Any]) -> DiscordContext:
    """What the commands share: the client has it."""
    client: Any = interaction.client
    context: DiscordContext = client.context
    return context


async def texts_of(interaction: discord.Interaction[Any]) -> Texts:
    """The texts in the person's own language; asks Redis, so acknowledge before."""
    memory, user = context_of(interaction).service.memory, str(interaction.user.id)
    own, locale = await memory.preferences(user), str(interaction.locale)
    if own.locale != locale:
        # Direct messages come without one.
        await memory.save_preferences(user, own.model_copy(update={"locale": locale}))
    return texts_in(own.language or locale)
