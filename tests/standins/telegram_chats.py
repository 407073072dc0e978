"""What a chat allows a bot, which of its messages a bot is shown, and what is said otherwise."""

import time
from dataclasses import dataclass, field
from typing import Any

BOT = {"id": 123456, "is_bot": True, "first_name": "midiDraw", "username": "mididraw_bot"}
_RIGHTS = (
    *("can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
_CONTENT = {
    "sendMessage": "text messages",
    "sendPhoto": "photos",
    "sendAudio": "audios",
    "sendDocument": "documents",
    "sendMediaGroup": "documents",
}


@dataclass(slots=True)
class Chat:
    """A chat as the bot may use it.

    Attributes:
        number: its id.
        forbids: what may not be sent, in Telegram's words: ``photos``, ``text messages`` and so on.
        closed, deleted: topics in which nothing can be written, and that are no more.
        gone: what every request for the chat is refused with, such as that the bot was kicked.
        hides_members: only admins are shown.
        shows_all: privacy mode does not hide messages, as the bot is an admin.
        messages: what stands there, by id.
        reactions: the bot's, by message.
    """

    number: int
    forbids: set[str] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    gone: tuple[int, str] | None = None
    hides_members: bool = False
    shows_all: bool = False
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    reactions: dict[int, list[str]] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Whether it is with one person alone."""
        return self.number > 0

    def described(self, **more: Any) -> dict[str, Any]:
        """The chat as messages mention it."""
        if self.private:
            return {"id": self.number, "type": "private", "first_name": "Ada", **more}
        return {"id": self.number, "type": "supergroup", "title": "G", **more}

    def shows(self, message: dict[str, Any]) -> bool:
        """Whether a bot in privacy mode is told of a message.

        https://core.telegram.org/bots/features#privacy-mode
        """
        if self.private or self.shows_all or message["chat"]["type"] == "channel":
            return True
        text = str(message.get("text") or message.get("caption") or "")
        me = f"@{BOT['username']}"
        first = text.split()[0] if text.split() else ""
        if first.startswith("/"):
            return "@" not in first or first.endswith(me)
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        service = any(name.startswith(("migrate_", "new_chat_")) for name in message)
        return me in text or replied == BOT["id"] or service

    def refusal(self, method: str, fields: dict[str, Any]) -> tuple[int, str] | None:
        """Why something may not be done there; None if it may."""
        if self.gone is not None:
            return self.gone
        if method.startswith("send") and method != "sendChatAction":
            return self._unsendable(method, fields)
        if method.startswith("editMessage"):
            return self._uneditable(method, fields)
        number = fields.get("message_id")
        if method == "deleteMessage" and number not in self.messages:
            return 400, "Bad Request: message to delete not found"
        if method == "setMessageReaction" and number not in self.messages:
            return 400, "Bad Request: message to react not found"
        return None

    def _unsendable(self, method: str, fields: dict[str, Any]) -> tuple[int, str] | None:
        thread = fields.get("message_thread_id")
        if thread in self.deleted:
            return 400, "Bad Request: message thread not found"
        if (thread or 1) in self.closed:
            return 400, "Bad Request: TOPIC_CLOSED"
        if (content := _CONTENT.get(method)) in self.forbids:
            return 400, f"Bad Request: not enough rights to send {content} to the chat"
        reply = fields.get("reply_parameters") or {}
        if not reply or reply["message_id"] in self.messages:
            return None
        if reply.get("allow_sending_without_reply"):
            return None
        return 400, "Bad Request: message to be replied not found"

    def _uneditable(self, method: str, fields: dict[str, Any]) -> tuple[int, str] | None:
        there = self.messages.get(fields["message_id"])
        if there is None:
            return 400, "Bad Request: message to edit not found"
        if there.get("from", {}).get("id") != BOT["id"]:
            return 400, "Bad Request: message can't be edited"
        same = there.get("reply_markup") == fields.get("reply_markup")
        if method == "editMessageText":
            same = same and there.get("text") == fields["text"]
        if same:
            return 400, (
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message"
            )
        return None

    def written(self, number: int, content: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Keep what the bot wrote; gives the message as Telegram describes it."""
        before = self.messages.get(number, {})
        message = {
            **before,
            "message_id": number,
            "date": before.get("date", int(time.time())),
            "chat": self.described(),
            "from": BOT,
            **content,
            **{name: value for name, value in more.items() if value is not None},
        }
        self.messages[number] = message
        return message


def member(status: str, user: dict[str, Any]) -> dict[str, Any]:
    """Somebody in a chat, of that standing."""
    rights = dict.fromkeys(_RIGHTS, True) if status == "administrator" else {}
    return {"status": status, "user": user, "is_anonymous": False, **rights}
