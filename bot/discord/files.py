"""Files as Discord takes them."""

import io
import re
import unicodedata
from typing import Any

import discord

from bot.reply import Reply


def files_of(reply: Reply, *, spoiler: bool = False) -> list[discord.File]:
    """The files of an answer, new ones for every try."""
    return [
        TitledFile(data, name, reply.alt, spoiler=spoiler)
        if name.endswith(".png")
        else TitledFile(data, name)
        for name, data in reply.files.items()
    ]


class TitledFile(discord.File):
    """A file with a plain name, as Discord takes no other, and its own name for a title."""

    __slots__ = ("title",)

    def __init__(
        self, data: bytes, name: str, description: str | None = None, *, spoiler: bool = False
    ) -> None:
        stem, dot, ending = name.rpartition(".")
        plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9-]+", "_", plain).strip("_") or "drawing"
        whole = f"{plain}{dot}{ending}"
        super().__init__(io.BytesIO(data), whole, description=description, spoiler=spoiler)
        self.title = stem

    def to_dict(self, index: int) -> dict[str, Any]:
        """What Discord is told of it."""
        return {**super().to_dict(index), "title": self.title}
