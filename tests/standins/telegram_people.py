"""What people do in Telegram: they write, send files, press buttons and ask for inline results."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.standins.telegram_chats import Chat
from tests.standins.telegram_updates import Updates

ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""Whom messages of a group's anonymous admins name as their sender, in every group."""
CHANNEL_BOT = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
"""The same for messages that a person writes in a group as a channel."""


class TelegramPeople:
    """Everybody but the bot."""

    def __init__(self) -> None:
        self.updates = Updates()
        self.chats: defaultdict[int, Chat] = _Chats()
        self.admins: set[int] = set()
        self.channels: dict[str, int] = {}
        """Ids of channels by their public names."""
        self.presses: dict[str, float] = {}
        """When buttons were pressed whose presses are not answered, by the press's id."""
        self._files: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._numbers = itertools.count(1000)

    async def message(self, chat: int, user: int = 7, **more: Any) -> dict[str, Any]:
        """Somebody writes; returns the message as Telegram describes it."""
        message = self.written(chat, user, **more)
        if self.chats[chat].shows(message):
            await self.update({"message": message})
        return message

    def written(self, chat: int, user: int = 7, **more: Any) -> dict[str, Any]:
        """A message that stands in a chat, of which the bot was not told."""
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": self.chats[chat].described(),
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
        self.chats[chat].messages[message["message_id"]] = message
        return message

    async def post(self, channel: int, **more: Any) -> dict[str, Any]:
        """Somebody writes in a channel, whose posts name no person."""
        there = {"id": channel, "type": "channel", "title": "C"}
        post = self.written(channel, **more) | {"chat": there, "sender_chat": there}
        del post["from"]
        self.chats[channel].messages[post["message_id"]] = post
        await self.update({"channel_post": post})
        return post

    async def business_message(self, customer: int, **more: Any) -> None:
        """A customer writes to somebody who let the bot read along."""
        message = self.written(customer, **more) | {"business_connection_id": "b"}
        await self.update({"business_message": message})

    async def edit(self, message: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Somebody changes a message."""
        edited = {**message, "edit_date": int(time.time()), **more}
        self.chats[message["chat"]["id"]].messages[message["message_id"]] = edited
        if self.chats[message["chat"]["id"]].shows(edited):
            await self.update({"edited_message": edited})
        return edited

    async def album(
        self,
        chat: int,
        parts: Sequence[dict[str, Any]],
        *,
        gap: float = 0.0,
        caption: str = "",
        speaks: int = 0,
        **more: Any,
    ) -> list[dict[str, Any]]:
        """Somebody sends an album, whose parts come so many seconds one after another.

        The caption stands at the part of the number ``speaks``.
        """
        group = str(next(self._numbers))
        sent = []
        for number, part in enumerate(parts):
            if number and gap:
                await asyncio.sleep(gap)
            said: dict[str, Any] = {"caption": caption} if caption and number == speaks else {}
            sent.append(await self.message(chat, **more, media_group_id=group, **said, **part))
        return sent

    def photo(self, data: bytes, *, size: int | None = None, side: int = 400) -> dict[str, Any]:
        """The fields of a photo."""
        small, large = self.keep(data[:100]), self.keep(data, size)
        return {"photo": [self._size(small, 90), self._size(large, side)]}

    def channel(self, name: str | int) -> dict[str, Any] | None:
        """All that is told of a channel; None if there is none of that name or id."""
        number = self.channels.get(str(name), name)
        if number not in self.channels.values():
            return None
        gifts = dict.fromkeys(
            (
                *("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"),
                "gifts_from_channels",
            ),
            False,
        )
        told = {"accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": gifts}
        return {"id": number, "type": "channel", "title": "Our gallery", **told}

    def document(self, data: bytes, name: str, kind: str | None, size: int | None = None) -> Any:
        """The fields of a file."""
        return {
            "document": {
                **self._described(self.keep(data, size)),
                "file_name": name,
                **({} if kind is None else {"mime_type": kind}),
            }
        }

    def audio(self, data: bytes, name: str, kind: str) -> dict[str, Any]:
        """The fields of a file that Telegram takes for music."""
        described = self._described(self.keep(data))
        return {"audio": {**described, "file_name": name, "mime_type": kind, "duration": 3}}

    def video(self, data: bytes, told: dict[str, Any]) -> dict[str, Any]:
        """The fields of a video, of which Telegram believes what it is told."""
        described = self._described(self.keep(data))
        shape = {name: told.get(name, 0) for name in ("width", "height", "duration")}
        return {"video": {**described, "mime_type": "video/mp4", **shape}}

    def voice(self, data: bytes, duration: int) -> dict[str, Any]:
        """The fields of a voice message."""
        described = self._described(self.keep(data))
        return {"voice": {**described, "mime_type": "audio/ogg", "duration": duration}}

    def animation(self, film: bytes, thumbnail: bytes) -> dict[str, Any]:
        """The fields of a GIF, which Telegram makes a film of; they come twice."""
        file = {
            **self._described(self.keep(film)),
            "file_name": "a.mp4",
            "mime_type": "video/mp4",
            "thumbnail": self._size(self.keep(thumbnail), 320),
        }
        return {"animation": {**file, "width": 320, "height": 320, "duration": 1}, "document": file}

    def sticker(
        self,
        data: bytes,
        *,
        moves: bool = False,
        film: bool = False,
        thumbnail: bytes | None = None,
    ) -> dict[str, Any]:
        """The fields of a sticker."""
        still = {} if thumbnail is None else {"thumbnail": self._size(self.keep(thumbnail), 320)}
        return {
            "sticker": {
                **self._described(self.keep(data)),
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": moves,
                "is_video": film,
                **still,
            }
        }

    async def press(
        self, data: str, message: dict[str, Any], user: int = 7, language: str = "en"
    ) -> str:
        """Somebody presses a button; returns the press's id."""
        number = str(next(self._numbers))
        self.presses[number] = time.monotonic()
        query = {
            "id": number,
            "from": {
                "id": user,
                "is_bot": False,
                "first_name": "Ada",
                "language_code": language,
            },
            "chat_instance": "1",
            "message": message,
            "data": data,
        }
        await self.update({"callback_query": query})
        return number

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
        await self.updates.add({"update_id": next(self._numbers), **update})

    def keep(self, data: bytes, size: int | None = None) -> str:
        """A file that can be fetched, of so many bytes as Telegram tells; returns its id."""
        name = f"file{next(self._numbers)}"
        self._files[name], self._sizes[name] = data, len(data) if size is None else size
        return name

    def file(self, name: str) -> bytes:
        """What a file id stands for."""
        return self._files[name]

    @property
    def pending(self) -> int:
        """Updates that the bot has not yet said to have."""
        return self.updates.pending

    def _described(self, file: str) -> dict[str, Any]:
        return {"file_id": file, "file_unique_id": file, "file_size": self._sizes[file]}

    def _size(self, file: str, side: int) -> dict[str, Any]:
        return {**self._described(file), "width": side, "height": side}


class _Chats(defaultdict[int, Chat]):
    def __missing__(self, number: int) -> Chat:
        self[number] = Chat(number)
        return self[number]
