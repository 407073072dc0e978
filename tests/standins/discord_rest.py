"""Discord's REST interface: messages, interactions' answers, commands."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_calls import DiscordCall, RefusedCallError
from tests.standins.discord_payloads import APPLICATION, GUILD
from tests.standins.discord_rules import command_errors, is_empty, message_errors
from tests.standins.discord_schema import Errors, request_check
from tests.standins.discord_world import (
    ATTACH,
    CATEGORY,
    DM,
    EPHEMERAL,
    HISTORY,
    IN_FORUM,
    IN_THREADS,
    LOADING,
    MUTE_MEMBERS,
    REQUEST_TO_SPEAK,
    SEND,
    VIEW,
    Channel,
    World,
)

_ACKNOWLEDGED_WITHIN, _TOKEN_LIVES, _NONCE_LIVES = 3, 15 * 60, 5 * 60
"""Seconds."""
_COMMAND, _COMPONENT, _TYPING, _FORM = 2, 3, 4, 5
_ANSWERS = {
    _COMMAND: {4, 5, 9},
    _COMPONENT: {4, 5, 6, 7, 9},
    _TYPING: {8},
    _FORM: {4, 5, 6, 7},
}
"""By kind of interaction: how it can be answered."""
_FOLLOW_UPS = 5
"""Further messages of an interaction where the bot is not a member."""


@dataclass(slots=True)
class Interaction:
    """What somebody did, for which a token was given out.

    Attributes:
        id, kind, channel: of it.
        born: when, in seconds since 1970.
        source: the message whose button was pressed.
        original: the first answer.
        written: messages that were written with the token.
    """

    id: int
    kind: int
    channel: int
    born: float
    source: int | None = None
    original: int | None = None
    answered: bool = False
    written: set[int] = field(default_factory=set)


class Rest:
    """Answers calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self.token = payloads.TOKEN
        self.commands: list[dict[str, Any]] = []
        self.guild_commands: list[dict[str, Any]] = []
        self.interactions: dict[str, Interaction] = {}
        self.file_limit = 10 << 20
        self.about: dict[str, Any] = dict(payloads.ABOUT)
        self.asked_to_speak = 0
        self.speaks = False
        self._nonces: dict[str, tuple[float, dict[str, Any]]] = {}

    def answer(self, call: DiscordCall) -> Any:
        """What Discord answers; None for nothing.

        Raises:
            RefusedCallError: it refuses.
        """
        parts = call.path.strip("/").split("/")
        if parts[0] not in ("interactions", "webhooks") and call.token != f"Bot {self.token}":
            raise RefusedCallError(401, 0, "401: Unauthorized")
        self._check_shape(call)
        match call.method, parts:
            case ("GET", ["users", "@me"]):
                return payloads.BOT
            case ("GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]):
                return self.about
            case ("GET", ["gateway", "bot"]):
                limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
                address = self.url.replace("http", "ws") + "/gateway"
                return {"url": address, "shards": 1, "session_start_limit": limit}
            case ("PUT", ["applications", _, "commands"]):
                self.commands = self._published(call)
                return self.commands
            case ("PUT", ["applications", _, "guilds", guild, "commands"]):
                if int(guild) != GUILD:
                    raise RefusedCallError(403, 50001, "Missing Access")
                self.guild_commands = self._published(call)
                return self.guild_commands
            case ("GET", ["applications", _, "commands"]):
                return [read_back(one) for one in self.commands]
            case ("GET", ["applications", _, "guilds", guild, "commands"]):
                if int(guild) != GUILD:
                    raise RefusedCallError(403, 50001, "Missing Access")
                return [read_back(one) for one in self.guild_commands]
            case ("POST", ["interactions", _, token, "callback"]):
                return self._called_back(call, token)
            case ("POST", ["webhooks", _, token]):
                return self._follow_up(call, token)
            case (_, ["webhooks", _, token, "messages", which]):
                return self._by_token(call, token, which)
            case ("POST", ["users", "@me", "channels"]):
                user = int(call.body["recipient_id"])
                channel = self.world.direct_with(user)
                return {"id": str(channel.id), "type": 1, "recipients": [payloads.person(user)]}
            case ("GET", ["channels", channel, "messages"]):
                return self._history(call, self._channel(channel, VIEW | HISTORY))
            case ("POST", ["channels", channel, "messages"]):
                return self._post(call, self._channel(channel, VIEW))
            case (_, ["channels", channel, "messages", number]):
                return self._by_bot(call, self._channel(channel, VIEW), int(number))
            case ("PATCH", ["guilds", _, "voice-states", "@me"]):
                return self._on_stage(call.body)
        raise RefusedCallError(404, 0, "404: Not Found")

    def _on_stage(self, body: dict[str, Any]) -> None:
        """Speak on a stage, or ask to."""
        asks = body.get("request_to_speak_timestamp") is not None
        needed = REQUEST_TO_SPEAK if asks else MUTE_MEMBERS
        if not self.world.allowed & needed:
            raise RefusedCallError(403, 50013, "Missing Permissions")
        self.asked_to_speak += asks
        self.speaks = not asks and body.get("suppress") is False

    def _check_shape(self, call: DiscordCall) -> None:
        check = request_check()
        body = call.body
        if check is not None:
            try:
                _refuse_form(check.errors(call.method, call.path, body) if body else None)
            except LookupError as error:
                raise RefusedCallError(404, 0, "404: Not Found") from error
        message = body.get("data", body) if isinstance(body, dict) else None
        if message and (
            "callback" in call.path or "messages" in call.path or "webhooks" in call.path
        ):
            _refuse_form(message_errors(message, len(call.files)))
        if any(len(data) > self.file_limit for data in call.files.values()):
            raise RefusedCallError(413, 40005, "Request entity too large")

    def _published(self, call: DiscordCall) -> list[dict[str, Any]]:
        _refuse_form(command_errors(call.body))
        number = self.world.number
        told = {
            "application_id": str(APPLICATION),
            "version": "1",
            "default_member_permissions": None,
            "description": "",
        }
        return [{"id": str(number()), **told, **one} for one in call.body]

    # With an interaction's token.

    def _called_back(self, call: DiscordCall, token: str) -> Any:
        found = self.interactions.get(token)
        now = self.world.now()
        if found is None or now - found.born > _ACKNOWLEDGED_WITHIN:
            raise RefusedCallError(404, 10062, "Unknown interaction")
        if found.answered:
            raise RefusedCallError(400, 40060, "Interaction has already been acknowledged.")
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind not in _ANSWERS[found.kind] or (kind in (6, 7) and found.source is None):
            said = {"type": {"_errors": [{"code": "INTERACTION_INVALID_RESPONSE_TYPE"}]}}
            raise RefusedCallError(400, 50035, "Invalid Form Body", errors=said)
        found.answered = True
        message: dict[str, Any] | None = None
        if kind in (4, 5):
            if kind == 4 and is_empty(data, len(call.files)):
                raise RefusedCallError(400, 50006, "Cannot send an empty message")
            flags = data.get("flags", 0) & EPHEMERAL | (LOADING if kind == 5 else 0)
            message = self._write(call, data, found.channel, flags=flags)
            found.original = int(message["id"])
            found.written.add(found.original)
        elif kind in (6, 7):
            found.original = found.source
            message = self.world.messages.get(found.source or 0)
            if kind == 7 and message is not None:
                self._change(message, call, data)
        if call.query.get("with_response") not in ("1", "true", "True"):
            return None
        told = {"id": str(found.id), "type": found.kind}
        if message is not None:
            told["response_message_id"] = message["id"]
        return {"interaction": told, "resource": {"type": kind, "message": message}}

    def _living(self, token: str) -> Interaction:
        found = self.interactions.get(token)
        if found is None:
            raise RefusedCallError(404, 10015, "Unknown Webhook")
        if self.world.now() - found.born > _TOKEN_LIVES:
            raise RefusedCallError(401, 50027, "Invalid Webhook Token")
        if not found.answered:
            raise RefusedCallError(404, 10015, "Unknown Webhook")
        return found

    def _follow_up(self, call: DiscordCall, token: str) -> Any:
        found = self._living(token)
        member = self.world.channels[found.channel].member
        if not member and len(found.written) > _FOLLOW_UPS:
            raise RefusedCallError(400, 40094, "Max follow-up messages reached")
        if is_empty(call.body, len(call.files)):
            raise RefusedCallError(400, 50006, "Cannot send an empty message")
        flags = call.body.get("flags", 0) & EPHEMERAL
        message = self._write(call, call.body, found.channel, flags=flags)
        found.written.add(int(message["id"]))
        return message

    def _by_token(self, call: DiscordCall, token: str, which: str) -> Any:
        found = self._living(token)
        number = found.original if which == "@original" else int(which)
        own = found.written | {found.source}
        message = self.world.messages.get(number or 0)
        if message is None or number not in own:
            raise RefusedCallError(404, 10008, "Unknown Message")
        return self._touch(call, message)

    # As the bot.

    def _channel(self, number: str, needed: int) -> Channel:
        channel = self.world.channels.get(int(number))
        if channel is None:
            raise RefusedCallError(404, 10003, "Unknown Channel")
        if not channel.member:
            raise RefusedCallError(403, 50001, "Missing Access")
        if channel.kind != DM and needed & ~self.world.rights(channel):
            raise RefusedCallError(403, 50001, "Missing Access")
        return channel

    def _history(self, call: DiscordCall, channel: Channel) -> list[dict[str, Any]]:
        after, most = int(call.query.get("after", 0)), int(call.query.get("limit", 50))
        there = [
            message
            for number, message in sorted(self.world.messages.items())
            if message["channel_id"] == str(channel.id)
            and number > after
            and not message["flags"] & EPHEMERAL
        ]
        return (there[:most] if after else there[-most:])[::-1]

    def _post(self, call: DiscordCall, channel: Channel) -> dict[str, Any]:
        body = call.body
        if channel.kind == DM:
            user = self.world.reader(channel)
            if user in self.world.closed:
                raise RefusedCallError(403, 50007, "Cannot send messages to this user")
            if user in self.world.strangers:
                said = "Cannot send messages to this user due to having no mutual guilds"
                raise RefusedCallError(403, 50278, said)
        if channel.kind == IN_FORUM:
            raise RefusedCallError(400, 40058, "Cannot message this channel")
        if channel.kind == CATEGORY:
            raise RefusedCallError(400, 50008, "Cannot send messages in a non-text channel")
        if channel.guild is not None:
            self._may_write(call, channel)
        if is_empty(body, len(call.files)):
            raise RefusedCallError(400, 50006, "Cannot send an empty message")
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        since, kept = self._nonces.get(str(nonce), (0.0, None))
        if nonce is not None and kept and self.world.now() - since < _NONCE_LIVES:
            return kept
        message = self._write(call, body, channel.id)
        if nonce is not None:
            self._nonces[str(nonce)] = self.world.now(), message
        return message

    def _may_write(self, call: DiscordCall, channel: Channel) -> None:
        rights = self.world.rights(channel)
        needed = (IN_THREADS if channel.is_thread else SEND) | (ATTACH if call.files else 0)
        if needed & ~rights:
            raise RefusedCallError(403, 50013, "Missing Permissions")
        if call.body.get("message_reference") and not rights & HISTORY:
            said = "Cannot reply without permission to read message history"
            raise RefusedCallError(400, 160002, said)
        if channel.locked:
            raise RefusedCallError(400, 50083, "Thread is archived")
        channel.archived = False

    def _by_bot(self, call: DiscordCall, channel: Channel, number: int) -> Any:
        message = self.world.messages.get(number)
        if (
            message is None
            or message["channel_id"] != str(channel.id)
            or message["flags"] & EPHEMERAL
        ):
            raise RefusedCallError(404, 10008, "Unknown Message")
        if call.method == "PATCH" and message["author"]["id"] != str(APPLICATION):
            raise RefusedCallError(403, 50005, "Cannot edit a message authored by another user")
        return self._touch(call, message)

    # Messages.

    def _touch(self, call: DiscordCall, message: dict[str, Any]) -> Any:
        if call.method == "GET":
            return message
        if self.world.channels[int(message["channel_id"])].archived:
            raise RefusedCallError(400, 50083, "Thread is archived")
        if call.method == "DELETE":
            del self.world.messages[int(message["id"])]
            return None
        self._change(message, call, call.body)
        if is_empty(message, 0):
            raise RefusedCallError(400, 50006, "Cannot send an empty message")
        return message

    def _write(
        self, call: DiscordCall, body: dict[str, Any], channel: int, flags: int = 0
    ) -> dict[str, Any]:
        where = self.world.channels[channel]
        more: dict[str, Any] = {"guild_id": str(where.guild)} if where.guild else {}
        if reference := body.get("message_reference"):
            more |= {"message_reference": reference, "type": 19}
        message = self.world.keep(channel, flags=flags | body.get("flags", 0), **more)
        self._change(message, call, body, flags)
        return message

    def _change(
        self,
        message: dict[str, Any],
        call: DiscordCall,
        body: dict[str, Any],
        flags: int | None = None,
    ) -> None:
        message["flags"] = (message["flags"] if flags is None else flags) & ~LOADING
        if flags is not None and flags & LOADING:
            message["flags"] |= LOADING
        for name in ("content", "components", "embeds"):
            if name in body:
                message[name] = body[name] or ("" if name == "content" else [])
        if "attachments" in body:
            before = {one["id"]: one for one in message["attachments"]}
            files = list(call.files.items())
            message["attachments"] = [
                before[str(one["id"])]
                if str(one["id"]) in before
                else self._stored(message, one, *files[int(one["id"])])
                for one in body["attachments"] or []
            ]

    def _stored(
        self, message: dict[str, Any], told: dict[str, Any], name: str, data: bytes
    ) -> dict[str, Any]:
        number, safe = self.world.number(), ascii_name(name)
        path = f"{message['channel_id']}/{number}/{safe}"
        self.world.files[path] = data
        found = {
            "id": str(number),
            "filename": safe,
            "size": len(data),
            "url": f"{self.url}/cdn/{path}",
            "proxy_url": f"{self.url}/cdn/{path}",
        }
        for key in ("description", "title"):
            if told.get(key):
                found[key] = told[key]
        return found


def read_back(command: dict[str, Any]) -> dict[str, Any]:
    """A command, or an option of one, as Discord tells it: it leaves out what is understood."""
    told = {name: value for name, value in command.items() if not name.endswith("_localizations")}
    if told.get("default_member_permissions") is not None:
        told["default_member_permissions"] = str(told["default_member_permissions"])
    for name in ("required", "autocomplete"):
        if told.get(name) is False:
            del told[name]
    if "options" in told:
        told["options"] = [read_back(one) for one in told["options"]]
    return told


def ascii_name(name: str) -> str:
    """What Discord makes of a file's name: letters of others' alphabets are left out."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]", "_", plain)


def _refuse_form(errors: Errors | None) -> None:
    if errors:
        raise RefusedCallError(400, 50035, "Invalid Form Body", errors=errors)
