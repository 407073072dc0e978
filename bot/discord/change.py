"""The form that changes a piece: tempo, key, mood, arrangement and instrument, as they are now."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import discord

from bot.discord.answers import custom_id, say_failure, whisper
from bot.discord.choices import KEYS
from bot.discord.context import context_of, texts_of
from bot.discord.ordering import begin_order
from bot.jobs.interface import Kept
from bot.reply import changed
from bot.reply.names import option_value
from bot.texts import Texts, texts_in
from mididraw.errors import MididrawError
from mididraw.harmony import Key, Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, DrawOptions

_NAME = re.compile(r"mdc:(?P<job>[0-9a-f]{32})")
_PATIENCE = 1.5
"""Seconds: a form must be shown within Discord's three."""
_OFFERED = (
    *(0, 4, 8, 9, 10, 11, 12, 13, 14, 19, 21, 24),
    *(27, 33, 40, 42, 45, 46, 48, 52, 56, 65, 73, 80),
)
"""Instruments to choose from, and the piece's own: Discord shows up to 25."""


class _Change(discord.ui.Modal):
    """What the piece has now, each to be changed."""

    def __init__(self, job: str, texts: Texts, now: DrawOptions) -> None:
        super().__init__(title=texts("change-title"), custom_id=f"mdc:{job}")
        tempo: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="tempo", default=str(now.tempo or ""), max_length=3
        )
        self.add_item(_labelled("tempo", tempo, texts))
        instruments = dict.fromkeys([now.instrument, *(INSTRUMENTS[one] for one in _OFFERED)])
        offered: dict[str, Iterable[str]] = {
            "key": ["auto", *(Key.parse(key).name for key in KEYS)],
            "style": Style,
            "arrangement": Arrangement,
            "instrument": instruments,
        }
        values = now.model_dump(mode="json")
        for name, choices in offered.items():
            options = [
                discord.SelectOption(
                    label=option_value(name, str(one), texts),
                    value=str(one),
                    default=str(one) == values[name],
                )
                for one in choices
            ]
            select: discord.ui.Select[Any] = discord.ui.Select(custom_id=name, options=options)
            self.add_item(_labelled(name, select, texts))


def _labelled(name: str, part: discord.ui.Item[Any], texts: Texts) -> discord.ui.Label[Any]:
    return discord.ui.Label(text=texts(f"option-{name}").capitalize(), component=part)


async def show_change(interaction: discord.Interaction[Any], job: str) -> None:
    """Show the form of a piece."""
    texts, service = texts_in(str(interaction.locale)), context_of(interaction).service
    try:
        async with asyncio.timeout(_PATIENCE):
            kept = await service.piece(job)
            texts = await service.texts_for(str(interaction.user.id), str(interaction.locale))
    except (MididrawError, TimeoutError):
        await whisper(interaction, texts("discord-slow"))
        return
    if kept is None:
        await whisper(interaction, texts("expired-buttons"))
        return
    form = _Change(job, texts, kept.options)
    # Else the library would keep it for ever, in case that it is sent.
    form.stop()
    await interaction.response.send_modal(form)


def is_change(interaction: discord.Interaction[Any]) -> bool:
    """Whether somebody sent the form."""
    return bool(_NAME.fullmatch(custom_id(interaction)))


async def submit_change(interaction: discord.Interaction[Any]) -> None:
    """Order the piece as the form has it."""
    try:
        await _order(interaction)
    except Exception as error:  # noqa: BLE001 -- whatever it is, somebody waits for a word
        await say_failure(interaction, error)


async def _order(interaction: discord.Interaction[Any]) -> None:
    data: Any = interaction.data
    parts = [part["component"] for part in data["components"]]
    given = {one["custom_id"]: one.get("value") or one["values"][0] for one in parts}
    order = await begin_order(interaction)
    kept = await kept_piece(interaction, custom_id(interaction).rpartition(":")[2])
    if kept is not None:
        await order.draw_again(kept, changed(kept.options, given))


async def kept_piece(interaction: discord.Interaction[Any], job: str) -> Kept | None:
    """Read a piece; None if it is kept no longer, which the person is told."""
    kept = await context_of(interaction).service.piece(job)
    if kept is None:
        await whisper(interaction, (await texts_of(interaction))("expired-buttons"))
    return kept
