"""Buttons under a piece; they carry its job in their id, so that they outlive the bot."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.answers import acknowledge, custom_id, never_silent, whisper
from bot.discord.change import kept_piece, show_change
from bot.discord.context import context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.discord.help import HelpButton
from bot.discord.history import GalleryButton, KeepButton, OpenButton
from bot.discord.ordering import begin_order, is_private
from bot.discord.pages import PageButton
from bot.discord.status import CancelButton
from bot.reply import Action, Button, vary
from bot.texts import Texts, texts_in
from mididraw.errors import Sentence
from worker.contract import Done

_SHOWN = (
    *(Action.TAKE, Action.AGAIN, Action.TAKES, Action.CLOSER, Action.MUSICAL, Action.CHANGE),
    *(Action.SLOWER, Action.FASTER, Action.HIGHER, Action.LOWER),
    *(Action.ACCOMPANIMENT, Action.VIDEO),
)


_BY_FORM = (Action.CHANGE, Action.INSTRUMENT)
"""What asks for a form; buttons of older messages among it."""


class ActionButton(
    ReadFromId,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"md:(?P<action>[a-z]+):(?P<job>[0-9a-f]{32})(?::(?P<value>[0-9]))?",
):
    """Another version is wanted."""

    def __init__(self, action: str, job: str, label: str = "", value: str = "") -> None:
        first = action in (Action.AGAIN, Action.TAKE)
        style = discord.ButtonStyle.primary if first else discord.ButtonStyle.secondary
        name = f"md:{action}:{job}" + (f":{value}" if value else "")
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=name))
        self.action, self.job, self.value = action, job, value

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(match["action"], match["job"], value=match["value"] or "")

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Order another version, or show a form first."""
        if self.action in _BY_FORM:
            await show_change(interaction, self.job)
        elif self.action in set(Action):
            await _again(interaction, self.job, Action(self.action), self.value or None)
        else:
            await whisper(interaction, texts_in(str(interaction.locale))("expired-buttons"))


class VoiceButton(
    ReadFromId,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"mdv:(?P<job>[0-9a-f]{32})",
):
    """The piece is to be played in the person's voice channel."""

    def __init__(self, job: str, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"mdv:{job}"))
        self.job = job

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(match["job"])

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Play it, or say what is in the way."""
        await acknowledge(interaction)
        kept = await kept_piece(interaction, self.job)
        if kept is None:
            return
        context, texts = context_of(interaction), await texts_of(interaction)
        user = interaction.user
        standing = user.voice if isinstance(user, discord.Member) else None
        files = (
            await context.service.jobs.files(kept.answer) if isinstance(kept.answer, Done) else None
        )
        if files is None:
            await whisper(interaction, texts("expired-buttons"))
        elif standing is None or standing.channel is None:
            await whisper(interaction, texts("discord-voice-join"))
        else:
            begun = asyncio.Event()

            async def tell(sentence: Sentence) -> None:
                await begun.wait()
                await whisper(interaction, texts.sentence(sentence))

            before = context.voice.play(standing.channel, files.mp3, tell)
            await whisper(interaction, texts("discord-voice-plays", before=before))
            begun.set()


class DeleteButton(
    ReadFromId,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"mdx:(?P<user>[0-9]{1,20})",
):
    """The piece is to be deleted, by who asked for it or a moderator."""

    def __init__(self, user: int, label: str = "") -> None:
        super().__init__(
            discord.ui.Button(
                label=label, style=discord.ButtonStyle.danger, custom_id=f"mdx:{user}"
            )
        )
        self.user = user

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(int(match["user"]))

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Delete, or say whose it is."""
        moderates = interaction.guild_id and interaction.permissions.manage_messages
        await interaction.response.defer()
        if interaction.user.id != self.user and not moderates:
            await whisper(interaction, (await texts_of(interaction))("discord-not-yours"))
        else:
            await interaction.delete_original_response()


ITEMS = (
    ActionButton,
    VoiceButton,
    DeleteButton,
    PageButton,
    CancelButton,
    HelpButton,
    OpenButton,
    KeepButton,
    GalleryButton,
)


def is_known(interaction: discord.Interaction[Any]) -> bool:
    """Whether a pressed button is one of ours, of this version."""
    name = custom_id(interaction)
    return any(item.__discord_ui_compiled_template__.fullmatch(name) for item in ITEMS)


def under(
    buttons: Sequence[Button],
    user: int,
    texts: Texts,
    *,
    voice: bool = False,
    gallery: bool = False,
) -> discord.ui.View:
    """A piece's buttons; ``voice`` where there are voice channels, ``gallery`` where one is."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        if button.action in _SHOWN:
            view.add_item(ActionButton(button.action.value, button.job, button.label, button.value))
    if buttons and buttons[0].action is not Action.TAKE:
        job = buttons[0].job
        view.add_item(KeepButton(job, texts("keep")))
        if gallery:
            view.add_item(GalleryButton(job, texts("gallery")))
        if voice:
            view.add_item(VoiceButton(job, texts("discord-voice")))
    view.add_item(DeleteButton(user, texts("discord-delete")))
    return view


async def _again(
    interaction: discord.Interaction[Any], job: str, action: Action, value: str | None
) -> None:
    await acknowledge(interaction, private=is_private(interaction))
    kept = await kept_piece(interaction, job)
    if kept is not None:
        order = await begin_order(interaction)
        await order.draw_again(kept, vary(kept.options, action, value))
