"""Which messages ask for a drawing, however they are sent; whatever else is private is answered."""

from aiogram import F, Router
from aiogram.enums import ContentType
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, User

from bot.telegram.albums import Album
from bot.telegram.context import TelegramContext
from bot.telegram.orders import order, order_version
from bot.telegram.phrases import parse
from bot.telegram.pictures import Content, midi_in, picture_in
from bot.telegram.versions import piece_of

_MEDIA = F.photo | F.document | F.sticker | F.animation | F.audio
_WRITTEN_BY_PEOPLE = {
    *(ContentType.LIVE_PHOTO, ContentType.PAID_MEDIA, ContentType.STORY, ContentType.VIDEO),
    *(ContentType.VIDEO_NOTE, ContentType.VOICE, ContentType.CHECKLIST, ContentType.CONTACT),
    *(ContentType.DICE, ContentType.GAME, ContentType.POLL, ContentType.VENUE),
    ContentType.LOCATION,
}
"""What is neither a file nor told by Telegram itself."""


async def draw(
    message: Message, command: CommandObject, context: TelegramContext, album: Album
) -> None:
    """``/draw`` with options, as a picture's caption or in reply to a picture."""
    words = command.args or ""
    if _shows(album.parts, context):
        await order(context, message, album.pop_messages(), words, strict=True)
    elif quoted := _quoted(message, context):
        await order(context, message, [quoted], words, strict=True)
    elif piece := piece_of(message.reply_to_message):
        await order_version(context, message, piece, words)
    else:
        await context.tell(message, "telegram-no-picture")


async def picture(message: Message, context: TelegramContext, album: Album) -> None:
    """A picture: in private always, elsewhere where we are meant."""
    if not await _meant(album.parts, context):
        return
    if _shows(album.parts, context):
        await order(context, message, album.pop_messages(), message.caption or "")
    elif any(midi_in(one) for one in album.parts):
        await context.tell(message, "telegram-midi")
    else:
        await context.tell(message, "telegram-not-a-picture")


async def answer(message: Message, context: TelegramContext) -> None:
    """Words: in private, or with our name among them."""
    words = message.text or ""
    if words.startswith("/"):
        await _unknown_command(message, words.split()[0], context)
        return
    private = message.chat.type == "private"
    if not private and not _mentions(message, await context.bot.me()):
        return
    asked = parse(words)
    if quoted := _quoted(message, context):
        await order(context, message, [quoted], words)
    elif asked and (piece := piece_of(message.reply_to_message)):
        await order_version(context, message, piece, words)
    elif not private:
        await context.tell(message, "telegram-no-picture")
    elif message.reply_to_message and midi_in(message.reply_to_message):
        await context.tell(message, "telegram-midi")
    else:
        await context.tell(message, "telegram-words-alone" if asked else "telegram-hello")


async def changed(message: Message, context: TelegramContext, album: Album) -> None:
    """Words that were written beside a picture afterwards, if they ask for anything."""
    private = message.chat.type == "private"
    if not await _meant(album.parts, context) or (private and not parse(message.caption or "")):
        return
    if message.media_group_id is not None and len(album.parts) == 1:
        # What else was in the album is not known any more.
        await context.tell(message, "telegram-album-again")
    elif _shows(album.parts, context):
        await order(context, message, album.pop_messages(), message.caption or "")


async def other(message: Message, context: TelegramContext) -> None:
    """What can hold no picture, sent to us alone."""
    if message.chat.type == "private":
        await context.tell(message, "telegram-not-a-picture")


async def _unknown_command(message: Message, command: str, context: TelegramContext) -> None:
    name, _, whose = command.partition("@")
    ours = whose.lower() == str((await context.bot.me()).username).lower()
    if ours or (message.chat.type == "private" and not whose):
        await context.tell(message, "telegram-no-command", command=name[:40])


def _shows(parts: list[Message], context: TelegramContext) -> bool:
    return any(picture_in(one, context.files.most) for one in parts)


def _quoted(message: Message, context: TelegramContext) -> Content | None:
    """The picture that is replied to, in this chat or another; none of our own rolls."""
    for content in (message.reply_to_message, message.external_reply):
        if content is not None and picture_in(content, context.files.most):
            return None if piece_of(content) else content
    return None


async def _meant(parts: list[Message], context: TelegramContext) -> bool:
    first, me = parts[0], await context.bot.me()
    if first.chat.type == "private":
        return True
    replied = first.reply_to_message
    ours = replied is not None and replied.from_user is not None and replied.from_user.id == me.id
    return ours or any(_mentions(one, me) for one in parts)


def _mentions(message: Message, me: User) -> bool:
    text = message.text or message.caption or ""
    return f"@{me.username}".lower() in text.lower()


def make_router() -> Router:
    """The handlers, for one dispatcher; nothing may come after them."""
    router = Router(name="drawings")
    for observer in (router.message, router.channel_post):
        observer.register(draw, Command("draw", ignore_case=True))
        observer.register(picture, _MEDIA)
        observer.register(answer, F.text)
    router.message.register(other, F.content_type.in_(_WRITTEN_BY_PEOPLE))
    for observer in (router.edited_message, router.edited_channel_post):
        observer.register(draw, Command("draw", ignore_case=True), F.caption)
        observer.register(changed, _MEDIA)
    return router
