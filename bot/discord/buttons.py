"""Buttons under a piece; they carry its job in their id, so that they outlive the bot."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.discord.answers import acknowledge, custom_id, never_silent, whisper
from bot.discord.context import context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.discord.help import HelpButton
from bot.discord.ordering import begin_order, is_private
from bot.discord.pages import PageButton
from bot.discord.status import CancelButton
from bot.jobs.interface import Kept
from bot.reply import Action, Button, vary
from bot.reply.names import instrument_name
from bot.texts import Texts, texts
from mididraw.errors import Sentence
from mididraw.instruments import INSTRUMENTS
from worker.contract import Done

_OFFERED = (
    *(0, 4, 8, 9, 10, 11, 12, 13, 14, 19, 21, 24),
    *(27, 33, 40, 42, 45, 46, 48, 52, 56, 65, 73, 80),
)
"""Instruments to choose from: Discord shows up to 25."""
_SHOWN = (
    *(Action.AGAIN, Action.CLOSER, Action.MUSICAL),
    *(Action.INSTRUMENT, Action.ACCOMPANIMENT, Action.VIDEO),
    *(Action.SLOWER, Action.FASTER, Action.HIGHER, Action.LOWER),
)


class ActionButton(
    ReadFromId,
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
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(match["action"], match["job"])

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Order another version, or offer a choice first."""
        if self.action == Action.INSTRUMENT:
            await self._offer(interaction)
        elif self.action in set(Action):
            await _again(interaction, self.job, Action(self.action), None)
        else:
            await whisper(interaction, texts(str(interaction.locale))("expired-buttons"))

    async def _offer(self, interaction: discord.Interaction[Any]) -> None:
        await acknowledge(interaction)
        if await _kept(interaction, self.job) is not None:
            said = await texts_of(interaction)
            view = discord.ui.View(timeout=None)
            view.add_item(InstrumentSelect(self.job, said))
            await interaction.edit_original_response(view=view)


class InstrumentSelect(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"mdi:(?P<job>[0-9a-f]{32})",
):
    """An instrument is chosen."""

    def __init__(self, job: str, said: Texts) -> None:
        options = [
            discord.SelectOption(
                label=instrument_name(INSTRUMENTS[number], said), value=str(number)
            )
            for number in _OFFERED
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=f"mdi:{job}", options=options, placeholder=said("instrument")
            )
        )
        self.job = job

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],  # noqa: ARG003 -- the library's signature
        match: re.Match[str],
    ) -> Self:
        """Read it from its id."""
        return cls(match["job"], texts(str(interaction.locale)))

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Order the piece on that instrument."""
        name = INSTRUMENTS[int(self.item.values[0]) % len(INSTRUMENTS)]
        await _again(interaction, self.job, Action.INSTRUMENT, name)


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
        kept = await _kept(interaction, self.job)
        if kept is None:
            return
        context, said = context_of(interaction), await texts_of(interaction)
        user = interaction.user
        standing = user.voice if isinstance(user, discord.Member) else None
        files = (
            await context.service.jobs.files(kept.answer) if isinstance(kept.answer, Done) else None
        )
        if files is None:
            await whisper(interaction, said("expired-buttons"))
        elif standing is None or standing.channel is None:
            await whisper(interaction, said("discord-voice-join"))
        else:
            begun = asyncio.Event()

            async def tell(sentence: Sentence) -> None:
                await begun.wait()
                await whisper(interaction, said.sentence(sentence))

            before = context.voice.play(standing.channel, files.mp3, tell)
            await whisper(interaction, said("discord-voice-plays", before=before))
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
    InstrumentSelect,
    VoiceButton,
    DeleteButton,
    PageButton,
    CancelButton,
    HelpButton,
)


def is_known(interaction: discord.Interaction[Any]) -> bool:
    """Whether a pressed button is one of ours, of this version."""
    name = custom_id(interaction)
    return any(item.__discord_ui_compiled_template__.fullmatch(name) for item in ITEMS)


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
    kept = await context_of(interaction).service.piece(job)
    if kept is None:
        await whisper(interaction, (await texts_of(interaction))("expired-buttons"))
        return None
    return kept


async def _again(
    interaction: discord.Interaction[Any], job: str, action: Action, value: str | None
) -> None:
    await acknowledge(interaction, private=is_private(interaction))
    kept = await _kept(interaction, job)
    if kept is not None:
        order = await begin_order(interaction)
        await order.draw_again(kept, vary(kept.options, action, value))
