"""A server's rules as text, in as many pages as Discord's messages need."""

import re
from collections.abc import Iterator
from typing import Any, Self

import discord

from bot.discord.answers import never_silent
from bot.discord.asker import asker_of
from bot.discord.context import context_of, texts_of
from bot.discord.custom_ids import ReadFromId
from bot.memory import ChatSettings
from bot.service.settings import listed
from bot.texts import Texts

_MOST = 1900
"""Characters of a page; a message takes 2,000."""
_NAMES = 15
"""Mentions on a line."""


class PageButton(
    ReadFromId, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mds:(?P<page>[0-9]{1,3})"
):
    """Another page is wanted."""

    def __init__(self, page: int, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"mds:{page}"))
        self.page = page

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """Read it from its id."""
        return cls(int(match["page"]))

    @never_silent
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page that the button names."""
        await interaction.response.defer()
        memory = context_of(interaction).service.memory
        settings = await memory.chat_settings(asker_of(interaction).settings)
        await interaction.edit_original_response(
            **page_of(settings, await texts_of(interaction), self.page)
        )


def page_of(settings: ChatSettings, texts: Texts, number: int = 0) -> dict[str, Any]:
    """A page's text, and buttons to the ones before and after."""
    pages = _pages(settings, texts)
    number = min(number, len(pages) - 1)
    view = discord.ui.View(timeout=None)
    if number > 0:
        view.add_item(PageButton(number - 1, "‹"))
    if number < len(pages) - 1:
        view.add_item(PageButton(number + 1, "›"))
    return {"content": pages[number], "view": view}


def _pages(settings: ChatSettings, texts: Texts) -> list[str]:
    pages = [""]
    for line in _lines(settings, texts):
        if len(pages[-1]) + len(line) + 1 > _MOST:
            pages.append("")
        pages[-1] = f"{pages[-1]}\n{line}".strip()
    return pages


def _lines(settings: ChatSettings, texts: Texts) -> Iterator[str]:
    yield from listed(texts("discord-server-defaults"), settings.options, texts).splitlines()
    for place, options in settings.channels.items():
        if options:
            yield from listed(
                texts("discord-channel-defaults", channel=f"<#{place}>"), options, texts
            ).splitlines()
    if settings.jobs:
        yield texts("discord-server-jobs", count=settings.jobs)
    if settings.gallery:
        yield texts("discord-server-gallery", channel=f"<#{settings.gallery}>")
    for title, names, mention in (
        ("discord-server-channels", settings.places, "<#{}>"),
        ("discord-server-roles", settings.roles, "<@&{}>"),
        ("discord-server-first", settings.first, "<@&{}>"),
        ("discord-server-blocked", settings.blocked, "<@{}>"),
    ):
        if names:
            yield texts(title)
        for first in range(0, len(names), _NAMES):
            yield " ".join(mention.format(name) for name in names[first : first + _NAMES])
