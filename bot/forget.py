"""``mididraw admin forget``: what is kept of a person is deleted, as if they had asked in chat."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from mididraw.cli.output import OUT
from mididraw.errors import OptionError

if TYPE_CHECKING:
    from bot.service.gallery import Delete


def forget(
    front: Annotated[str, typer.Argument(help="discord, telegram or web.")],
    user: Annotated[str, typer.Argument(help="The person's id there.")],
) -> None:
    """Delete a person's jobs, pictures, results, defaults and what they put into galleries."""
    count, left = asyncio.run(forget_person(front, user, os.environ))
    OUT.print(f"{count} drawings and all defaults are deleted", markup=False)
    if left:
        OUT.print(f"{left} pieces could not be taken out of galleries", markup=False)


async def forget_person(front: str, user: str, environment: Mapping[str, str]) -> tuple[int, int]:
    """Delete all that is kept of a person.

    Returns:
        how many jobs were deleted, and how many pieces could not be taken out of galleries.

    Raises:
        OptionError: there are such pieces, and no token to delete them with; nothing is deleted.
    """
    from bot.jobs.remote import RedisJobs
    from bot.memory import Memory, RedisStore
    from bot.service.gallery import remove_from
    from worker.queue.settings import QueueSettings

    url = QueueSettings.from_environment(environment).redis
    jobs, memory = RedisJobs(url, front), Memory(RedisStore(url), front)
    try:
        left = 0
        if await memory.read_note(f"gallery:{user}"):
            async with _deleting(front, environment) as delete:
                left = await remove_from(memory, user, delete)
        count = await jobs.delete_user(user)
        await memory.delete_user(user)
    finally:
        await jobs.close()
        await memory.close()
    return count, left


@asynccontextmanager
async def _deleting(front: str, environment: Mapping[str, str]) -> AsyncIterator["Delete"]:
    """What deletes a chat's messages, with the bot's own token."""
    if not any(environment.get(f"{front.upper()}_TOKEN{end}") for end in ("", "_FILE")):
        raise OptionError(
            "forget-needs-token",
            "This person has pieces in galleries, which {token} alone can delete: run this where "
            "the bot runs.",
            token=f"{front.upper()}_TOKEN",
        )
    if front == "telegram":
        from bot.settings import TelegramSettings
        from bot.telegram import history as on_telegram
        from bot.telegram.budget import Budget
        from bot.telegram.start import bot_of

        async with bot_of(TelegramSettings.from_environment(environment), Budget()) as bot:
            yield on_telegram.deleting(bot)
    else:
        from bot.discord import history as on_discord
        from bot.discord.client import logged_in
        from bot.settings import DiscordSettings

        async with logged_in(DiscordSettings.from_environment(environment)) as client:
            yield on_discord.deleting(client)
