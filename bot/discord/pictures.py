"""Files that people attach: checked before they are fetched, and fetched from Discord alone."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import discord

from bot.fetch import MOST, Fetcher, FetchError, is_public
from bot.jobs.orders import MAX_PICTURES
from mididraw.errors import OptionError, PictureError

_PIXELS = 200_000_000
_TOGETHER = 5
_ORDERS = 3
"""Orders whose files are fetched at a time: each has up to 120 MB of them."""
_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_ENDINGS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".heic",
    ".heif",
    ".avif",
    ".svg",
    ".pdf",
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to fetch.

    Attributes:
        url: where it lies.
        size, pixels: as Discord tells them; 0 where it does not.
        stored: whether Discord keeps it; others' addresses may lead anywhere.
    """

    url: str
    size: int = 0
    pixels: int = 0
    stored: bool = True

    @classmethod
    def of(cls, file: discord.Attachment) -> Self:
        """Describe a file that is attached to a message."""
        return cls(file.url, file.size, (file.width or 0) * (file.height or 0))


def pictures_of(message: discord.Message) -> list[RemoteFile]:
    """What of a message, or of one that it forwards, can be drawn: up to five pictures."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    kept = [file for part in parts for file in _kept(part)]
    shown = [url for part in parts for url in _shown(part)]
    return kept[:_TOGETHER] or [RemoteFile(url, stored=False) for url in shown[:1]]


def _kept(message: discord.Message | discord.MessageSnapshot) -> Iterator[RemoteFile]:
    for file in message.attachments:
        kind = file.content_type or ""
        if kind.startswith("image/") or file.filename.lower().endswith(_ENDINGS):
            yield RemoteFile.of(file)
    for sticker in message.stickers:
        # The others are drawn by a program of their own.
        if sticker.format is not discord.StickerFormatType.lottie:
            yield RemoteFile(sticker.url)


def _shown(message: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    for embed in message.embeds:
        if url := embed.image.url or embed.thumbnail.url:
            yield url


class FileLoader:
    """Fetches what people attach or point at, for a few orders at a time."""

    def __init__(self, own_host: str | None, proxy: str | None = None) -> None:
        """Fetch from Discord's hosts.

        Args:
            own_host: where attachments lie as well, whatever its address is.
            proxy: what Discord is reached through.
        """
        trusted = own_host is not None or proxy is not None
        self._discord = Fetcher(
            (lambda _: True) if trusted else is_public,
            hosts=_HOSTS if own_host is None else _HOSTS | {own_host},
            proxy=proxy,
        )
        self._anywhere = Fetcher()
        self._room = asyncio.Semaphore(_ORDERS)

    async def load(
        self, pictures: Sequence[RemoteFile], midi: RemoteFile | None = None
    ) -> tuple[tuple[bytes, ...], bytes | None]:
        """Fetch pictures side by side, and a MIDI file.

        Raises:
            PictureError: one is no picture, too large, or cannot be fetched.
            OptionError: there is no picture.
        """
        if not pictures:
            raise OptionError(
                "picture-count",
                "Give 1 to {most} pictures, not {count}.",
                most=MAX_PICTURES,
                count=0,
            )
        files = [*pictures, *([] if midi is None else [midi])]
        for file in files:
            _check(file)
        async with self._room:
            data = await asyncio.gather(*map(self._read, files))
        return (tuple(data), None) if midi is None else (tuple(data[:-1]), data[-1])

    async def _read(self, file: RemoteFile) -> bytes:
        if not file.stored:
            return await self._anywhere.fetch(file.url)
        try:
            return await self._discord.fetch(file.url)
        except FetchError as error:
            raise FetchError(
                "discord-file-refused", "Discord did not give me that file: please send it again."
            ) from error


def _check(file: RemoteFile) -> None:
    if file.size > MOST:
        raise PictureError(
            "file-too-large", "The file is over {most} MB: send it smaller.", most=20
        )
    if file.pixels > _PIXELS:
        raise PictureError(
            "picture-too-many-pixels", "The picture has over 200 megapixels: send it smaller."
        )
