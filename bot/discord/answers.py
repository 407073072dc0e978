"""How interactions are answered: acknowledged at once, and never left without a word."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

import discord

from bot.discord.context import texts_of
from bot.discord.refusals import AWAY
from bot.texts import texts_in
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)
_PRIVATE = "private"
_T = TypeVar("_T")
Callback = Callable[[_T, discord.Interaction[Any]], Coroutine[Any, Any, None]]


async def acknowledge(interaction: discord.Interaction[Any], *, private: bool = True) -> None:
    """Tell Discord within its three seconds that an answer comes; then there are 15 minutes."""
    interaction.extras[_PRIVATE] = private
    await interaction.response.defer(thinking=True, ephemeral=private)


async def whisper(interaction: discord.Interaction[Any], content: str, **more: Any) -> None:
    """Say something to whoever asked, and to nobody else, whatever was acknowledged before."""
    response = interaction.response
    if not response.is_done():
        await response.send_message(content, ephemeral=True, **more)
    elif response.type is not discord.InteractionResponseType.deferred_channel_message:
        await interaction.followup.send(content, ephemeral=True, **more)
    elif interaction.extras.get(_PRIVATE):
        await interaction.edit_original_response(content=content, **more)
    else:
        await interaction.delete_original_response()
        await interaction.followup.send(content, ephemeral=True, **more)


async def say_failure(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Say why something did not work: our own sentence, or that it is our fault."""
    if not isinstance(error, MididrawError):
        _log.error("an interaction broke: %s", type(error).__name__, exc_info=error)
    try:
        texts = await texts_of(interaction)
    except MididrawError:
        texts = texts_in(str(interaction.locale))
    text = texts.sentence(error) if isinstance(error, MididrawError) else texts("discord-broken")
    try:
        await whisper(interaction, text)
    except AWAY as second:
        _log.warning("nobody could be told: %s", type(second).__name__)


def custom_id(interaction: discord.Interaction[Any]) -> str:
    """What the pressed button or the sent form is called; empty for anything else."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def never_silent(callback: Callback[_T]) -> Callback[_T]:
    """Let a button's or a form's failure be said; the library would only log it."""

    @wraps(callback)
    async def guarded(self: _T, interaction: discord.Interaction[Any]) -> None:
        try:
            await callback(self, interaction)
        except Exception as error:  # noqa: BLE001 -- whatever it is, somebody waits for a word
            await say_failure(interaction, error)

    return guarded
