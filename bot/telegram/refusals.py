"""What Telegram means when it refuses a message."""

from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError

_FORBIDDEN = (
    *("not enough rights", "have no rights", "no write access", "administrator rights"),
    *("topic_closed", "chat_restricted", "chat_write_forbidden", "chat_send_", "chat_guest_send"),
    "voice_messages_forbidden",
)
_NO_TOPIC = ("thread not found", "topic_deleted", "topic_id_invalid")


def forbids(error: TelegramAPIError) -> bool:
    """Whether it may not be sent there, though it may elsewhere."""
    if isinstance(error, TelegramForbiddenError):
        return True
    return isinstance(error, TelegramBadRequest) and _has(error, _FORBIDDEN)


def misses_topic(error: TelegramAPIError) -> bool:
    """Whether the topic is no more."""
    return isinstance(error, TelegramBadRequest) and _has(error, _NO_TOPIC)


def changes_nothing(error: TelegramAPIError) -> bool:
    """Whether a message is already as an edit would make it."""
    return isinstance(error, TelegramBadRequest) and _has(error, ("not modified",))


def _has(error: TelegramAPIError, words: tuple[str, ...]) -> bool:
    message = error.message.lower()
    return any(word in message for word in words)
