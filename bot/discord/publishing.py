"""Commands are told to Discord in its languages, only when they changed; it gives them ids."""

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from bot.memory import Memory
from bot.texts import texts_in

_log = logging.getLogger(__name__)
_YEAR = 365 * 86_400
_COMPARED = (
    *("type", "name", "description", "required", "autocomplete", "value"),
    *("min_value", "max_value", "min_length", "max_length", "default_member_permissions"),
)


class Translator(app_commands.Translator):
    """Names and descriptions in Discord's languages, from the catalogue."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 -- the library's signature
    ) -> str | None:
        """Look a text up in the catalogue; None where the language has none of its own."""
        texts = texts_in(str(locale))
        key = string.extras.get("key")
        if key is None or texts.language == "en":
            return None
        return texts(key)


async def payload_of(
    tree: app_commands.CommandTree[Any], guild: discord.Object | None = None
) -> list[dict[str, Any]]:
    """The commands that are everywhere, or in one server, as Discord is told them."""
    commands = tree.get_commands(guild=guild)
    return [{**await one.get_translated_payload(tree, Translator())} for one in commands]


async def publish(
    tree: app_commands.CommandTree[Any], memory: Memory, guild: discord.Object | None = None
) -> dict[str, int]:
    """Publish the commands that are everywhere, or in one server; gives their ids by name.

    They are told again where they changed here, or at Discord by somebody else.
    """
    payload = await payload_of(tree, guild)
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    note = f"commands:{tree.client.application_id}" + (f":{guild.id}" if guild else "")
    if await memory.read_note(note) == digest:
        found = {command.name: command.id for command in await tree.fetch_commands(guild=guild)}
        if found.keys() == {command["name"] for command in payload}:
            return found
    ids = {command.name: command.id for command in await tree.sync(guild=guild)}
    await memory.write_note(note, digest, _YEAR)
    _log.info("commands are published")
    return ids


async def publish_owners(
    tree: app_commands.CommandTree[Any], memory: Memory, here: int | None
) -> None:
    """Publish the owners' command in their server, and take it back from the one before."""
    note = f"owners:{tree.client.application_id}"
    before = await memory.read_note(note)
    for guild in {here, before} - {None}:
        try:
            await publish(tree, memory, discord.Object(guild))
        except discord.Forbidden:
            _log.error("the bot is not in the server %s: it has no /owner there", guild)
    if here != before:
        await memory.write_note(note, here, _YEAR)


def changes(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Names of commands that Discord lacks, has besides, or has otherwise."""
    here, there = ({one["name"]: _plain(one) for one in each} for each in (ours, theirs))
    return sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """A command or option without what Discord adds and what it leaves out as understood."""
    found = {name: part.get(name) for name in _COMPARED}
    for name in ("options", "choices"):
        found[name] = [_plain(one) for one in part.get(name) or ()]
    for name in ("contexts", "integration_types", "channel_types"):
        found[name] = sorted(part.get(name) or ())
    if found["default_member_permissions"] is not None:
        found["default_member_permissions"] = str(found["default_member_permissions"])
    return {name: value for name, value in found.items() if value not in (None, False, "", [])}
