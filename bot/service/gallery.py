"""Pieces that their authors put into a gallery, and take out again."""

from collections.abc import Awaitable, Callable

from bot.memory import Memory

_YEAR = 365 * 86_400
Post = Callable[[], Awaitable[tuple[int, list[int]]]]
"""Writes the messages that show a piece; gives the gallery's id and theirs."""
Delete = Callable[[int, int], Awaitable[bool]]
"""Deletes a message of a gallery; whether it is gone."""


async def put_in(memory: Memory, user: str, job: str, post: Post) -> bool:
    """Show a piece in a gallery once, and note where; False if it is there already.

    Args:
        memory: of the front-end.
        user: the author, who has pressed for it.
        job: the piece.
        post: shows it.
    """
    if not await memory.begin_note(f"shown:{job}", _YEAR):
        return False
    try:
        chat, messages = await post()
    except BaseException:
        await memory.delete_note(f"shown:{job}")
        raise
    entry = [chat, messages, job]
    await memory.change_note(f"gallery:{user}", lambda found: [entry, *(found or [])], _YEAR)
    return True


async def remove_from(memory: Memory, user: str, delete: Delete, only: str | None = None) -> int:
    """Take what a person put into galleries out again.

    Args:
        memory: of the front-end.
        user: the author.
        delete: deletes a message.
        only: one piece; all if None.

    Returns:
        how many pieces could not be taken out.
    """
    left = 0
    for chat, messages, job in await memory.read_note(f"gallery:{user}") or []:
        if only in (None, job):
            gone = [await delete(chat, message) for message in messages]
            left += not all(gone)
            await memory.delete_note(f"shown:{job}")
    await memory.change_note(
        f"gallery:{user}",
        lambda found: [one for one in found or [] if only not in (None, one[2])],
        _YEAR,
    )
    return left
