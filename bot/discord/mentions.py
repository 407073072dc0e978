"""Pictures sent to the bot without a command: in direct messages, or with its name.

Discord shows a bot without privileged intents only messages that are for it.
"""

import discord

from bot.discord.address import Address
from bot.discord.asker import Asker
from bot.discord.core import Core
from bot.discord.pictures import pictures_of, read_all
from mididraw.errors import MididrawError

_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
_QUIET = discord.AllowedMentions.none()


async def heed(message: discord.Message, me: discord.ClientUser, core: Core) -> None:
    """Answer a message if it is for us."""
    direct = message.guild is None
    if message.author.bot or not (direct or me in message.mentions):
        return
    asker = Asker.of_message(message)
    said = await core.texts_for(asker)
    images, url = pictures_of(message)
    before = message.reference.resolved if message.reference is not None else None
    if not images and url is None and isinstance(before, discord.Message):
        images, url = pictures_of(before)
    if not images and url is None:
        await message.reply(said("discord-help-text"), allowed_mentions=_QUIET)
        return
    note: discord.Message | None = None
    try:
        await core.admit(asker)
        note = await message.reply(said("discord-accepted"), allowed_mentions=_QUIET)
        pictures = await read_all(images, url, core.settings.own_host)
        address = Address(
            application=me.id,
            token="",
            message=note.id,
            channel=asker.channel,
            user=asker.user,
            guild=not direct,
            limit=_LIMIT if message.guild is None else message.guild.filesize_limit,
        )
        status = note

        async def edit(line: str) -> None:
            await status.edit(content=line)

        await core.draw(asker, address, edit, pictures, await core.options_for(asker, {}))
    except MididrawError as error:
        text = said.sentence(error)
        if note is None:
            await message.reply(text, allowed_mentions=_QUIET)
        else:
            await note.edit(content=text)
