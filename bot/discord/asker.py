"""Who asks for music in Discord, by an interaction or a message."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.service.asker import Asker

_LINK = "<#{}>"


def asker_of(interaction: discord.Interaction[Any]) -> Asker:
    """Whoever runs a command or presses a button."""
    guild, user = interaction.guild_id, interaction.user
    return Asker(
        request=str(interaction.id),
        user=str(user.id),
        locale=str(interaction.locale),
        chat="" if guild is None else str(guild),
        settings=str(guild or user.id),
        places=_places(interaction.channel_id or 0, interaction.channel),
        place_link=_LINK,
        roles=_roles(user),
        may_attach=guild is None or interaction.app_permissions.attach_files,
    )


def asker_of_message(message: discord.Message) -> Asker:
    """Whoever writes to us."""
    guild, user = message.guild, message.author
    may = guild is None or message.channel.permissions_for(guild.me).attach_files
    return Asker(
        request=str(message.id),
        user=str(user.id),
        locale=None if guild is None else str(guild.preferred_locale),
        chat="" if guild is None else str(guild.id),
        settings=str(user.id if guild is None else guild.id),
        places=_places(message.channel.id, message.channel),
        place_link=_LINK,
        roles=_roles(user),
        may_attach=may,
    )


def _places(channel: int, seen: object) -> tuple[str, ...]:
    """A channel, the one around a thread, and their category."""
    around = getattr(seen, "parent", None) or seen
    found = (channel, getattr(around, "id", None), getattr(around, "category_id", None))
    return tuple(dict.fromkeys(str(place) for place in found if place))


def _roles(user: object) -> Callable[[], Awaitable[frozenset[str]]]:
    async def known() -> frozenset[str]:
        return frozenset(str(role.id) for role in getattr(user, "roles", ()))

    return known
