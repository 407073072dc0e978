"""Who asks for music, and where: of an interaction or of a message."""

from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class Asker:
    """What decides whether somebody gets music, in which language and how much.

    Attributes:
        request: the interaction's or message's own id.
        user: their id.
        locale: their language as Discord has it; None where it is not told.
        channel: where they ask.
        places: its id and, of a thread, that of the channel around it.
        guild: the server; None in direct messages.
        roles: theirs in the server.
        may_attach: whether we may attach files there.
    """

    request: str
    user: int
    locale: str | None
    channel: int
    places: frozenset[int]
    guild: int | None
    roles: frozenset[int]
    may_attach: bool

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> "Asker":
        """Whoever runs a command or presses a button."""
        return cls(
            request=str(interaction.id),
            user=interaction.user.id,
            locale=str(interaction.locale),
            channel=interaction.channel_id or 0,
            places=_places(interaction.channel_id or 0, interaction.channel),
            guild=interaction.guild_id,
            roles=_roles(interaction.user),
            may_attach=interaction.guild_id is None or interaction.app_permissions.attach_files,
        )

    @classmethod
    def of_message(cls, message: discord.Message) -> "Asker":
        """Whoever writes to us."""
        me = None if message.guild is None else message.guild.me
        may = me is None or message.channel.permissions_for(me).attach_files
        return cls(
            request=str(message.id),
            user=message.author.id,
            locale=None if message.guild is None else str(message.guild.preferred_locale),
            channel=message.channel.id,
            places=_places(message.channel.id, message.channel),
            guild=None if message.guild is None else message.guild.id,
            roles=_roles(message.author),
            may_attach=may,
        )

    @property
    def house(self) -> str:
        """What its memory is kept under: the server, or themselves."""
        return str(self.guild or self.user)


def _places(channel: int, seen: object) -> frozenset[int]:
    around: int | None = getattr(seen, "parent_id", None)
    return frozenset({channel} if around is None else {channel, around})


def _roles(user: object) -> frozenset[int]:
    return frozenset(role.id for role in getattr(user, "roles", ()))
