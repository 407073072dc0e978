"""The form that the message menu shows; what it is about is kept in Redis, not in the bot."""

import asyncio
import re
from dataclasses import asdict
from typing import Any

import discord

from bot.discord.answers import custom_id, say_failure, whisper
from bot.discord.context import context_of, texts_of
from bot.discord.ordering import begin_order
from bot.discord.pictures import RemoteFile
from bot.memory import Preferences
from bot.reply.names import instrument_name
from bot.texts import Texts, texts_in
from mididraw.errors import MididrawError
from mididraw.instruments import INSTRUMENTS

_NAME = re.compile(r"mdf:(?P<form>[0-9]{1,20})")
_HOUR = 3600
_PATIENCE = 1.5
"""Seconds: a form must be shown within Discord's three."""
_STRENGTH, _INSTRUMENT = "strength", "instrument"


class _Ask(discord.ui.Modal):
    """Strength and instrument, with the person's own to begin with."""

    def __init__(self, form: int, texts: Texts, own: Preferences) -> None:
        super().__init__(title=texts("discord-menu"), custom_id=f"mdf:{form}")
        strength = str(own.options.get(_STRENGTH, 50))
        instrument = str(own.options.get(_INSTRUMENT, INSTRUMENTS[0]))
        if instrument in INSTRUMENTS:
            instrument = instrument_name(instrument, texts)
        for name, label, default, most in (
            (_STRENGTH, "discord-strength-short", strength, 3),
            (_INSTRUMENT, "instrument", instrument, 60),
        ):
            field: discord.ui.TextInput[Any] = discord.ui.TextInput(
                custom_id=name,
                label=texts(label),
                default=default,
                max_length=most,
            )
            self.add_item(field)


async def show_form(interaction: discord.Interaction[Any], files: list[RemoteFile]) -> None:
    """Ask how pictures are to be played."""
    texts, own = texts_in(str(interaction.locale)), Preferences()
    memory = context_of(interaction).service.memory
    try:
        async with asyncio.timeout(_PATIENCE):
            kept = [asdict(file) for file in files]
            await memory.write_note(f"form:{interaction.id}", kept, _HOUR)
            own = await memory.preferences(str(interaction.user.id))
            texts = texts_in(own.language or str(interaction.locale))
    except (MididrawError, TimeoutError):
        await whisper(interaction, texts("discord-slow"))
        return
    form = _Ask(interaction.id, texts, own)
    # Else the library would keep it for ever, in case that it is sent.
    form.stop()
    await interaction.response.send_modal(form)


def is_form(interaction: discord.Interaction[Any]) -> bool:
    """Whether somebody sent the form."""
    return bool(_NAME.fullmatch(custom_id(interaction)))


async def submit_form(interaction: discord.Interaction[Any]) -> None:
    """Order what a form asks for."""
    try:
        await _order(interaction)
    except Exception as error:  # noqa: BLE001 -- whatever it is, somebody waits for a word
        await say_failure(interaction, error)


async def _order(interaction: discord.Interaction[Any]) -> None:
    data: Any = interaction.data
    form = custom_id(interaction).rpartition(":")[2]
    given = {
        part["custom_id"]: part["value"] for row in data["components"] for part in row["components"]
    }
    order = await begin_order(interaction)
    kept = await order.context.service.memory.read_note(f"form:{form}")
    if kept is None:
        await whisper(interaction, (await texts_of(interaction))("expired-buttons"))
        return
    files = [RemoteFile(**one) for one in kept]
    await order.draw(files, await order.options(**given))
