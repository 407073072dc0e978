"""Files that people sent, fetched from Telegram's cloud or from a Bot API server of one's own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiohttp import ClientError

from bot.telegram.pictures import MEGABYTE, Found
from mididraw.errors import MididrawError, PictureError

_log = logging.getLogger(__name__)
_CLOUD, _OWN = 20 * MEGABYTE, 64 * MEGABYTE
"""What Telegram's own servers and one's own hand out; the latter as much as is read."""
_SECONDS = 30
_AT_ONCE = 8
"""Files that are held in memory while they are fetched."""


class FileTooLargeError(PictureError):
    """The file is larger than is fetched."""


class UnreachableError(MididrawError):
    """The file cannot be fetched."""


class TelegramFiles:
    """Fetches files; no other host than Telegram's server is ever asked."""

    def __init__(self, bot: Bot, *, own_server: bool = False, folder: Path | None = None) -> None:
        """Fetch with a bot.

        Args:
            bot: speaks to Telegram.
            own_server: whether that is a server of the host's own.
            folder: where that server's files lie, if not at the paths that it names.
        """
        self._bot, self._own, self._folder = bot, own_server, folder
        self._free = asyncio.Semaphore(_AT_ONCE)
        self.most = _OWN if own_server else _CLOUD
        """Bytes that a file may have."""

    async def fetch(self, found: Found) -> bytes:
        """Fetch a file.

        Raises:
            FileTooLargeError: it has more bytes than are taken.
            UnreachableError: it cannot be fetched.
        """
        self._check(found.size or 0)
        async with self._free:
            try:
                async with asyncio.timeout(_SECONDS):
                    return await self._read(found.file)
            except (TelegramAPIError, ClientError, TimeoutError, OSError) as error:
                if isinstance(error, TelegramBadRequest) and "too big" in error.message:
                    # A server of one's own that does not run with --local.
                    raise _too_large(_CLOUD) from error
                raise UnreachableError(
                    "telegram-file-unreachable",
                    "The file could not be fetched from Telegram: send it again.",
                ) from error

    async def _read(self, file: str) -> bytes:
        path = (await self._bot.get_file(file)).file_path or ""
        if not path.startswith("/"):
            return await self._served(path)
        found = next((one for one in self._places(path) if one.is_file()), None)
        if found is not None:
            return await asyncio.to_thread(self._lying, found)
        try:
            return await self._served(self._inside(path))
        except ClientError:
            _log.error(
                "%s is not here and not served either: mount the Bot API server's folder and name "
                "it in TELEGRAM_API_FOLDER, or let a web server in front of it serve /file/",
                path,
            )
            raise

    def _places(self, path: str) -> Iterator[Path]:
        """Where a file of a server that runs with ``--local`` may lie."""
        if not self._own:
            return
        if self._folder is None:
            yield Path(path)
            return
        inside, folder = self._inside(path), self._folder.resolve()
        for place in (Path(path), folder / self._bot.token / inside, folder / inside):
            if place.resolve().is_relative_to(folder):
                yield place

    def _inside(self, path: str) -> str:
        """The path within the folder of the bot, which is named after its token."""
        return path.partition(f"/{self._bot.token}/")[2] or path.lstrip("/")

    def _lying(self, path: Path) -> bytes:
        with path.open("rb") as file:
            data = file.read(self.most + 1)
        self._check(len(data))
        return data

    async def _served(self, path: str) -> bytes:
        url, data = self._bot.session.api.file_url(self._bot.token, path), bytearray()
        chunks: AsyncGenerator[bytes, None] = self._bot.session.stream_content(url)
        async with aclosing(chunks):
            async for chunk in chunks:
                data += chunk
                self._check(len(data))
        return bytes(data)

    def _check(self, size: int) -> None:
        if size > self.most:
            raise _too_large(self.most)


def _too_large(most: int) -> FileTooLargeError:
    return FileTooLargeError(
        "file-too-large", "The file is over {most} MB: send it smaller.", most=most // MEGABYTE
    )
