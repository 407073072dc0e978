"""How an interaction becomes an order."""

from dataclasses import dataclass
from typing import Any

import discord

from bot.discord.answers import acknowledge
from bot.discord.asker import asker_of
from bot.discord.context import DiscordContext, context_of, texts_of
from bot.discord.pictures import RemoteFile
from bot.discord.status import shown_with_button
from bot.discord.target import DiscordTarget
from bot.jobs.interface import Kept
from bot.service.asker import Asker
from bot.service.status import Show
from mididraw.options import DrawOptions


@dataclass(frozen=True, slots=True)
class DiscordOrder:
    """An interaction that orders music, acknowledged and admitted."""

    context: DiscordContext
    interaction: discord.Interaction[Any]
    asker: Asker
    private: bool
    spoiler: bool

    async def options(self, **asked: Any) -> DrawOptions:
        """Lay what is asked for over the defaults; see :meth:`DrawingService.options_for`."""
        return await self.context.service.options_for(self.asker, asked)

    async def draw(
        self, files: list[RemoteFile], options: DrawOptions, *, midi: RemoteFile | None = None
    ) -> None:
        """Fetch and order; the acknowledgement becomes the status and then the answer."""
        pictures, prompt = await self.context.files.load(files, midi)
        target, show = await self._target(""), await self._show()
        await self.context.service.draw(self.asker, target, show, pictures, options, prompt=prompt)

    async def draw_again(self, kept: Kept, options: DrawOptions) -> None:
        """Order another version of the piece under which a button was pressed."""
        pressed = self.interaction.message
        seen = pressed is not None and not pressed.flags.ephemeral
        target = await self._target(pressed.jump_url if pressed and seen else "")
        await self.context.service.draw_again(self.asker, target, await self._show(), kept, options)

    async def show_again(self, kept: Kept) -> None:
        """Show a piece once more."""
        target, show = await self._target(""), await self._show()
        await self.context.service.show_again(self.asker, target, show, kept)

    async def _target(self, parent: str) -> DiscordTarget:
        interaction = self.interaction
        message = await interaction.original_response()
        return DiscordTarget(
            application=interaction.application_id,
            token=interaction.token,
            message=message.id,
            channel=interaction.channel_id or 0,
            user=interaction.user.id,
            private=self.private,
            guild=interaction.is_guild_integration() and interaction.guild_id is not None,
            limit=interaction.filesize_limit,
            spoiler=self.spoiler,
            parent=parent,
        )

    async def _show(self) -> Show:
        texts = await texts_of(self.interaction)
        edit = self.interaction.edit_original_response
        return shown_with_button(edit, self.interaction.user.id, texts)


def is_private(interaction: discord.Interaction[Any]) -> bool:
    """Whether it comes of a message that one person alone sees: then so does its answer."""
    pressed = interaction.message
    return pressed is not None and pressed.flags.ephemeral


async def begin_order(
    interaction: discord.Interaction[Any], *, private: bool = False, spoiler: bool = False
) -> DiscordOrder:
    """Acknowledge and admit.

    Raises:
        MididrawError: no music for this person, here or now.
    """
    private = private or is_private(interaction)
    context, asker = context_of(interaction), asker_of(interaction)
    if not interaction.response.is_done():
        await acknowledge(interaction, private=private)
    await context.service.admit(asker)
    pressed = interaction.message
    spoiler = spoiler or (pressed is not None and any(map(_is_hidden, pressed.attachments)))
    return DiscordOrder(context, interaction, asker, private, spoiler)


def _is_hidden(file: discord.Attachment) -> bool:
    return file.is_spoiler()
