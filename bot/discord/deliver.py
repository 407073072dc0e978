"""Answers become messages: in place while the interaction lives, beside it later."""

import asyncio
import io
import logging
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Any

import discord

from bot.discord.address import Address
from bot.discord.buttons import under
from bot.discord.shrink import shrink
from bot.jobs.interface import Delivery, Jobs
from bot.reply import Reply, compose
from bot.texts import Texts, texts
from worker.contract import Done
from worker.contract.connection import AwayError

_log = logging.getLogger(__name__)
_TOO_LARGE = {40005}
_DEAD = {10015, 50027, 10062, 10008}
"""The interaction's webhook is unknown, its token dead, or its message deleted."""
_GONE = {10003, 50001, 50013, 50007}
"""The channel is gone, or we may not write there."""
_PAUSE = 5.0
_NONCE = 25


class Deliverer:
    """Posts what the outbox holds until it is closed."""

    def __init__(self, client: discord.Client, jobs: Jobs) -> None:
        self._client, self._jobs = client, jobs
        self.outcomes: Counter[str] = Counter()
        """What became of answers."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver for ever; answers do not wait for each other."""
        async for delivery in self._jobs.deliveries():
            task = asyncio.create_task(self._insist(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop; what was not said to be posted comes again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _insist(self, delivery: Delivery) -> None:
        job = delivery.job
        address = Address.of(job.reply)
        while True:
            try:
                outcome = "unreadable" if address is None else await self._post(delivery, address)
            except (discord.DiscordServerError, OSError, AwayError) as error:
                self.outcomes["later"] += 1
                _log.warning("later: %s", type(error).__name__, extra={"job": job.id})
                await asyncio.sleep(_PAUSE)
                continue
            except discord.HTTPException as error:
                outcome = "gone" if error.code in _GONE else "refused"
                _log.warning("%s: %s", outcome, error.code, extra={"job": job.id})
            break
        self.outcomes[outcome] += 1
        with suppress(AwayError):
            await self._jobs.posted(delivery)

    async def _post(self, delivery: Delivery, address: Address) -> str:
        job, answer = delivery.job, delivery.answer
        await self._jobs.posting(delivery)
        files = await self._jobs.files(answer) if isinstance(answer, Done) else None
        said = texts(job.language)
        reply = compose(job, answer, files, said)
        for most in (address.limit, address.limit // 4, 0):
            fitting = await asyncio.to_thread(_fit, reply, most, said)
            try:
                return await self._write(delivery, address, fitting, said)
            except discord.HTTPException as error:
                # The limit that Discord told can be wrong.
                if error.code not in _TOO_LARGE and error.status != 413:
                    raise
        return "refused"

    async def _write(self, delivery: Delivery, address: Address, reply: Reply, said: Texts) -> str:
        view = under(reply.buttons, address.user, said, voice=address.guild)
        text = reply.text
        if address.parent and reply.files:
            text = f"{text}\n{said('discord-parent', link=address.parent)}"
        channel = self._client.get_partial_messageable(address.channel)
        edit: Any = None
        if not address.token and address.message:
            edit = channel.get_partial_message(address.message).edit
        elif address.token and delivery.job.reply.lives(time.time()):
            webhook = discord.Webhook.partial(
                address.application, address.token, client=self._client
            )
            edit = partial(webhook.edit_message, address.message)
        if edit is not None:
            try:
                await edit(
                    content=text,
                    attachments=_attached(reply),
                    view=view,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.HTTPException as error:
                if error.code not in _DEAD | _GONE:
                    raise
            else:
                return "posted"
        if not address.private:
            try:
                await self._send(channel, delivery, address, text, reply, view)
            except discord.HTTPException as error:
                if error.code not in _GONE:
                    raise
            else:
                return "beside"
        direct = await self._client.create_dm(discord.Object(address.user))
        text = f"{text}\n{said('discord-direct')}"
        await self._send(direct, delivery, address, text, reply, view)
        return "direct"

    async def _send(
        self,
        channel: discord.abc.Messageable,
        delivery: Delivery,
        address: Address,
        text: str,
        reply: Reply,
        view: discord.ui.View,
    ) -> None:
        who = discord.Object(address.user)
        await channel.send(
            f"<@{address.user}> {text}",
            files=_attached(reply),
            view=view,
            allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[who]),
            # Discord keeps no two messages of one nonce: an answer that was sent before we could
            # note it is not sent twice.
            nonce=delivery.job.id[:_NONCE],
        )


def _fit(reply: Reply, most: int, said: Texts) -> Reply:
    """The reply with sound that fits; without it where nothing does."""
    if not reply.files:
        return reply
    name, mp3 = reply.mp3
    if all(len(data) <= most for data in reply.files.values()):
        return reply
    smaller = shrink(mp3, most)
    files = {
        one: smaller if one == name else data
        for one, data in reply.files.items()
        if one != name or smaller is not None
    }
    kept: dict[str, Any] = {one: data for one, data in files.items() if len(data or b"") <= most}
    word = said("discord-smaller") if name in kept else said("discord-no-sound")
    return Reply(f"{reply.text}\n{word}", reply.alt, reply.title, kept, reply.buttons)


def _attached(reply: Reply) -> list[discord.File]:
    return [
        discord.File(
            io.BytesIO(data),
            name.replace(" ", "_"),
            description=reply.alt if name.endswith(".png") else None,
        )
        for name, data in reply.files.items()
    ]
