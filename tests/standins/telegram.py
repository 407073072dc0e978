"""A Bot API server: speaks Telegram's protocol over a real socket, and remembers all it hears."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.standins.telegram_chats import BOT, member
from tests.standins.telegram_limits import COUNTED, MethodLimits
from tests.standins.telegram_people import TelegramPeople
from tests.standins.telegram_rules import unfit
from tests.standins.telegram_updates import ConflictError

TOKEN = "123456:stand-in-token-of-no-worth-at-all-x"  # noqa: S105
GROUP = -1001
_PRESS_LIVES = 15.0
"""Seconds within which the press of a button is answered, or never."""
_CLOUD_FILE = 20 << 20
_LAST_CALLS = 400
_TEXTS = ("text", "caption", "title", "description", "short_description", "url", "file_id")


@dataclass(slots=True)
class TelegramCall:
    """A request of the bot's.

    Attributes:
        method: such as ``sendPhoto``.
        fields: its parameters, JSON read.
        files: what was uploaded, by the parameter's name.
        at: when it was answered, in seconds since 1970.
        ok: whether it was done.
    """

    method: str
    fields: dict[str, Any]
    files: dict[str, bytes]
    at: float
    ok: bool = True


@dataclass(slots=True)
class TelegramFault:
    """How the next calls of a method fail."""

    method: str
    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    chat: int | None = None


class TelegramStandIn(TelegramPeople):
    """Telegram, as far as a bot sees of it: as a cloud, or as a server of one's own.

    With a ``folder`` it runs with ``--local``: files lie there and are named by their whole paths,
    which begin with ``named`` where its own file system is another. Nothing is served under
    ``/file/``, unless ``proxied`` puts a web server in front that does.
    """

    def __init__(
        self, folder: Path | None = None, *, named: Path | None = None, proxied: bool = False
    ) -> None:
        super().__init__()
        self.calls: list[TelegramCall] = []
        self.faults: list[TelegramFault] = []
        self.limits = MethodLimits()
        self.url = ""
        self.slow_files = 0.0
        self.file_limit = 50 << 20
        self._folder, self._named, self._proxied = folder, named or folder, proxied
        self._names: dict[str, Any] = {}
        self._changed = asyncio.Condition()

    def refuse(
        self,
        method: str,
        code: int,
        description: str,
        *,
        times: int = 1,
        chat: int | None = None,
        **parameters: Any,
    ) -> None:
        """Let the next calls of a method fail."""
        self.faults.append(TelegramFault(method, code, description, parameters, times, chat))

    def done(self, method: str, chat: int | None = None) -> list[TelegramCall]:
        """The calls of a method that went well."""
        return [
            call
            for call in self.calls
            if call.ok
            and call.method == method
            and (chat is None or call.fields.get("chat_id") == chat)
        ]

    async def until(self, holds: Callable[[], Any], seconds: float = 120.0) -> Any:
        """Wait for something that follows from calls."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := holds()):
                    await self._changed.wait()
        except TimeoutError:
            told = [(call.method, call.ok) for call in self.calls[-_LAST_CALLS:]]
            raise AssertionError(f"not within {seconds} s, after {told}") from None
        return found

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1") -> AsyncIterator["TelegramStandIn"]:
        """Listen on a free port of loopback, or of another address of this machine."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            await self.updates.close()
            await runner.cleanup()

    async def _download(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.slow_files)
        name = request.match_info["path"].removeprefix("documents/")
        served = self._folder is None or self._proxied
        if not served or name not in self._files or request.match_info["token"] != TOKEN:
            return web.Response(status=404)
        return web.Response(body=self._files[name])

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields, files = await _read(request)
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        call = TelegramCall(method, fields, files, time.time())
        refusal = self._refused(call)
        result = None
        if refusal is None:
            answer = getattr(self, f"_{method}", None)
            try:
                result = await answer(call) if answer else self._simple(method)
            except _RefusedError as error:
                refusal = _refusal(error.code, str(error))
        call.ok, call.at = refusal is None, time.time()
        async with self._changed:
            if method != "getUpdates":
                self.calls.append(call)
            self._changed.notify_all()
        return refusal or web.json_response({"ok": True, "result": result})

    def _refused(self, call: TelegramCall) -> web.Response | None:
        chat = call.fields.get("chat_id")
        for fault in self.faults:
            if fault.method == call.method and fault.chat in (None, chat) and fault.times > 0:
                fault.times -= 1
                if fault.description.startswith("<"):
                    # What stands before Telegram answers in its own words.
                    return web.Response(status=fault.code, text=fault.description)
                return _refusal(fault.code, fault.description, fault.parameters)
        if any(len(data) > self.file_limit for data in call.files.values()):
            return _refusal(413, "Request Entity Too Large")
        if said := unfit(call.method, call.fields, call.files):
            return _refusal(400, said)
        if chat is None:
            return None
        if forbidden := self.chats[chat].refusal(call.method, call.fields):
            return _refusal(*forbidden)
        if call.method not in COUNTED:
            return None
        seconds = self.limits.take(chat, len(call.fields.get("media", "1")))
        if not seconds:
            return None
        said = f"Too Many Requests: retry after {seconds}"
        return _refusal(429, said, {"retry_after": seconds})

    def _simple(self, method: str) -> Any:
        """Answer what needs no more than a yes."""
        if method not in ("sendChatAction", "answerInlineQuery", "close"):
            raise _RefusedError(404, "Not Found")
        return True

    async def _getMe(self, call: TelegramCall) -> Any:  # noqa: ARG002, N802
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def _getUpdates(self, call: TelegramCall) -> Any:  # noqa: N802
        fields = call.fields
        self.updates.ask_for(fields.get("allowed_updates"))
        self.updates.confirm(fields.get("offset", 0))
        async with self._changed:
            self._changed.notify_all()
        try:
            return await self.updates.get(
                fields.get("offset", 0), fields.get("limit", 100), fields.get("timeout", 0)
            )
        except ConflictError as error:
            raise _RefusedError(409, str(error)) from error

    async def _getFile(self, call: TelegramCall) -> Any:  # noqa: N802
        name = call.fields["file_id"]
        if name not in self._files:
            raise _RefusedError(
                400, "Bad Request: wrong file_id or the file is temporarily unavailable"
            )
        if self._folder is None and self._sizes[name] > _CLOUD_FILE:
            raise _RefusedError(400, "Bad Request: file is too big")
        path = f"documents/{name}"
        if self._folder is not None and self._named is not None:
            file = self._folder / TOKEN / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._files[name])
            path = str(self._named / TOKEN / path)
        return {"file_id": name, "file_unique_id": name, "file_path": path}

    async def _setWebhook(self, call: TelegramCall) -> Any:  # noqa: N802
        self.updates.ask_for(call.fields.get("allowed_updates"))
        self.updates.call(call.fields["url"], call.fields["secret_token"])
        return True

    async def _deleteWebhook(self, call: TelegramCall) -> Any:  # noqa: ARG002, N802
        self.updates.webhook = None
        return True

    async def _getChatMember(self, call: TelegramCall) -> Any:  # noqa: N802
        user, chat = call.fields["user_id"], self.chats[call.fields["chat_id"]]
        if user == BOT["id"]:
            rights = "administrator" if chat.shows_all else "member"
            return member(rights, BOT)
        if chat.hides_members and not chat.shows_all:
            raise _RefusedError(400, "Bad Request: member list is inaccessible")
        who = {"id": user, "is_bot": False, "first_name": "Ada"}
        return member("creator" if user in self.admins else "member", who)

    async def _getChatAdministrators(self, call: TelegramCall) -> Any:  # noqa: N802
        if call.fields["chat_id"] > 0:
            raise _RefusedError(400, "Bad Request: there are no administrators in the private chat")
        people = [{"id": user, "is_bot": False, "first_name": "Ada"} for user in self.admins]
        people += [BOT] if self.chats[call.fields["chat_id"]].shows_all else []
        return [member("creator", one) for one in people]

    async def _getChat(self, call: TelegramCall) -> Any:  # noqa: N802
        if (found := self.channel(call.fields["chat_id"])) is None:
            raise _RefusedError(400, "Bad Request: chat not found")
        return found

    async def _answerCallbackQuery(self, call: TelegramCall) -> Any:  # noqa: N802
        pressed = self.presses.pop(str(call.fields["callback_query_id"]), -_PRESS_LIVES)
        if time.monotonic() - pressed > _PRESS_LIVES:
            raise _RefusedError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        return True

    async def _setMessageReaction(self, call: TelegramCall) -> Any:  # noqa: N802
        chat = self.chats[call.fields["chat_id"]]
        emoji = [one["emoji"] for one in call.fields.get("reaction", [])]
        chat.reactions.setdefault(call.fields["message_id"], []).extend(emoji or [""])
        return True

    async def _set(self, call: TelegramCall) -> Any:
        """Keep what is set for a language and a scope."""
        self._names[_scope(call)] = call.fields
        return True

    _setMyCommands = _setMyDescription = _setMyShortDescription = _setChatMenuButton = _set  # noqa: N815

    async def _getMyCommands(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._names.get(_scope(call), {}).get("commands", [])

    async def _getMyDescription(self, call: TelegramCall) -> Any:  # noqa: N802
        return {"description": self._names.get(_scope(call), {}).get("description", "")}

    async def _getMyShortDescription(self, call: TelegramCall) -> Any:  # noqa: N802
        said = self._names.get(_scope(call), {}).get("short_description", "")
        return {"short_description": said}

    async def _getChatMenuButton(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._names.get(_scope(call), {}).get("menu_button", {"type": "commands"})

    async def _deleteMessage(self, call: TelegramCall) -> Any:  # noqa: N802
        del self.chats[call.fields["chat_id"]].messages[call.fields["message_id"]]
        return True

    async def _sendMessage(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, {"text": call.fields["text"]})

    async def _sendPhoto(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, self.photo(call.files["photo"]))

    async def _sendAudio(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, self.audio(call.files["audio"], "x.mp3", "audio/mpeg"))

    async def _sendVideo(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, self.video(call.files["video"], call.fields))

    async def _sendVoice(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, self.voice(call.files["voice"], call.fields.get("duration", 0)))

    async def _sendDocument(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, self.document(call.files["document"], "x.mid", "audio/midi"))

    async def _sendMediaGroup(self, call: TelegramCall) -> Any:  # noqa: N802
        parts = [(one["type"], call.files[one["media"][9:]]) for one in call.fields["media"]]
        made = [
            self.audio(data, "x.mp3", "audio/mpeg")
            if kind == "audio"
            else self.document(data, "x", "audio/midi")
            for kind, data in parts
        ]
        return [self._write(call, one) for one in made]

    async def _editMessageText(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, {"text": call.fields["text"]}, call.fields["message_id"])

    async def _editMessageReplyMarkup(self, call: TelegramCall) -> Any:  # noqa: N802
        return self._write(call, {}, call.fields["message_id"])

    def _write(
        self, call: TelegramCall, content: dict[str, Any], number: int | None = None
    ) -> dict[str, Any]:
        fields = call.fields
        number = next(self._numbers) if number is None else number
        fields.setdefault("sent_id", number)
        more = {name: fields.get(name) for name in ("caption", "reply_markup", "message_thread_id")}
        return self.chats[fields["chat_id"]].written(number, content, **more)


class _RefusedError(Exception):
    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


def _scope(call: TelegramCall) -> str:
    """Under what something is kept that is set for a language and a scope."""
    fields = call.fields
    scope = fields.get("scope") or {"type": "default"}
    name = call.method.removeprefix("get").removeprefix("set")
    return f"{name} {json.dumps(scope, sort_keys=True)} {fields.get('language_code') or ''}"


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    posted = await request.post()
    uploads = {
        name: _whole(part) for name, part in posted.items() if isinstance(part, web.FileField)
    }
    fields = {name: _value(name, part) for name, part in posted.items() if isinstance(part, str)}
    # A parameter that is a file says where it is attached.
    files = uploads | {
        name: uploads[value.removeprefix("attach://")]
        for name, value in fields.items()
        if isinstance(value, str) and value.startswith("attach://")
    }
    return fields, files


def _value(name: str, text: str) -> Any:
    if name in _TEXTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _refusal(code: int, description: str, parameters: Any = None) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response({**body, "parameters": parameters or {}}, status=code)


def _whole(part: web.FileField) -> bytes:
    with part.file as file:
        return file.read()
