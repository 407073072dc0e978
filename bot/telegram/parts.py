"""An answer as the messages that it becomes in Telegram, each part by itself."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InputMediaAudio, InputMediaDocument, Message
from aiogram.types import InlineKeyboardMarkup as Keys
from PIL import Image

from bot.reply import Reply
from bot.telegram.keyboards import under
from bot.telegram.refusals import forbids, misses_topic
from bot.texts import Texts
from worker.contract import Answer, Done

_THUMBNAIL = 320
_PHOTO_BYTES, _PHOTO_SIDES, _PHOTO_RATIO = 10 << 20, 10_000, 20
"""What Telegram takes as a photo: bytes, width and height together, and the one by the other."""
_CAPTION = 1024
_TEXT = 4096
_BEATS_PER_BAR = 4
_RINGING = 2
"""Seconds that a video goes on after its last bar."""

Send = Callable[..., Awaitable[Message]]
"""Sends a part to the place that the keywords tell."""


@dataclass(frozen=True, slots=True)
class Part:
    """A message of an answer.

    Attributes:
        name: under which it is noted that it is there.
        send: sends it.
        speaks: whether it holds what is said of the piece.
        messages: how many it is for Telegram.
    """

    name: str
    send: Send
    speaks: bool = False
    messages: int = 1


def parts_of(
    bot: Bot, reply: Reply, answer: Answer, texts: Texts, *, gallery: bool = False
) -> list[Part]:
    """The messages in their order: a picture with words and buttons, sound, MIDI file, video."""
    roll, sound, midi, video = (reply.file(ending) for ending in (".png", ".mp3", ".mid", ".mp4"))
    keys = under(reply.buttons, texts, gallery=gallery) if reply.buttons else None
    if not isinstance(answer, Done):
        return [Part("text", _text(bot, reply, keys), speaks=True)]
    if video and not roll:
        return [Part("video", _video(bot, reply, video, answer, keys), speaks=True)]
    if answer.options.takes > 1 and roll:
        picture = Part("photo", _picture(bot, reply, roll, keys), speaks=True)
        sounds = reply.all_files(".mp3")
        heard = Part("audio", _sounds(bot, sounds, answer), messages=len(sounds))
        return [picture, heard] if len(sounds) > 1 else [picture]
    films = [Part("video", _video(bot, reply, video, answer))] if video else []
    if roll and sound and midi and not is_photo(roll[1]):
        # Two files make a group; as that can have no buttons, the sound has them.
        audio = _audio(bot, reply, sound, roll, answer, keys)
        files = _group(bot, reply, roll, midi)
        return [Part("files", files, speaks=True, messages=2), Part("audio", audio), *films]
    shown = _picture(bot, reply, roll, keys) if roll else _text(bot, reply, keys)
    parts = [Part("photo" if roll else "text", shown, speaks=True)]
    if sound:
        audio = _audio(bot, reply, sound, roll, answer)
        parts.append(Part("audio", audio))
    if midi:
        parts.append(Part("midi", _document(bot, midi)))
    return parts + films


def _text(bot: Bot, reply: Reply, keys: Keys | None) -> Send:
    async def send(**place: Any) -> Message:
        return await bot.send_message(text=reply.text[:_TEXT], reply_markup=keys, **place)

    return send


def _picture(bot: Bot, reply: Reply, roll: tuple[str, bytes], keys: Keys | None) -> Send:
    async def send(**place: Any) -> Message:
        captioned: dict[str, Any] = {
            "caption": reply.text[:_CAPTION],
            "reply_markup": keys,
        }
        if is_photo(roll[1]):
            try:
                return await bot.send_photo(photo=_file(roll), **captioned, **place)
            except TelegramBadRequest as error:
                # What does not make a picture for Telegram is a file still.
                if forbids(error) or misses_topic(error) or "chat not found" in error.message:
                    raise
        return await bot.send_document(document=_file(roll), **captioned, **place)

    return send


def _group(bot: Bot, reply: Reply, roll: tuple[str, bytes], midi: tuple[str, bytes]) -> Send:
    async def send(**place: Any) -> Message:
        media = [
            InputMediaDocument(media=_file(roll), caption=reply.text[:_CAPTION]),
            InputMediaDocument(media=_file(midi), disable_content_type_detection=True),
        ]
        sent = await bot.send_media_group(media=[*media], **place)
        return sent[0]

    return send


def _sounds(bot: Bot, sounds: list[tuple[str, bytes]], answer: Done) -> Send:
    """Several takes, one below the other."""

    async def send(**place: Any) -> Message:
        media = [
            InputMediaAudio(
                media=_file(sound),
                title=sound[0].removesuffix(".mp3"),
                performer="midiDraw",
                duration=seconds_of(answer),
            )
            for sound in sounds
        ]
        sent = await bot.send_media_group(media=[*media], **place)
        return sent[0]

    return send


def _audio(
    bot: Bot,
    reply: Reply,
    sound: tuple[str, bytes],
    roll: tuple[str, bytes] | None,
    answer: Done,
    keys: Keys | None = None,
) -> Send:
    async def send(**place: Any) -> Message:
        picture = None if roll is None else BufferedInputFile(thumbnail(roll[1]), "thumbnail.jpg")
        return await bot.send_audio(
            audio=_file(sound),
            title=reply.title,
            performer="midiDraw",
            duration=seconds_of(answer),
            thumbnail=picture,
            reply_markup=keys,
            **place,
        )

    return send


def _video(
    bot: Bot, reply: Reply, video: tuple[str, bytes], answer: Done, keys: Keys | None = None
) -> Send:
    """A video that plays where it is; with buttons and words where it is all that there is."""

    async def send(**place: Any) -> Message:
        width, height = answer.options.video.size
        captioned: dict[str, Any] = {}
        if keys is not None:
            captioned = {"caption": reply.text[:_CAPTION], "reply_markup": keys}
        return await bot.send_video(
            video=_file(video),
            duration=seconds_of(answer) + _RINGING,
            width=width,
            height=height,
            thumbnail=BufferedInputFile(poster(reply.cover, (width, height)), "thumbnail.jpg"),
            supports_streaming=True,
            **captioned,
            **place,
        )

    return send


def _document(bot: Bot, file: tuple[str, bytes]) -> Send:
    async def send(**place: Any) -> Message:
        return await bot.send_document(
            document=_file(file), disable_content_type_detection=True, **place
        )

    return send


def thumbnail(png: bytes) -> bytes:
    """A JPEG of at most 320 pixels a side, from a picture's beginning."""
    with Image.open(io.BytesIO(png)) as roll:
        side = min(roll.size)
        square = roll.crop((0, 0, side, side)).convert("RGB")
    return _small(square)


