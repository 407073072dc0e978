"""What the bot does and how: ``/help``, a button, and a word when it comes to a server."""

import io
import re
import secrets
from typing import Any, Self

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, never_silent, whisper
from bot.discord.choices import Inter, anywhere, named
from bot.discord.context import DiscordContext, context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.discord.refusals import AWAY
from bot.discord.target import DiscordTarget
from bot.service.drawings import help_picture
from bot.service.target import PAGE
from bot.texts import Texts, texts_in

_DAY = 86_400
_YEAR = 365 * _DAY


@anywhere
@app_commands.command(name=named("discord-help"), description=named("discord-help-about"))
async def help_(interaction: Inter) -> None:
    """What to do, with a picture."""
    await _help(interaction)


class HelpButton(ReadFromId, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mdh"):
    """Somebody wants to know more."""

    def __init__(self, label: str = "") -> None:
        style = discord.ButtonStyle.primary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id="mdh"))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:  # noqa: ARG003 -- it has no parts
        """Read it from its id."""
        return cls()

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Tell them, and nobody else."""
        await _help(interaction)


def help_text(context: DiscordContext, texts: Texts) -> str:
    """How to get music, with a command to click on."""
    return texts("discord-help-text", draw=context.link("draw"))


async def _help(interaction: discord.Interaction[Any]) -> None:
    await acknowledge(interaction)
    context, texts = context_of(interaction), await texts_of(interaction)
    picture = discord.File(io.BytesIO(help_picture()), "mididraw.png")
    view = discord.ui.View()
    if (link := await _page(interaction)) is not None:
        view.add_item(discord.ui.Button(label=texts("discord-page"), url=link))
    commands = [
        f"{context.link(name)} – {texts(f'discord-{name}-about')}"
        for name in ("history", "settings", "queue", "cancel", "stats", "forgetme")
    ]
    text = "\n".join([help_text(context, texts), "", *commands])
    await whisper(interaction, text, attachments=[picture], view=view)


async def _page(interaction: discord.Interaction[Any]) -> str | None:
    """Make a link to the page, whose results also come here; None if there is no page."""
    context = context_of(interaction)
    if context.settings.public_url is None:
        return None
    target = DiscordTarget(
        application=interaction.application_id,
        token="",
        message=0,
        channel=interaction.channel_id or 0,
        user=interaction.user.id,
        private=interaction.guild_id is None,
        guild=interaction.guild_id is not None,
        limit=interaction.filesize_limit,
    )
    token = secrets.token_urlsafe(16)
    await context.service.memory.write_note(PAGE + token, target.model_dump(), _DAY)
    return f"{context.settings.public_url.rstrip('/')}/?to={token}"


async def welcome(guild: discord.Guild, context: DiscordContext) -> None:
    """Say once, where everybody reads, what the bot does that was just added."""
    memory, note = context.service.memory, f"welcomed:{guild.id}"
    place = _open_channel(guild)
    if place is None or await memory.read_note(note):
        return
    await memory.write_note(note, 1, _YEAR)
    texts = texts_in(str(guild.preferred_locale))
    view = discord.ui.View(timeout=None)
    view.add_item(HelpButton(texts("discord-welcome-button")))
    text = texts("discord-welcome", draw=context.link("draw"), server=context.link("server show"))
    try:
        await place.send(text, view=view)
    except AWAY:
        await memory.delete_note(note)


def _open_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """The system's channel, or else the first, in which the bot may write."""
    places = [guild.system_channel, *guild.text_channels]
    for place in places:
        if place is not None:
            may = place.permissions_for(guild.me)
            if may.view_channel and may.send_messages:
                return place
    return None
