"""What people do at Discord: commands, buttons, forms, messages, voice channels."""

from collections.abc import Sequence
from typing import Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_gateway import CONTENT, Gateway
from tests.standins.discord_payloads import (
    APPLICATION,
    CHANNEL,
    DIRECT,
    GUILD,
    HER,
    NEW_GUILD,
    VOICE_CHANNEL,
)
from tests.standins.discord_rest import Interaction, Rest
from tests.standins.discord_world import DM, Channel, World

_IN_GUILD, _WITH_BOT, _AMONG_PEOPLE = 0, 1, 2
"""Contexts of an interaction."""
_CONTENT = ("content", "attachments", "embeds", "components", "message_snapshots")
"""What of a message is kept from bots that it is not for."""


class DiscordPeople:
    """People in one server, in direct messages, a group, and another server."""

    def __init__(self, world: World, rest: Rest, gateway: Gateway) -> None:
        self.world, self.rest, self.gateway = world, rest, gateway

    async def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """Something happens; the bot is told once it is there."""
        raise NotImplementedError

    async def command(
        self,
        name: str,
        *,
        by: int = HER,
        kind: int = 1,
        target: dict[str, Any] | None = None,
        about: dict[str, Any] | None = None,
        **options: Any,
    ) -> str:
        """Somebody runs a command; returns the interaction's token.

        A picture is given as bytes, or as a dict with ``data`` and what Discord says of it; what
        :meth:`interact` knows goes in ``about``.
        """
        known = (
            "guild",
            "where",
            "install",
            "locale",
            "permissions",
            "roles",
            "app_permissions",
            "limit",
        )
        around = {one: options.pop(one) for one in known if one in options} | (about or {})
        attachments: dict[str, Any] = {}
        given = []
        for option, value in options.items():
            if isinstance(value, bytes | dict):
                told = value if isinstance(value, dict) else {"data": value}
                attachment = self.attachment(**told)
                attachments[attachment["id"]] = attachment
                given.append({"name": option, "type": 11, "value": attachment["id"]})
            else:
                given.append(payloads.given(option, value))
        first, _, second = name.partition(" ") if kind == 1 else (name, "", "")
        if second:
            given = [{"name": second, "type": 1, "options": given}]
        data: dict[str, Any] = {
            "id": str(self.world.number()),
            "name": first,
            "type": kind,
            "options": given,
            "resolved": {"attachments": attachments, **payloads.resolved(self.world, options)},
        }
        if first in {one["name"] for one in self.rest.guild_commands}:
            data["guild_id"] = str(GUILD)
        if target is not None:
            data["target_id"] = target["id"]
            data["resolved"]["messages"] = {target["id"]: target}
        return await self.interact(2, data, user=by, **around)

    async def type_(self, name: str, option: str, text: str, **about: Any) -> str:
        """Somebody types an option of a command; returns the interaction's token."""
        typed = {"name": option, "type": 3, "value": text, "focused": True}
        number = str(self.world.number())
        data = {"id": number, "name": name, "type": 1, "options": [typed]}
        return await self.interact(4, data, **about)

    async def press(
        self, custom_id: str, message: dict[str, Any], *, user: int = HER, **more: Any
    ) -> str:
        """Somebody presses a button, or chooses ``values``; returns the interaction's token."""
        values = more.pop("values", None)
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
        if values:
            data["values"] = values
        # Discord sends the message whole, and the library finds the pressed part in it.
        pressed: dict[str, Any] = {"custom_id": custom_id, "type": data["component_type"]}
        pressed |= {"options": []} if values else {"style": 2, "label": "pressed"}
        shown = {**message, "components": [{"type": 1, "components": [pressed]}]}
        more.setdefault("where", int(message["channel_id"]))
        return await self.interact(3, data, user=user, message=shown, **more)

    async def fill(
        self, form: dict[str, Any], values: Sequence[str], *, user: int = HER, **more: Any
    ) -> str:
        """Somebody sends a form that they were shown, with a value for each field."""
        rows = [_filled(*pair) for pair in zip(form["components"], values, strict=True)]
        data = {"custom_id": form["custom_id"], "components": rows}
        return await self.interact(5, data, user=user, **more)

    async def interact(
        self,
        kind: int,
        data: dict[str, Any],
        *,
        user: int = HER,
        guild: bool = True,
        where: int | None = None,
        install: str = "guild",
        locale: str = "en-US",
        permissions: int = 0,
        roles: tuple[int, ...] = (),
        app_permissions: int | None = None,
        limit: int = 10 << 20,
        **more: Any,
    ) -> str:
        """Whatever else people do.

        Args:
            kind: of interaction.
            data: of it.
            user: who.
            guild: in the server's channel, else in direct messages with the bot.
            where: in which channel instead.
            install: by whose install the bot is there: ``guild``, ``user`` or ``both``.
            locale: the person's.
            permissions: their rights.
            roles: theirs.
            app_permissions: the bot's rights there.
            limit: bytes that a file may have.
            **more: further fields.
        """
        number, world = self.world.number(), self.world
        token = f"token-{number}"
        channel = world.channels[where or (CHANNEL if guild else DIRECT)]
        if where is None and not guild:
            channel = world.direct_with(user)
        source = more.get("message")
        self.rest.interactions[token] = Interaction(
            number, kind, channel.id, world.now(), None if source is None else int(source["id"])
        )
        allowed = world.rights(channel) if app_permissions is None else app_permissions
        interaction: dict[str, Any] = {
            "id": str(number),
            "application_id": str(APPLICATION),
            "type": kind,
            "token": token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": payloads.channel(channel),
            "locale": locale,
            "entitlements": [],
            "authorizing_integration_owners": _owners(channel, install, user),
            "context": _context(channel),
            "app_permissions": str(allowed),
            "attachment_size_limit": limit,
            "data": data,
            **more,
        }
        who = payloads.person(user)
        if channel.guild is None:
            interaction["user"] = who
        else:
            told = {"id": str(channel.guild), "locale": "en-US", "features": []}
            interaction |= {"guild_id": str(channel.guild), "guild": told, "guild_locale": "en-US"}
            interaction["member"] = {
                "user": who,
                **payloads.MEMBER,
                "roles": [str(role) for role in roles],
                "permissions": str(permissions),
            }
        await self.dispatch("INTERACTION_CREATE", interaction)
        return token

    async def write(
        self,
        content: str = "",
        *,
        user: int = HER,
        guild: bool = True,
        where: int | None = None,
        reply_to: dict[str, Any] | None = None,
        ping: bool = True,
        **more: Any,
    ) -> dict[str, Any]:
        """Somebody writes a message; one that names the bot mentions it.

        Args:
            content: the text.
            user: who.
            guild: in the server's channel, else in direct messages with the bot.
            where: in which channel instead.
            reply_to: the message that it replies to.
            ping: whether the reply mentions who wrote that one.
            **more: further fields.
        """
        channel = self.world.channels[where or CHANNEL]
        if where is None and not guild:
            channel = self.world.direct_with(user)
        message = self.world.keep(channel.id, author=user, content=content, **more)
        mentioned = f"<@{APPLICATION}>" in content
        if reply_to is not None:
            message |= {
                "type": 19,
                "message_reference": {
                    "message_id": reply_to["id"],
                    "channel_id": reply_to["channel_id"],
                },
                "referenced_message": reply_to,
            }
            # Replies to an interaction's answer mention nobody.
            own = reply_to["author"] == payloads.BOT and "interaction_metadata" not in reply_to
            mentioned = mentioned or (own and ping)
        message["mentions"] = [payloads.BOT] if mentioned else []
        if channel.guild is not None:
            message |= {"guild_id": str(GUILD), "member": payloads.MEMBER}
        else:
            message |= {"channel_type": channel.kind}
        await self.dispatch("MESSAGE_CREATE", self._seen(message, channel))
        return message

    def _seen(self, message: dict[str, Any], channel: Channel) -> dict[str, Any]:
        """A message as the bot is told of it: others' words and pictures are kept from it."""
        seen = dict(message)
        for_bot = message["author"] == payloads.BOT or payloads.BOT in message["mentions"]
        if not (channel.kind == DM or for_bot or self.gateway.intents & CONTENT):
            seen |= {name: type(seen[name])() for name in _CONTENT if name in seen}
        if message.get("referenced_message") is not None:
            seen["referenced_message"] = self._seen(message["referenced_message"], channel)
        return seen

    async def join(self, user: int = HER, channel: int | None = VOICE_CHANNEL, **more: Any) -> None:
        """Somebody joins a voice channel, or leaves."""
        self.gateway.people.pop(user, None)
        self.gateway.people |= {} if channel is None else {user: channel}
        await self.dispatch("VOICE_STATE_UPDATE", payloads.voice_state(user, channel) | more)

    async def add_to_guild(self, locale: str = "en-US", allowed: int | None = None) -> None:
        """Somebody adds the bot to another server."""
        told = payloads.guild(self.world, NEW_GUILD) | {"preferred_locale": locale}
        if allowed is not None:
            told["roles"][0]["permissions"] = str(allowed)
        await self.dispatch("GUILD_CREATE", told)

    async def remove_from_guild(self) -> None:
        """Somebody removes the bot from there."""
        await self.dispatch("GUILD_DELETE", {"id": str(NEW_GUILD)})

    async def limit(self, channel: int, people: int) -> None:
        """A voice channel takes only so many."""
        self.world.channels[channel].user_limit = people
        await self.dispatch("CHANNEL_UPDATE", payloads.channel(self.world.channels[channel]))

    def attachment(self, data: bytes, **more: Any) -> dict[str, Any]:
        """A file that somebody attached."""
        number = str(self.world.number())
        name = more.pop("filename", "drawing.png")
        self.world.files[f"{CHANNEL}/{number}/{name}"] = data
        return {
            "id": number,
            "filename": name,
            "size": len(data),
            "url": f"{self.rest.url}/cdn/{CHANNEL}/{number}/{name}",
            "proxy_url": f"{self.rest.url}/cdn/{CHANNEL}/{number}/{name}",
            "content_type": "image/png",
            **more,
        }

    def sticker(self, data: bytes, kind: int = 1) -> dict[str, Any]:
        """A sticker, of the format PNG unless told otherwise."""
        number = str(self.world.number())
        self.world.files[f"stickers/{number}.png"] = data
        return {"id": number, "name": "sticker", "format_type": kind}

    def message(self, **more: Any) -> dict[str, Any]:
        """A message of the bot's, or another's, in a channel."""
        where = int(more.pop("channel_id", CHANNEL))
        return self.world.keep(where, author=more.pop("by", APPLICATION), **more)


def _filled(part: dict[str, Any], value: str) -> dict[str, Any]:
    """A field as it is sent: under a label, or in a row as forms had them before."""
    held = part.get("component") or part["components"][0]
    given = {"type": held["type"], "custom_id": held["custom_id"], "id": 1}
    if held["type"] == 3:
        assert value in {one["value"] for one in held["options"]}
        given["values"] = [value]
    else:
        given["value"] = value
    if "component" in part:
        return {"type": 18, "id": 1, "component": given}
    return {"type": 1, "id": 1, "components": [given]}


def fields_of(form: dict[str, Any]) -> list[str]:
    """Ids of a form's fields."""
    parts = [part.get("component") or part["components"][0] for part in form["components"]]
    return [str(part["custom_id"]) for part in parts]


def _context(channel: Channel) -> int:
    if channel.guild is not None:
        return _IN_GUILD
    return _WITH_BOT if channel.kind == DM else _AMONG_PEOPLE


def _owners(channel: Channel, install: str, user: int) -> dict[str, str]:
    found = {}
    if install in ("guild", "both"):
        found["0"] = str(channel.guild or 0)
    if install in ("user", "both"):
        found["1"] = str(user)
    return found
