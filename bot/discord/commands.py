"""Commands that order music: ``/draw``, ``/remix`` and the message menu."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, whisper
from bot.discord.choices import Inter, anywhere, named, with_options
from bot.discord.context import texts_of
from bot.discord.forms import show_form
from bot.discord.ordering import begin_order
from bot.discord.pictures import RemoteFile, pictures_of
from mididraw.signatures import options

_OF_MUSIC = options(
    *("strength", "bars", "tempo", "key", "style", "instrument", "accompaniment"),
    *("arrangement", "engine", "seed"),
)
_OF_FILES = options("shape", "theme", "video", "takes", "morph")


@anywhere
@app_commands.command(name=named("discord-draw"), description=named("discord-draw-about"))
@app_commands.describe(
    image=named("discord-image"),
    image2=named("discord-image-more"),
    image3=named("discord-image-more"),
    image4=named("discord-image-more"),
    image5=named("discord-image-more"),
    url=named("discord-url"),
    midi=named("discord-midi"),
    private=named("discord-private"),
    spoiler=named("discord-spoiler"),
)
@with_options
async def draw(
    interaction: Inter,
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    image3: discord.Attachment | None = None,
    image4: discord.Attachment | None = None,
    image5: discord.Attachment | None = None,
    url: str | None = None,
    music: dict[str, Any] = _OF_MUSIC,
    midi: discord.Attachment | None = None,
    of_files: dict[str, Any] = _OF_FILES,
    private: bool = False,
    spoiler: bool = False,
) -> None:
    """Music that looks like a drawing."""
    images = [one for one in (image, image2, image3, image4, image5) if one is not None]
    order = await begin_order(interaction, private=private, spoiler=spoiler)
    chosen = await order.options(**music, **of_files)
    files = [RemoteFile.of(one) for one in images]
    files += [RemoteFile(url, stored=False)] if url else []
    await order.draw(files, chosen, midi=None if midi is None else RemoteFile.of(midi))


@anywhere
@app_commands.context_menu(name=named("discord-menu"))
async def play_this(interaction: Inter, message: discord.Message) -> None:
    """Music for the pictures of a message."""
    files = pictures_of(message)
    if files:
        await show_form(interaction, files)
    else:
        await acknowledge(interaction)
        await whisper(interaction, (await texts_of(interaction))("discord-no-picture"))


@anywhere
@app_commands.command(name=named("discord-remix"), description=named("discord-remix-about"))
@app_commands.describe(midi=named("discord-midi"), image=named("discord-image"))
async def remix(interaction: Inter, midi: discord.Attachment, image: discord.Attachment) -> None:
    """Music that goes on from one's own, towards a drawing."""
    order = await begin_order(interaction)
    files = [RemoteFile.of(image)]
    await order.draw(files, await order.options(), midi=RemoteFile.of(midi))


MENUS: tuple[app_commands.ContextMenu, ...] = (play_this,)
