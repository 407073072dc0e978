"""One message a drawing that tells how far it is, and is gone at the end."""

import logging
from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ReactionTypeEmoji
from aiogram.utils.chat_action import ChatActionSender

from bot.jobs.interface import Jobs
from bot.memory import Memory
from bot.service.status import Show
from bot.telegram.budget import Budget
from bot.telegram.target import TelegramTarget, reply_parameters
from worker.contract import Ended, Event, Progress, Rendering, Started

_log = logging.getLogger(__name__)
_KEPT = 86_400
_SEEN, _WRITING = "👀", "✍"
"""What is set at the message that asks; it costs nothing of a chat's budget."""
MESSAGES = 3
"""How many messages an answer is made of."""
_ACTION_LASTS = 4.5
"""Seconds after which Telegram shows a chat action no longer, and a bit."""


class StatusMessages:
    """The messages of all drawings under way; they are noted, so that a restart finds them.

    They take what the answers of their chat leave of its budget; a line that finds no room is left
    out.
    """

    def __init__(self, bot: Bot, jobs: Jobs, memory: Memory, budget: Budget) -> None:
        self._bot, self._jobs, self._memory, self._budget = bot, jobs, memory, budget
        self._open: dict[str, int] = {}
        """The chats of drawings that are not answered yet."""

    def show_at(self, target: TelegramTarget) -> Show:
        """Show a drawing's lines in reply to whoever asked."""
        return partial(self._show, target)

    async def _show(self, target: TelegramTarget, job: str, line: str) -> None:
        if await self._memory.read_note(f"told:{job}"):
            return
        self._open[job] = target.chat
        answers = sum(chat == target.chat for chat in self._open.values())
        if not self._budget.spare(target.chat, answers * MESSAGES):
            return
        message: Any = await self._memory.read_note(f"status:{job}")
        if message is not None:
            await self._bot.edit_message_text(line, chat_id=target.chat, message_id=message)
            return
        sent = await self._bot.send_message(
            target.chat,
            line,
            message_thread_id=target.thread,
            reply_parameters=reply_parameters(target),
            disable_notification=True,
        )
        await self._memory.write_note(f"status:{job}", sent.message_id, _KEPT)
        if await self._memory.read_note(f"told:{job}"):
            # The answer came meanwhile.
            await self.delete(job, target)

    async def end(self, job: str, target: TelegramTarget) -> None:
        """Show nothing more of a job."""
        self._open.pop(job, None)
        await self._react(target, None)
        await self._memory.write_note(f"told:{job}", value=True, seconds=_KEPT)
        await self.delete(job, target)

    async def delete(self, job: str, target: TelegramTarget) -> None:
        """Delete the message, also one that was sent before a restart."""
        message = await self._memory.read_note(f"status:{job}")
        if message is None:
            return
        await self._memory.delete_note(f"status:{job}")
        try:
            await self._bot.delete_message(target.chat, message)
        except TelegramAPIError as error:
            # It may be deleted already, or too old for that.
            _log.debug("a status stays: %s", type(error).__name__)

    async def show_action(self, job: str, target: TelegramTarget) -> None:
        """Show how far a drawing is without any words: at the top, and at the message that asks."""
        action = partial(
            ChatActionSender,
            bot=self._bot,
            chat_id=target.chat,
            message_thread_id=target.thread,
            interval=_ACTION_LASTS,
        )
        event: Event | None = None
        events = self._jobs.follow(job)
        await self._react(target, _SEEN)
        async with action(action="upload_voice"):
            shown = _SEEN
            async for event in events:
                if isinstance(event, Started | Progress) and shown != _WRITING:
                    shown = _WRITING
                    await self._react(target, shown)
                if isinstance(event, Rendering):
                    break
        if isinstance(event, Rendering):
            async with action(action="upload_photo"):
                async for event in events:  # noqa: B007 -- the last one counts
                    pass
        if not isinstance(event, Ended):
            # Its person had it forgotten: no answer comes.
            await self.end(job, target)

    async def _react(self, target: TelegramTarget, emoji: str | None) -> None:
        if target.message is not None:
            reaction = [] if emoji is None else [ReactionTypeEmoji(emoji=emoji)]
            await self._bot.set_message_reaction(target.chat, target.message, reaction=[*reaction])
