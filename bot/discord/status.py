"""A drawing's status in Discord: a line, and a button that stops the drawing."""

import re
from collections.abc import Awaitable
from typing import Any, Protocol, Self

import discord

from bot.discord.answers import never_silent, whisper
from bot.discord.context import context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.service.status import Show
from bot.texts import Texts


class Edit(Protocol):
    """Edits the message that waits."""

    def __call__(self, *, content: str, view: discord.ui.View) -> Awaitable[Any]:
        """Write a line and a button in the place of those before."""


class CancelButton(
    ReadFromId,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"mdc:(?P<job>[0-9a-f]{32}):(?P<user>[0-9]{1,20})",
):
    """The drawing is to be stopped, by who asked for it or a moderator."""

    def __init__(self, job: str, user: int, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"mdc:{job}:{user}"))
        self.job, self.user = job, user

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(match["job"], int(match["user"]))

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Stop it; what is said of that takes the place of the status."""
        await interaction.response.defer()
        moderates = interaction.guild_id and interaction.permissions.manage_messages
        if interaction.user.id != self.user and not moderates:
            await whisper(interaction, (await texts_of(interaction))("discord-not-yours-to-cancel"))
        elif not await context_of(interaction).service.jobs.cancel(self.job):
            await whisper(interaction, (await texts_of(interaction))("discord-nothing-waits"))


def shown_with_button(edit: Edit, user: int, texts: Texts) -> Show:
    """Show a drawing's lines in one message of ours."""

    async def show(job: str, line: str) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(CancelButton(job, user, texts("discord-cancel-button")))
        await edit(content=line, view=view)

    return show
