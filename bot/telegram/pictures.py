"""Pictures and MIDI files in messages, as Telegram describes them."""

from dataclasses import dataclass

from aiogram.types import (
    Animation,
    Audio,
    Document,
    ExternalReplyInfo,
    Message,
    PhotoSize,
    Sticker,
)

MEGABYTE = 1 << 20
_MIDI = ("audio/midi", "audio/x-midi", "audio/mid", "audio/sp-midi")
_UNTOLD = (None, "", "application/octet-stream")
"""Kinds of files of which nobody knows the kind."""

Content = Message | ExternalReplyInfo
"""Whatever can hold a file: a message, or one of another chat that is replied to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a message.

    Attributes:
        file: its id.
        size: bytes, where Telegram tells.
        name: that it was sent under.
    """

    file: str
    size: int | None
    name: str | None = None


def picture_in(content: Content, most: int) -> Found | None:
    """A message's picture; of what moves, the still that Telegram made of it.

    Of a photo's sizes the largest that has at most ``most`` bytes. What a file of an untold kind is
    shows when it is read.
    """
    if content.photo:
        return _photo(content.photo, most)
    if content.sticker:
        return _sticker(content.sticker)
    if content.animation:
        return _animation(content.animation)
    if content.document and midi_in(content) is None:
        return _document(content.document)
    return None


def midi_in(content: Content) -> Found | None:
    """A message's MIDI file, which Telegram takes for music at times."""
    file = content.document or content.audio
    if file is None:
        return None
    named = (file.file_name or "").lower().endswith((".mid", ".midi", ".kar"))
    return _file(file) if named or file.mime_type in _MIDI else None


def _photo(sizes: list[PhotoSize], most: int) -> Found:
    fitting = [one for one in sizes if (one.file_size or 0) <= most] or sizes[:1]
    best = max(fitting, key=lambda one: one.width * one.height)
    return Found(best.file_id, best.file_size)


def _sticker(sticker: Sticker) -> Found | None:
    if not sticker.is_animated and not sticker.is_video:
        return Found(sticker.file_id, sticker.file_size)
    return _still(sticker.thumbnail)


def _animation(animation: Animation) -> Found | None:
    if (animation.mime_type or "").startswith("image/"):
        return _file(animation)
    return _still(animation.thumbnail)


def _document(document: Document) -> Found | None:
    kind = document.mime_type
    drawn = kind in _UNTOLD or str(kind).startswith("image/") or kind == "application/pdf"
    return _file(document) if drawn else None


def _still(size: PhotoSize | None) -> Found | None:
    return None if size is None else Found(size.file_id, size.file_size)


def _file(file: Document | Audio | Animation) -> Found:
    return Found(file.file_id, file.file_size, file.file_name)
