"""Files that people attach: checked before they are fetched, and fetched from Discord alone."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import discord

from bot.fetch import FetchError, fetch_url
from mididraw.errors import OptionError, PictureError

_MOST = 20 << 20
_PIXELS = 40_000_000
_SECONDS = 20
_TOGETHER = 5
_HOSTS = {"cdn.discordapp.com", "media.discordapp.net"}


def pictures_of(message: discord.Message) -> tuple[list[discord.Attachment], str | None]:
    """What of a message can be drawn: its pictures, or else the address of one that it shows."""
    images = [one for one in message.attachments if (one.content_type or "").startswith("image/")]
    shown = [embed.image.url or embed.thumbnail.url for embed in message.embeds]
    return images[:_TOGETHER], None if images else next((one for one in shown if one), None)


async def read_all(
    attachments: Sequence[discord.Attachment], url: str | None, own_host: str | None
) -> tuple[bytes, ...]:
    """Fetch pictures side by side.

    Args:
        attachments: as Discord describes them.
        url: a picture's address beside them.
        own_host: where attachments lie if not at Discord's own hosts.

    Raises:
        PictureError: one is no picture, too large, or cannot be fetched.
        OptionError: there is none.
    """
    if not attachments and not url:
        raise OptionError("Give 1 to 10 pictures, not 0.")
    making = [read(one, own_host) for one in attachments]
    if url:
        making.append(fetch_url(url))
    return tuple(await asyncio.gather(*making))


async def read(attachment: discord.Attachment, own_host: str | None) -> bytes:
    """Fetch one file.

    Raises:
        PictureError: it is too large, or cannot be fetched.
    """
    if attachment.size > _MOST:
        raise PictureError("The file is over 20 MB: send it smaller.")
    if (attachment.width or 0) * (attachment.height or 0) > _PIXELS:
        raise PictureError("The picture has over 40 megapixels: send it smaller.")
    if urlsplit(attachment.url).hostname not in {*_HOSTS, own_host}:
        raise FetchError("The address cannot be reached: send the picture itself.")
    try:
        async with asyncio.timeout(_SECONDS):
            return await attachment.read()
    except (discord.DiscordException, TimeoutError, OSError) as error:
        raise FetchError("Discord does not hand out the file: send it again.") from error