def poster(png: bytes, size: tuple[int, int]) -> bytes:
    """A JPEG of at most 320 pixels a side that stands for a video of that size."""
    with Image.open(io.BytesIO(png)) as roll:
        plain = roll.convert("RGB")
    width, height = size
    # A narrower video shows the same picture, with its ground above and below it.
    whole = Image.new("RGB", (plain.width, plain.width * height // width), plain.getpixel((0, 0)))
    whole.paste(plain, (0, (whole.height - plain.height) // 2))
    return _small(whole)


def _small(picture: Image.Image) -> bytes:
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def is_photo(png: bytes) -> bool:
    """Whether Telegram takes a picture as a photo.

    Source: https://core.telegram.org/bots/api#sendphoto
    """
    with Image.open(io.BytesIO(png)) as roll:
        width, height = roll.size
    slender = max(width, height) > _PHOTO_RATIO * min(width, height)
    return len(png) <= _PHOTO_BYTES and width + height <= _PHOTO_SIDES and not slender


def seconds_of(answer: Done) -> int:
    """How long the music plays, without its last notes' ringing on."""
    return round(answer.bars * _BEATS_PER_BAR * 60 / (answer.options.tempo or 120))


def _file(named: tuple[str, bytes]) -> BufferedInputFile:
    name, data = named
    return BufferedInputFile(data, name)
