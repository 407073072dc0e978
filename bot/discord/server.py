"""``/server``: what managers decide for theirs."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.asker import Asker
from bot.discord.choices import Inter, instruments, named, styles
from bot.discord.core import core_of, texts_of, whisper
from bot.discord.personal import changed, listed
from bot.memory import House
from mididraw.errors import MididrawError
from mididraw.options import Theme


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Server(app_commands.Group):
    """Shown to managers alone, unless a server gives it to others."""

    def __init__(self) -> None:
        super().__init__(name=named("discord-server"), description=named("discord-server-about"))

    @app_commands.command(name=named("discord-show"), description=named("discord-show-about"))
    async def show(self, interaction: Inter) -> None:
        """What holds here."""
        await _tell(interaction, await _house(interaction))

    @app_commands.command(
        name=named("discord-defaults"), description=named("discord-defaults-about")
    )
    @app_commands.describe(
        strength=named("discord-strength"),
        tempo=named("discord-tempo"),
        mood=named("discord-mood"),
        instrument=named("discord-instrument"),
        accompaniment=named("discord-accompaniment"),
        theme=named("discord-theme"),
        reset=named("discord-reset"),
    )
    @app_commands.choices(mood=styles())
    @app_commands.autocomplete(instrument=instruments)
    async def defaults(
        self,
        interaction: Inter,
        strength: Range[int, 0, 100] | None = None,
        tempo: Range[int, 40, 240] | None = None,
        mood: str | None = None,
        instrument: str | None = None,
        accompaniment: bool | None = None,
        theme: Theme | None = None,
        reset: bool = False,
    ) -> None:
        """Options for whoever has none of their own."""
        house = await _house(interaction)
        given = {
            "strength": strength,
            "tempo": tempo,
            "style": mood,
            "instrument": instrument,
            "accompaniment": accompaniment,
            "theme": theme,
        }
        try:
            options = changed({} if reset else house.options, given)
        except MididrawError as error:
            await whisper(interaction, (await texts_of(interaction)).sentence(error))
            return
        await _furnish(interaction, house, options=options)

    @app_commands.command(name=named("discord-limit"), description=named("discord-limit-about"))
    @app_commands.describe(drawings=named("discord-limit-drawings"))
    async def limit(self, interaction: Inter, drawings: Range[int, 1, 100] | None = None) -> None:
        """Drawings that a person may have in hand here."""
        await _furnish(interaction, await _house(interaction), jobs=drawings)

    @app_commands.command(name=named("discord-channel"), description=named("discord-channel-about"))
    @app_commands.describe(channel=named("discord-channel-which"), allowed=named("discord-allowed"))
    async def channel(
        self,
        interaction: Inter,
        channel: discord.abc.GuildChannel,
        allowed: bool = True,
    ) -> None:
        """Channels where drawings are taken."""
        house = await _house(interaction)
        await _furnish(interaction, house, places=_with(house.places, channel.id, allowed))

    @app_commands.command(name=named("discord-role"), description=named("discord-role-about"))
    @app_commands.describe(role=named("discord-role-which"), allowed=named("discord-allowed"))
    async def role(self, interaction: Inter, role: discord.Role, allowed: bool = True) -> None:
        """Roles that get music."""
        house = await _house(interaction)
        await _furnish(interaction, house, roles=_with(house.roles, role.id, allowed))

    @app_commands.command(name=named("discord-block"), description=named("discord-block-about"))
    @app_commands.describe(user=named("discord-block-who"), blocked=named("discord-blocked"))
    async def block(self, interaction: Inter, user: discord.User, blocked: bool = True) -> None:
        """People who get no music here."""
        house = await _house(interaction)
        await _furnish(interaction, house, blocked=_with(house.blocked, user.id, blocked))


async def _house(interaction: Inter) -> House:
    return await core_of(interaction).memory.house(Asker.of(interaction).house)


async def _furnish(interaction: Inter, house: House, **changes: Any) -> None:
    house = house.model_copy(update=changes)
    await core_of(interaction).memory.furnish(Asker.of(interaction).house, house)
    await _tell(interaction, house)


async def _tell(interaction: Inter, house: House) -> None:
    said = await texts_of(interaction)
    lines = [
        said("discord-server-jobs", count=house.jobs) if house.jobs else "",
        _line(said("discord-server-channels"), house.places, "<#{}>"),
        _line(said("discord-server-roles"), house.roles, "<@&{}>"),
        _line(said("discord-server-blocked"), house.blocked, "<@{}>"),
    ]
    text = listed(said("discord-server-defaults"), house.options, said)
    await whisper(interaction, "\n".join([text, *(line for line in lines if line)]))


def _line(title: str, names: tuple[str, ...], mention: str) -> str:
    return f"{title} {' '.join(mention.format(name) for name in names)}" if names else ""


def _with(names: tuple[str, ...], number: int, there: bool) -> tuple[str, ...]:
    others = tuple(name for name in names if name != str(number))
    return (*others, str(number)) if there else others
