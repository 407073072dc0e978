"""Pictures sent to the bot without a command: in direct messages, or with its name.

Discord shows a bot without privileged intents only messages that are for it.
"""

from dataclasses import replace

import discord

from bot.discord.asker import asker_of_message
from bot.discord.context import DiscordContext
from bot.discord.help import help_text
from bot.discord.pictures import pictures_of
from bot.discord.status import shown_with_button
from bot.discord.target import DiscordTarget
from mididraw.errors import MididrawError

_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
_NO_HISTORY = 160002


async def answer_message(
    message: discord.Message,
    me: discord.ClientUser,
    context: DiscordContext,
) -> None:
    """Answer a message if it is for us."""
    service = context.service
    direct = message.guild is None
    # Whoever replies to us mentions us as well, and asks for nothing by that.
    named = any(f"<@{mark}{me.id}>" in message.content for mark in ("", "!"))
    if message.author.bot or not (direct or named):
        return
    asker = asker_of_message(message)
    if direct:
        own = await service.memory.preferences(asker.user)
        asker = replace(asker, locale=own.locale)
    texts = await service.texts_for(asker.user, asker.locale)
    files, replied = pictures_of(message), message.reference is not None
    before = message.reference.resolved if message.reference is not None else None
    if not files and named and isinstance(before, discord.Message):
        files = pictures_of(before)
    if not files:
        if named or not replied:
            unseen = named and replied
            await _reply(message, texts("discord-unseen") if unseen else help_text(context, texts))
        return
    note: discord.Message | None = None
    try:
        await service.admit(asker)
        note = await _reply(message, texts("discord-accepted"))
        pictures, _ = await context.files.load(files)
        target = DiscordTarget(
            application=me.id,
            token="",
            message=note.id,
            channel=message.channel.id,
            user=message.author.id,
            guild=not direct,
            limit=_LIMIT if message.guild is None else message.guild.filesize_limit,
        )
        show = shown_with_button(note.edit, message.author.id, texts)
        options = await service.options_for(asker, {})
        await service.draw(asker, target, show, pictures, options)
    except MididrawError as error:
        text = texts.sentence(error)
        if note is None:
            await _reply(message, text)
        else:
            await note.edit(content=text)


async def _reply(message: discord.Message, text: str) -> discord.Message:
    """Reply, or write beside it where the history may not be read."""
    try:
        return await message.reply(text)
    except discord.HTTPException as error:
        if error.code != _NO_HISTORY:
            raise
        return await message.channel.send(text)
