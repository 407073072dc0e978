"""One's last pieces in any other chat, by Telegram's inline mode; groups that move."""

from aiogram import F, Router
from aiogram.types import (
    InlineQuery,
    InlineQueryResultCachedAudio,
    InlineQueryResultsButton,
    Message,
    WebAppInfo,
)

from bot.telegram.context import TelegramContext

_CACHED = 10
"""Seconds that Telegram keeps the list for the same person."""


async def pieces(query: InlineQuery, context: TelegramContext) -> None:
    """Offer a person's own last pieces that hold the words, and to draw one."""
    kept = await context.service.memory.read_note(f"pieces:{query.from_user.id}") or []
    words, texts = query.query.lower().split(), await context.texts(query)
    found = [piece for piece in kept if all(word in piece["text"].lower() for word in words)]
    await query.answer(
        [
            InlineQueryResultCachedAudio(
                id=str(number), audio_file_id=piece["audio"], caption=piece["text"]
            )
            for number, piece in enumerate(found)
            if piece["audio"]
        ],
        cache_time=_CACHED,
        is_personal=True,
        button=_draw_one(texts("telegram-draw-one"), context.public_url),
    )


def _draw_one(text: str, page: str | None) -> InlineQueryResultsButton:
    """The way to a new piece: the page, or the private chat."""
    if page:
        return InlineQueryResultsButton(text=text, web_app=WebAppInfo(url=page))
    return InlineQueryResultsButton(text=text, start_parameter="draw")


async def moved(message: Message, context: TelegramContext) -> None:
    """A group became a supergroup and has another id: its settings go along."""
    if message.migrate_to_chat_id is not None:
        memory = context.service.memory
        settings = await memory.chat_settings(str(message.chat.id))
        await memory.save_chat_settings(str(message.migrate_to_chat_id), settings)


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="inline")
    router.inline_query.register(pieces)
    router.message.register(moved, F.migrate_to_chat_id)
    return router
