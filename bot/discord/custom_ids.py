"""Buttons whose ids hold all that they need, so that they work after a restart."""

import re
from typing import Any, Self

import discord


class ReadFromId:
    """Stands before :class:`discord.ui.DynamicItem` among the bases; needs nothing but the id."""

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Make it anew from the parts of its id."""
        raise NotImplementedError

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 -- the library's signature
        item: discord.ui.Item[Any],  # noqa: ARG003
        match: re.Match[str],
    ) -> Self:
        """Make it anew, as the library asks for it."""
        return cls.read(match)
