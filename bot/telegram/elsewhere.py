"""One's last pieces in any other chat, by Telegram's inline mode; groups that move."""

from aiogram import F, Router
from aiogram.types import InlineQuery, InlineQueryResultCachedAudio, Message

from bot.telegram.core import Core

_CACHED = 10
"""Seconds that Telegram keeps the list for the same person."""


async def pieces(query: InlineQuery, core: Core) -> None:
    """Offer a person's own last pieces, those that hold the words first."""
    kept = await core.memory.noted(f"pieces:{query.from_user.id}") or []
    words = query.query.lower().split()
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
    )


async def moved(message: Message, core: Core) -> None:
    """A group became a supergroup and has another id: its settings go along."""
    if message.migrate_to_chat_id is not None:
        house = await core.memory.house(str(message.chat.id))
        await core.memory.furnish(str(message.migrate_to_chat_id), house)


def make_router() -> Router:
    """The handlers, for one dispatcher."""
    router = Router(name="elsewhere")
    router.inline_query.register(pieces)
    router.message.register(moved, F.migrate_to_chat_id)
    return router
