"""A Bot API server: speaks Telegram's protocol over a real socket, and remembers all it hears."""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "123456:stand-in-token-of-no-worth-at-all-x"  # noqa: S105
BOT = {"id": 123456, "is_bot": True, "first_name": "midiDraw", "username": "mididraw_bot"}
GROUP = -1001
_SENDING = ("sendMessage", "sendPhoto", "sendAudio", "sendDocument", "sendMediaGroup")


@dataclass(slots=True)
class Call:
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
class Fault:
    """How the next calls of a method fail."""

    method: str
    code: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    chat: int | None = None


class StandIn:
    """Telegram, as far as a bot sees of it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.flood: tuple[int, float] | None = None
        """Messages that a chat may get within so many seconds."""
        self.admins: set[int] = set()
        self.url = ""
        self.webhook: tuple[str, str] | None = None
        self.refused_webhooks = 0
        self._updates: deque[dict[str, Any]] = deque()
        self._files: dict[str, bytes] = {}
        self._sent: defaultdict[int, deque[float]] = defaultdict(deque)
        self._numbers = itertools.count(1000)
        self._changed = asyncio.Condition()
        self.slow_files = 0.0

    # What people do.

    async def message(self, chat: int, user: int = 7, **more: Any) -> dict[str, Any]:
        """Somebody writes; returns the message as Telegram describes it."""
        private = chat > 0
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if private else "supergroup", "title": "G"},
            "from": {
                "id": user,
                "is_bot": False,
                "first_name": "Ada",
                "language_code": more.pop("language", "en"),
            },
            **more,
        }
        for name in ("text", "caption"):
            if str(more.get(name, "")).startswith("/"):
                length = len(str(more[name]).split()[0])
                marks = "entities" if name == "text" else "caption_entities"
                message[marks] = [{"type": "bot_command", "offset": 0, "length": length}]
        await self.update({"message": message})
        return message

    def photo(self, data: bytes, *, size: int | None = None, side: int = 400) -> dict[str, Any]:
        """The fields of a photo."""
        small, large = self.keep(data[:100]), self.keep(data)
        return {
            "photo": [
                _size(small, 90, len(data[:100])),
                _size(large, side, len(data) if size is None else size),
            ]
        }

    def document(self, data: bytes, name: str, kind: str, size: int | None = None) -> Any:
        """The fields of a file."""
        file = self.keep(data)
        return {
            "document": {
                "file_id": file,
                "file_unique_id": file,
                "file_name": name,
                "mime_type": kind,
                "file_size": len(data) if size is None else size,
            }
        }

    def sticker(self, data: bytes, *, moves: bool = False) -> dict[str, Any]:
        """The fields of a sticker."""
        file = self.keep(data)
        return {
            "sticker": {
                "file_id": file,
                "file_unique_id": file,
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": moves,
                "is_video": False,
                "file_size": len(data),
            }
        }

    async def press(self, data: str, message: dict[str, Any], user: int = 7) -> str:
        """Somebody presses a button; returns the press's id."""
        number = str(next(self._numbers))
        query = {
            "id": number,
            "from": {"id": user, "is_bot": False, "first_name": "Ada", "language_code": "en"},
            "chat_instance": "1",
            "message": message,
            "data": data,
        }
        await self.update({"callback_query": query})
        return number

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
        self.faults.append(Fault(method, code, description, parameters, times, chat))

    async def ask(self, words: str, user: int = 7) -> str:
        """Somebody types our name in another chat; returns the query's id."""
        number = str(next(self._numbers))
        who = {"id": user, "is_bot": False, "first_name": "Ada"}
        await self.update(
            {"inline_query": {"id": number, "from": who, "query": words, "offset": ""}}
        )
        return number

    async def update(self, update: dict[str, Any]) -> None:
        """Tell the bot, by polling or by its webhook."""
        whole = {"update_id": next(self._numbers), **update}
        if self.webhook is not None:
            await self.post(whole)
            return
        async with self._changed:
            self._updates.append(whole)
            self._changed.notify_all()

    async def post(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Call the webhook until it takes the update, as Telegram does."""
        assert self.webhook is not None
        url, own = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": own if secret is None else secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=update, headers=headers) as response,
        ):
            return response.status

    def keep(self, data: bytes) -> str:
        """A file that can be fetched; returns its id."""
        name = f"file{next(self._numbers)}"
        self._files[name] = data
        return name

    def file(self, name: str) -> bytes:
        """What a file id stands for."""
        return self._files[name]

    @property
    def pending(self) -> int:
        """Updates that the bot has not yet said to have."""
        return len(self._updates)

    # What the bot has done.

    def done(self, method: str, chat: int | None = None) -> list[Call]:
        """The calls of a method that went well."""
        return [
            call
            for call in self.calls
            if call.ok
            and call.method == method
            and (chat is None or call.fields.get("chat_id") == chat)
        ]

    async def until(self, holds: Callable[[], Any], seconds: float = 40.0) -> Any:
        """Wait for something that follows from calls."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := holds()):
                    await self._changed.wait()
        except TimeoutError:
            told = [(call.method, call.ok) for call in self.calls]
            raise AssertionError(f"not within {seconds} s, after {told}") from None
        return found

    # The server.

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["StandIn"]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path}", self._download)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _download(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.slow_files)
        data = self._files.get(request.match_info["path"])
        if data is None or request.match_info["token"] != TOKEN:
            return web.Response(status=404)
        return web.Response(body=data)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields, files = await _read(request)
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        call = Call(method, fields, files, time.time())
        chat = fields.get("chat_id")
        refusal = self._refused(method, chat) or self._flooded(method, chat)
        if refusal is None:
            answer = getattr(self, f"_{method}", self._yes)
            result = await answer(call)
        call.ok, call.at = refusal is None, time.time()
        if method != "getUpdates":
            async with self._changed:
                self.calls.append(call)
                self._changed.notify_all()
        return refusal or web.json_response({"ok": True, "result": result})

    def _refused(self, method: str, chat: int | None) -> web.Response | None:
        for fault in self.faults:
            if fault.method == method and fault.chat in (None, chat) and fault.times > 0:
                fault.times -= 1
                if fault.description.startswith("<"):
                    # What stands before Telegram answers in its own words.
                    return web.Response(status=fault.code, text=fault.description)
                return _refusal(fault.code, fault.description, fault.parameters)
        return None

    def _flooded(self, method: str, chat: int | None) -> web.Response | None:
        if self.flood is None or method not in _SENDING or chat is None:
            return None
        most, seconds = self.flood
        sent, now = self._sent[chat], time.monotonic()
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        if len(sent) >= most:
            return _refusal(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        sent.append(now)
        return None

    async def _yes(self, call: Call) -> Any:  # noqa: ARG002
        return True

    async def _getMe(self, call: Call) -> Any:  # noqa: ARG002, N802
        return {**BOT, "can_join_groups": True, "supports_inline_queries": True}

    async def _getUpdates(self, call: Call) -> Any:  # noqa: N802
        offset, hold = call.fields.get("offset", 0), call.fields.get("timeout", 0)
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        async with self._changed:
            self._changed.notify_all()
            if not self._updates and hold:
                try:
                    async with asyncio.timeout(min(hold, 5)):
                        while not self._updates:
                            await self._changed.wait()
                except TimeoutError:
                    return []
        return list(itertools.islice(self._updates, call.fields.get("limit", 100)))

    async def _getFile(self, call: Call) -> Any:  # noqa: N802
        name = call.fields["file_id"]
        return {"file_id": name, "file_unique_id": name, "file_path": name}

    async def _setWebhook(self, call: Call) -> Any:  # noqa: N802
        self.webhook = (call.fields["url"], call.fields["secret_token"])
        return True

    async def _getChatMember(self, call: Call) -> Any:  # noqa: N802
        user = call.fields["user_id"]
        who = {"id": user, "is_bot": False, "first_name": "Ada"}
        if user in self.admins:
            return {"status": "creator", "user": who, "is_anonymous": False}
        return {"status": "member", "user": who}

    async def _sendMessage(self, call: Call) -> Any:  # noqa: N802
        return self._message(call, {"text": call.fields["text"]})

    async def _sendPhoto(self, call: Call) -> Any:  # noqa: N802
        return self._message(call, self.photo(call.files["photo"]))

    async def _sendAudio(self, call: Call) -> Any:  # noqa: N802
        file = self.keep(call.files["audio"])
        audio = {"file_id": file, "file_unique_id": file, "duration": call.fields["duration"]}
        return self._message(call, {"audio": audio})

    async def _sendDocument(self, call: Call) -> Any:  # noqa: N802
        return self._message(call, self.document(call.files["document"], "x.mid", "audio/midi"))

    async def _editMessageText(self, call: Call) -> Any:  # noqa: N802
        return self._message(call, {"text": call.fields["text"]})

    async def _editMessageReplyMarkup(self, call: Call) -> Any:  # noqa: N802
        return self._message(call, {"text": ""})

    def _message(self, call: Call, content: dict[str, Any]) -> dict[str, Any]:
        chat = call.fields["chat_id"]
        number = call.fields.get("message_id") or next(self._numbers)
        call.fields["sent_id"] = number
        return {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup", "title": "G"},
            "from": BOT,
            **content,
        }


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    posted = await request.post()
    uploads = {
        name: _whole(part) for name, part in posted.items() if isinstance(part, web.FileField)
    }
    fields = {name: _value(part) for name, part in posted.items() if isinstance(part, str)}
    # A parameter that is a file says where it is attached.
    files = {
        name: uploads[value.removeprefix("attach://")]
        for name, value in fields.items()
        if isinstance(value, str) and value.startswith("attach://")
    }
    return fields, files


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _refusal(code: int, description: str, parameters: Any = None) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response({**body, "parameters": parameters or {}}, status=code)


def _size(file: str, side: int, size: int) -> dict[str, Any]:
    return {
        "file_id": file,
        "file_unique_id": file,
        "width": side,
        "height": side,
        "file_size": size,
    }


def _whole(part: web.FileField) -> bytes:
    with part.file as file:
        return file.read()
