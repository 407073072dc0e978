"""One's own last pieces, favourites, and the gallery that a server may have."""

import asyncio
import io
import re
from typing import Any, Self

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, never_silent, whisper
from bot.discord.asker import asker_of
from bot.discord.change import kept_piece
from bot.discord.choices import Inter, anywhere, named
from bot.discord.context import context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.discord.files import files_of
from bot.discord.ordering import begin_order, is_private
from bot.jobs.interface import Kept
from bot.reply import compose
from bot.service.gallery import Delete, put_in, remove_from
from bot.service.history import change_favourite, day, history_of, refuse_others
from bot.service.sound import fitted
from mididraw.errors import OptionError
from worker.contract import Done

_JOB = "(?P<job>[0-9a-f]{32})"


class _PieceButton(ReadFromId, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"md-"):
    """Something to do with a piece, whose job is in the id."""

    prefix = ""

    def __init__(self, job: str, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"{self.prefix}:{job}"))
        self.job = job

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(match["job"])


@anywhere
@app_commands.command(name=named("discord-history"), description=named("discord-history-about"))
async def history(interaction: Inter) -> None:
    """One's own last pieces, for oneself alone."""
    await acknowledge(interaction)
    texts, service = await texts_of(interaction), context_of(interaction).service
    found = await history_of(service, str(interaction.user.id), texts)
    if found is None:
        await whisper(interaction, texts("history-none"))
        return
    view = discord.ui.View(timeout=None)
    for number, piece in enumerate(found.pieces, 1):
        view.add_item(OpenButton(piece.job.id, str(number)))
    picture = discord.File(io.BytesIO(found.picture), "history.png", description=texts("history"))
    await whisper(interaction, found.text, attachments=[picture], view=view)


class OpenButton(_PieceButton, template=rf"mdo:{_JOB}"):
    """A piece of the list is wanted again."""

    prefix = "mdo"

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show it, as privately as the list is."""
        await acknowledge(interaction, private=is_private(interaction))
        kept = await kept_piece(interaction, self.job)
        if kept is not None:
            refuse_others(kept, str(interaction.user.id))
            order = await begin_order(interaction)
            await order.show_again(kept)


class KeepButton(_PieceButton, template=rf"mdk:{_JOB}"):
    """The piece is to be kept for longer, or no longer."""

    prefix = "mdk"

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Make it a favourite, or none any more."""
        await acknowledge(interaction)
        kept = await kept_piece(interaction, self.job)
        if kept is not None:
            service, texts = context_of(interaction).service, await texts_of(interaction)
            until = await change_favourite(service, str(interaction.user.id), kept)
            text = texts("kept-no-longer") if until is None else texts("kept", day=day(until))
            await whisper(interaction, text)


class GalleryButton(_PieceButton, template=rf"mdg:{_JOB}"):
    """The author wants the piece in the server's gallery, or out of it."""

    prefix = "mdg"

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Put it there, or take it out."""
        await acknowledge(interaction)
        kept = await kept_piece(interaction, self.job)
        if kept is None:
            return
        user = str(interaction.user.id)
        refuse_others(kept, user)
        service, texts = context_of(interaction).service, await texts_of(interaction)
        rules = await service.memory.chat_settings(asker_of(interaction).settings)
        if rules.gallery is None or interaction.guild_id is None:
            raise OptionError("gallery-none", "There is no gallery here.")
        channel = int(rules.gallery)

        async def post() -> tuple[int, list[int]]:
            return channel, [await _show(interaction, kept, channel)]

        if await put_in(service.memory, user, self.job, post):
            await whisper(interaction, texts("gallery-in", place=f"<#{channel}>"))
        else:
            await remove_from_galleries(interaction, self.job)
            await whisper(interaction, texts("gallery-out"))


async def _show(interaction: discord.Interaction[Any], kept: Kept, channel: int) -> int:
    """Write a message with the piece; gives its id."""
    context, guild = context_of(interaction), interaction.guild
    assert isinstance(kept.answer, Done)  # noqa: S101 -- it is a piece
    files = await context.service.jobs.files(kept.answer)
    if files is None:
        raise OptionError(
            "favourite-gone", "The files of this piece are gone: ask for it again first."
        )
    texts = await context.service.texts_for("", str(interaction.guild_locale or "en"))
    reply = compose(kept.job, kept.answer, files, texts)
    most = interaction.filesize_limit if guild is None else guild.filesize_limit
    reply = await asyncio.to_thread(fitted, reply, min(most, interaction.filesize_limit), texts)
    by = texts("gallery-by", who=interaction.user.mention)
    place = interaction.client.get_partial_messageable(channel, guild_id=interaction.guild_id)
    try:
        # Nobody is pinged: the client mentions nobody where it is not told to.
        message = await place.send(f"{by}\n{reply.text}", files=files_of(reply))
    except (discord.Forbidden, discord.NotFound) as error:
        raise OptionError(
            "gallery-closed",
            "I cannot write in the gallery: those who manage it can mend that.",
        ) from error
    return int(message.id)


async def remove_from_galleries(
    interaction: discord.Interaction[Any], only: str | None = None
) -> int:
    """Delete what a person put into galleries; tells of how many pieces that was impossible."""
    memory, delete = context_of(interaction).service.memory, deleting(interaction.client)
    return await remove_from(memory, str(interaction.user.id), delete, only)


def deleting(client: discord.Client) -> Delete:
    """What deletes messages of galleries."""

    async def delete(channel: int, message: int) -> bool:
        place = client.get_partial_messageable(channel)
        try:
            await place.get_partial_message(message).delete()
        except discord.NotFound:
            return True
        except discord.HTTPException:
            return False
        return True

    return delete
