"""Buttons under a piece; they carry its job in their id, so that they outlive the bot."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.core import core_of, ordering, texts_of, whisper
from bot.jobs.interface import Kept
from bot.reply import Action, Button, vary
from bot.texts import Texts
from mididraw.errors import MididrawError
from mididraw.instruments import INSTRUMENTS
from worker.contract import Done

_OFFERED = (
    *(0, 4, 8, 9, 10, 11, 12, 13, 14, 19, 21, 24),
    *(27, 33, 40, 42, 45, 46, 48, 52, 56, 65, 73, 80),
)
"""Instruments to choose from: Discord shows up to 25."""
_SHOWN = (
    *(Action.AGAIN, Action.CLOSER, Action.MUSICAL),
    *(Action.INSTRUMENT, Action.ACCOMPANIMENT),
)


class ActionButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"md:(?P<action>[a-z]+):(?P<job>[0-9a-f]{32})",
):
    """Another version is wanted."""

    def __init__(self, action: str, job: str, label: str = "") -> None:
        style = (
            discord.ButtonStyle.primary if action == Action.AGAIN else discord.ButtonStyle.secondary
        )
        super().__init__(
            discord.ui.Button(label=label, style=style, custom_id=f"md:{action}:{job}")
        )
        self.action, self.job = action, job

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 -- the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
    ) -> Self:
        """Read it from its id."""
        return cls(match["action"], match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Order another version, or offer a choice first."""
        kept = await _kept(interaction, self.job)
        if kept is None:
            return
        if self.action == Action.INSTRUMENT:
            said = await texts_of(interaction)
            view = discord.ui.View(timeout=None)
            view.add_item(InstrumentSelect(self.job, said("instrument")))
            await interaction.response.send_message(view=view, ephemeral=True)
        elif self.action in set(Action):
            await _again(interaction, kept, Action(self.action), None)


class InstrumentSelect(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"mdi:(?P<job>[0-9a-f]{32})",
):
    """An instrument is chosen."""

    def __init__(self, job: str, placeholder: str = "") -> None:
        options = [
            discord.SelectOption(label=INSTRUMENTS[number], value=str(number))
            for number in _OFFERED
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"mdi:{job}", options=options, placeholder=placeholder or None
            )
        )
        self.job = job

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 -- the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
    ) -> Self:
        """Read it from its id."""
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Order the piece on that instrument."""
        kept = await _kept(interaction, self.job)
        if kept is not None:
            name = INSTRUMENTS[int(self.item.values[0]) % len(INSTRUMENTS)]
            await _again(interaction, kept, Action.INSTRUMENT, name)


class VoiceButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mdv:(?P<job>[0-9a-f]{32})"
):
    """The piece is to be played in the person's voice channel."""

    def __init__(self, job: str, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"mdv:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 -- the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
    ) -> Self:
        """Read it from its id."""
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Play it, or say what is in the way."""
        kept = await _kept(interaction, self.job)
        if kept is None:
            return
        core, said = core_of(interaction), await texts_of(interaction)
        user = interaction.user
        standing = user.voice if isinstance(user, discord.Member) else None
        files = await core.jobs.files(kept.answer) if isinstance(kept.answer, Done) else None
        if files is None:
            await whisper(interaction, said("expired-buttons"))
        elif standing is None or standing.channel is None:
            await whisper(interaction, said("discord-voice-join"))
        else:
            try:
                before = core.stage.play(standing.channel, files.mp3)
            except MididrawError as error:
                await whisper(interaction, said.sentence(error))
                return
            await whisper(interaction, said("discord-voice-plays", before=before))


class DeleteButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mdx:(?P<user>[0-9]{1,20})"
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
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 -- the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
    ) -> Self:
        """Read it from its id."""
        return cls(int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Delete, or say whose it is."""
        moderates = interaction.guild_id and interaction.permissions.manage_messages
        if interaction.user.id != self.user and not moderates:
            await whisper(interaction, (await texts_of(interaction))("discord-not-yours"))
            return
        await interaction.response.defer()
        await interaction.delete_original_response()


ITEMS = (ActionButton, InstrumentSelect, VoiceButton, DeleteButton)


def under(
    buttons: Sequence[Button], user: int, said: Texts, *, voice: bool = False
) -> discord.ui.View:
    """A piece's buttons; ``voice`` where there are voice channels."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        if button.action in _SHOWN:
            view.add_item(ActionButton(button.action.value, button.job, button.label))
    if voice and buttons:
        view.add_item(VoiceButton(buttons[0].job, said("discord-voice")))
    view.add_item(DeleteButton(user, said("discord-delete")))
    return view


async def _kept(interaction: discord.Interaction[Any], job: str) -> Kept | None:
    kept = await core_of(interaction).jobs.recall(job)
    if kept is None or not isinstance(kept.answer, Done):
        await whisper(interaction, (await texts_of(interaction))("expired-buttons"))
        return None
    return kept


async def _again(
    interaction: discord.Interaction[Any], kept: Kept, action: Action, value: str | None
) -> None:
    async with ordering(interaction) as order:
        await order.draw(kept.pictures, vary(kept.options, action, value), kept=kept)
