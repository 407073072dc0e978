"""What all commands share: jobs, memory and settings, and how an order is placed."""

import io
import logging
from dataclasses import dataclass
from importlib import resources
from typing import Any

import discord

from bot.discord.address import FRONT, Address
from bot.discord.status import Statuses
from bot.jobs.interface import Jobs, Kept, Order
from bot.memory import House, Memory, merged
from bot.settings import DiscordSettings
from bot.texts import Texts, texts
from mididraw.options import DrawOptions
from worker.contract import job_id

_log = logging.getLogger(__name__)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Core:
    """Handed to every command.

    Attributes:
        jobs: the queue.
        memory: of people and servers.
        statuses: tell how far drawings are.
        settings: the host's.
    """

    jobs: Jobs
    memory: Memory
    statuses: Statuses
    settings: DiscordSettings

    async def texts_for(self, interaction: discord.Interaction) -> Texts:
        """In the person's own language."""
        own = await self.memory.preferences(str(interaction.user.id))
        return texts(own.language or str(interaction.locale))

    async def house(self, interaction: discord.Interaction) -> House:
        """What holds in the server."""
        return await self.memory.house(str(interaction.guild_id or interaction.user.id))

    async def options_for(
        self, interaction: discord.Interaction, asked: dict[str, Any]
    ) -> DrawOptions:
        """What is asked for, over the person's defaults, over the server's.

        Raises:
            OptionError: something cannot be had.
        """
        own = await self.memory.preferences(str(interaction.user.id))
        house = await self.house(interaction)
        given = {name: value for name, value in asked.items() if value is not None}
        return merged(house.options, own.options, given)

    async def draw(
        self,
        interaction: discord.Interaction,
        pictures: tuple[bytes, ...],
        options: DrawOptions,
        *,
        prompt: bytes | None = None,
        private: bool = False,
        kept: Kept | None = None,
    ) -> None:
        """Order music for an interaction that is deferred.

        Raises:
            MididrawError: it is not accepted.
        """
        said, house = await self.texts_for(interaction), await self.house(interaction)
        address = await address_of(interaction, private=private)
        user, request = str(interaction.user.id), str(interaction.id)
        if kept is not None:
            order = kept.again(request, address.reply(), user, options)
            order = order.spoken(said.language, house.jobs)
        else:
            order = Order(
                request=request,
                pictures=pictures,
                options=options,
                reply=address.reply(),
                user=user,
                chat="" if interaction.guild_id is None else str(interaction.channel_id),
                language=said.language,
                title=said("title"),
                prompt=prompt,
                most=house.jobs,
            )
        receipt = await self.jobs.submit(order)
        await self.memory.note(f"last:{user}", job_id(FRONT, request), _DAY)
        if not receipt.again:
            _log.info("accepted", extra={"job": receipt.job})
            self.statuses.begin(receipt.job, interaction, said)


async def address_of(interaction: discord.Interaction, *, private: bool) -> Address:
    """Where to answer an interaction that is deferred."""
    message = await interaction.original_response()
    return Address(
        application=interaction.application_id,
        token=interaction.token,
        message=message.id,
        channel=interaction.channel_id or 0,
        user=interaction.user.id,
        private=private,
        limit=interaction.filesize_limit,
    )


def help_picture() -> io.BytesIO:
    """A drawing and the roll that was made of it."""
    return io.BytesIO((resources.files("bot.reply") / "help.png").read_bytes())
