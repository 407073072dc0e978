"""Pictures in messages: found, checked before they are fetched, and fetched."""

import asyncio
import io
from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Document, Message, PhotoSize, Sticker
from aiohttp import ClientError

from mididraw.errors import MididrawError, PictureError

_MEGABYTE = 1 << 20
_CLOUD, _OWN = 20 * _MEGABYTE, 64 * _MEGABYTE
"""What Telegram's own servers and one's own hand out; the latter as much as is read."""
_PIXELS = 40_000_000
_SECONDS = 30
_MIDI = {"audio/midi", "audio/x-midi", "audio/mid", "audio/sp-midi"}


class TooLargeError(PictureError):
    """The file is larger than is fetched."""


class UnreachableError(MididrawError):
    """The file cannot be fetched."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a message.

    Attributes:
        file: its id.
        size: bytes, where Telegram tells.
        pixels: where Telegram tells.
    """

    file: str
    size: int | None
    pixels: int | None = None


def picture_in(message: Message, *, own_server: bool = False) -> Found | None:
    """The message's picture: a photo, an image file or a sticker that does not move."""
    match message:
        case Message(photo=[*sizes]) if sizes:
            return _photo(sizes, _limit(own_server))
        case Message(document=Document(mime_type=str(kind)) as document) if kind.startswith(
            "image/"
        ):
            return Found(document.file_id, document.file_size)
        case Message(sticker=Sticker(is_animated=False, is_video=False) as sticker):
            return Found(sticker.file_id, sticker.file_size, sticker.width * sticker.height)
        case _:
            return None


def midi_in(message: Message) -> Found | None:
    """The message's MIDI file."""
    file = message.document or message.audio
    if file is None:
        return None
    named = (file.file_name or "").lower().endswith((".mid", ".midi"))
    return Found(file.file_id, file.file_size) if named or file.mime_type in _MIDI else None


async def fetch(bot: Bot, found: Found, *, own_server: bool = False) -> bytes:
    """Fetch a file from Telegram; no other host is ever asked.

    Raises:
        TooLargeError: it has more bytes or pixels than are taken.
        UnreachableError: Telegram does not give it.
    """
    limit = _limit(own_server)
    if (found.size or 0) > limit:
        raise TooLargeError(f"The file is over {limit // _MEGABYTE} MB: send it smaller.")
    if (found.pixels or 0) > _PIXELS:
        raise TooLargeError("The picture has over 40 megapixels: send it smaller.")
    target = io.BytesIO()
    try:
        async with asyncio.timeout(_SECONDS):
            await bot.download(found.file, target, timeout=_SECONDS)
    except (TelegramAPIError, ClientError, TimeoutError, OSError) as error:
        raise UnreachableError("Telegram does not hand out the file: send it again.") from error
    data = target.getvalue()
    if len(data) > limit:
        raise TooLargeError(f"The file is over {limit // _MEGABYTE} MB: send it smaller.")
    return data


def _photo(sizes: list[PhotoSize], limit: int) -> Found:
    """The largest version that may be fetched."""
    fitting = [one for one in sizes if (one.file_size or 0) <= limit] or sizes[:1]
    best = max(fitting, key=lambda one: one.width * one.height)
    return Found(best.file_id, best.file_size, best.width * best.height)


def _limit(own_server: bool) -> int:
    return _OWN if own_server else _CLOUD
