"""Updates are taken in: kept, acknowledged at once, and handled, those of one chat in order.

Telegram holds back what follows until an update is acknowledged: the parts of an album come one
after another by a webhook, and one at a time to whoever asks for the same updates again. So nothing
waits for a handler; what is interrupted is in the inbox, and is handled after the next start.
"""

import asyncio
import logging
from collections import OrderedDict
from functools import partial

from aiogram import Bot, Dispatcher
from aiogram.types import Message, Update

from bot.tasks import end
from bot.telegram.albums import Album, Albums
from bot.telegram.inbox import Inbox
from mididraw.errors import MididrawError

_log = logging.getLogger(__name__)
_KNOWN = 10_000
"""Updates that are recognised when they come again."""


class Intake:
    """Takes updates in, however they come."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, inbox: Inbox) -> None:
        self._bot, self._dispatcher, self._inbox = bot, dispatcher, inbox
        self._albums = Albums(self._begin)
        self._chats: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: OrderedDict[int, None] = OrderedDict()

    @property
    def kinds(self) -> list[str]:
        """The kinds of updates that there are handlers for."""
        return self._dispatcher.resolve_used_update_types()

    async def resume(self) -> int | None:
        """Handle what was not handled before; gives the number of the newest that came.

        Raises:
            AwayError: Redis cannot be reached.
        """
        newest, updates = await self._inbox.left()
        for text in updates:
            update = Update.model_validate_json(text, context={"bot": self._bot})
            self._known[update.update_id] = None
            self._sort(update)
        return newest

    async def accept(self, update: Update) -> None:
        """Take an update in; it can be acknowledged after that."""
        number = update.update_id
        if number in self._known:
            return
        self._known[number] = None
        while len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        try:
            text = update.model_dump_json(exclude_unset=True, by_alias=True)
            await self._inbox.keep(number, text)
        except MididrawError as error:
            # Then whoever asks is told so by the handler.
            _log.warning("an update is not kept: %s", type(error).__name__)
        self._sort(update)

    async def close(self) -> None:
        """Stop; what is in work is handled again after the next start."""
        self._albums.close()
        await end(self._tasks)

    def _sort(self, update: Update) -> None:
        message = message_of(update)
        if message is not None and message.media_group_id:
            self._albums.add(update, message)
        else:
            self._begin(update, Album([message] if message else []), [update.update_id])

    def _begin(self, update: Update, album: Album, numbers: list[int]) -> None:
        chat = _chat(update)
        before = None if chat is None else self._chats.get(chat)
        task = asyncio.create_task(
            self._handle(update, album, numbers, before), name=f"update {update.update_id}"
        )
        self._tasks.add(task)
        if chat is not None:
            self._chats[chat] = task
        task.add_done_callback(partial(self._done, chat))

    async def _handle(
        self, update: Update, album: Album, numbers: list[int], before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            await self._dispatcher.feed_update(self._bot, update, album=album)
        finally:
            # A task that is cancelled ends here: its updates stay.
            if not _cancelled():
                await self._remove(numbers)

    async def _remove(self, numbers: list[int]) -> None:
        try:
            for number in numbers:
                await self._inbox.remove(number)
        except MididrawError as error:
            _log.warning("an update is kept though it is handled: %s", type(error).__name__)

    def _done(self, chat: int | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if chat is not None and self._chats.get(chat) is task:
            del self._chats[chat]
        if not task.cancelled() and (error := task.exception()):
            _log.error("an update broke: %s", type(error).__name__, exc_info=error)


def message_of(update: Update) -> Message | None:
    """The message that an update tells of, new or changed, in a chat or a channel."""
    return (
        update.message or update.edited_message or update.channel_post or update.edited_channel_post
    )


def _chat(update: Update) -> int | None:
    message = message_of(update) or (update.callback_query and update.callback_query.message)
    return message.chat.id if message else None


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
