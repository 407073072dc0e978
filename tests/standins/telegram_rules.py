"""What a request must be for Telegram to take it, whatever the chat.

The sentences are those of https://github.com/tdlib/telegram-bot-api and of TDLib.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import av
from PIL import Image

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_REACTIONS = (
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐"
    "🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)
_HTTPS = "Only HTTPS links are allowed"
_PHOTO_BYTES, _PHOTO_SIDES, _PHOTO_RATIO = 10 << 20, 10_000, 20
_THUMBNAIL_BYTES, _THUMBNAIL_SIDE = 200_000, 320

Files = dict[str, bytes]


def length(text: str) -> int:
    """Characters as Telegram counts them, in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def unfit(method: str, fields: dict[str, Any], files: Files) -> str | None:
    """Why Telegram does not take a request; None if it does."""
    rule = _RULES.get(method)
    found = [rule(fields, files) if rule else None, _caption(fields), _markup(fields)]
    return next((f"Bad Request: {one}" for one in found if one), None)


def _text(fields: dict[str, Any], files: Files) -> str | None:
    del files
    text = str(fields.get("text", "")).strip()
    if not text:
        return "message text is empty"
    return "message is too long" if length(text) > 4096 else None


def _caption(fields: dict[str, Any]) -> str | None:
    return "message caption is too long" if length(fields.get("caption", "")) > 1024 else None


def _markup(fields: dict[str, Any]) -> str | None:
    rows = (fields.get("reply_markup") or {}).get("inline_keyboard", [])
    for key in (key for row in rows for key in row):
        if not key.get("text"):
            return "text buttons are unallowed in the inline keyboard"
        if len(key.get("callback_data", "x").encode()) not in range(1, 65):
            return "BUTTON_DATA_INVALID"
        if "web_app" in key:
            url = key["web_app"]["url"]
            if not url.startswith("https://"):
                return f"inline keyboard button Web App URL '{url}' is invalid: {_HTTPS}"
            if fields.get("chat_id", 0) < 0:
                return "BUTTON_TYPE_INVALID"
    return "REPLY_MARKUP_TOO_LONG" if sum(map(len, rows)) > 100 else None


def _photo(fields: dict[str, Any], files: Files) -> str | None:
    del fields
    data = files["photo"]
    with Image.open(io.BytesIO(data)) as photo:
        width, height = photo.size
    if len(data) > _PHOTO_BYTES:
        return "file is too big"
    slender = max(width, height) > _PHOTO_RATIO * min(width, height)
    return "PHOTO_INVALID_DIMENSIONS" if slender or width + height > _PHOTO_SIDES else None


def _audio(fields: dict[str, Any], files: Files) -> str | None:
    if not isinstance(fields.get("duration", 0), int):
        return "invalid duration"
    thumbnail = files.get("thumbnail")
    if thumbnail is None:
        return None
    with Image.open(io.BytesIO(thumbnail)) as small:
        fits = small.format == "JPEG" and max(small.size) <= _THUMBNAIL_SIDE
    return None if fits and len(thumbnail) <= _THUMBNAIL_BYTES else "wrong thumbnail"


def _video(fields: dict[str, Any], files: Files) -> str | None:
    """Beside Telegram's own rules, what makes clients play it where it is, from its beginning."""
    named = [fields.get(name) for name in ("duration", "width", "height")]
    if not all(type(value) is int and value > 0 for value in named):
        return "invalid duration, width or height"
    if fields.get("supports_streaming") is not True:
        return "it does not play before it is there"
    data = files["video"]
    if data[4:8] != b"ftyp" or data.find(b"moov") > data.find(b"mdat"):
        return "wrong file: its index does not come first"
    with av.open(io.BytesIO(data), "r") as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        plays = (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        true = [video.width, video.height] == named[1:]
    if not plays or not true:
        return "wrong file: it is another one than is said"
    return _audio({}, files) if "thumbnail" in files else "there is nothing to show before it plays"


def _voice(fields: dict[str, Any], files: Files) -> str | None:
    """What is no Opus in Ogg is shown as a file, with no waves to see."""
    if not isinstance(fields.get("duration", 0), int):
        return "invalid duration"
    data = files["voice"]
    fits = data[:4] == b"OggS" and b"OpusHead" in data[:100]
    return None if fits else "wrong file: it is no voice message"


def _group(fields: dict[str, Any], files: Files) -> str | None:
    del files
    media = fields.get("media", [])
    kinds = {one["type"] for one in media}
    if not 2 <= len(media) <= 10:
        return "group send failed: from 2 to 10 items are allowed"
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        return f"{min(kinds)} can't be mixed with other media types"
    if "reply_markup" in fields:
        return "reply markup can't be used in albums"
    return next((said for one in media if (said := _caption(one))), None)


def _commands(fields: dict[str, Any], files: Files) -> str | None:
    del files
    for one in fields["commands"]:
        if not _COMMAND.fullmatch(one["command"]):
            return "BOT_COMMAND_INVALID"
        if length(one["description"]) not in range(1, 257):
            return "BOT_COMMAND_DESCRIPTION_INVALID"
    return None


def _at_most(name: str, most: int, said: str) -> Callable[[dict[str, Any], Files], str | None]:
    return lambda fields, _: said if length(str(fields.get(name, ""))) > most else None


def _results(fields: dict[str, Any], files: Files) -> str | None:
    del files
    results = fields["results"]
    names = [one["id"] for one in results]
    if len(results) > 50:
        return "RESULTS_TOO_MUCH"
    if len(set(names)) < len(names):
        return "RESULT_ID_DUPLICATE"
    if any(len(name.encode()) not in range(1, 65) for name in names):
        return "RESULT_ID_INVALID"
    button = fields.get("button") or {}
    if length(button.get("text", "x")) not in range(1, 65):
        return "inline query results button text is invalid"
    return next(_captions(results), None)


def _captions(results: list[dict[str, Any]]) -> Iterator[str]:
    return (said for one in results if (said := _caption(one)))


def _reaction(fields: dict[str, Any], files: Files) -> str | None:
    del files
    given = fields.get("reaction", [])
    if len(given) > 1:
        return "REACTIONS_TOO_MANY"
    known = all(one["emoji"] and one["emoji"] in _REACTIONS for one in given)
    return None if known else "REACTION_INVALID"


def _menu(fields: dict[str, Any], files: Files) -> str | None:
    del files
    url = ((fields.get("menu_button") or {}).get("web_app") or {}).get("url", "https://")
    if url.startswith("https://"):
        return None
    return f"menu button Web App URL '{url}' is invalid: {_HTTPS}"


_RULES: dict[str, Callable[[dict[str, Any], Files], str | None]] = {
    "sendMessage": _text,
    "editMessageText": _text,
    "sendPhoto": _photo,
    "sendAudio": _audio,
    "sendVideo": _video,
    "sendVoice": _voice,
    "sendMediaGroup": _group,
    "setMyCommands": _commands,
    "setMyDescription": _at_most("description", 512, "BOT_DESCRIPTION_TOO_LONG"),
    "setMyShortDescription": _at_most("short_description", 120, "BOT_ABOUT_TOO_LONG"),
    "answerCallbackQuery": _at_most("text", 200, "MESSAGE_TOO_LONG"),
    "answerInlineQuery": _results,
    "setMessageReaction": _reaction,
    "setChatMenuButton": _menu,
}
