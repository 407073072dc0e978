"""What all commands share: jobs, memory and settings, and how an order is placed."""

import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.discord.address import FRONT, Address
from bot.discord.asker import Asker
from bot.discord.status import Edit, Statuses
from bot.discord.voice import Stage
from bot.jobs.interface import Jobs, Kept, Order
from bot.jobs.limits import RefusedError
from bot.memory import House, Memory, merged
from bot.settings import DiscordSettings
from bot.texts import Texts, texts
from mididraw.errors import MididrawError
from mididraw.options import DrawOptions
from worker.contract import job_id

if TYPE_CHECKING:
    from bot.discord.client import DrawClient

_log = logging.getLogger(__name__)
_DAY = 86_400
_EVERYWHERE = "everywhere"


class NotHereError(RefusedError):
    """No music for this person, or in this place."""


@dataclass(frozen=True, slots=True)
class Core:
    """Handed to every command.

    Attributes:
        jobs: the queue.
        memory: of people and servers.
        statuses: tell how far drawings are.
        stage: plays in voice channels.
        settings: the host's.
    """

    jobs: Jobs
    memory: Memory
    statuses: Statuses
    stage: Stage
    settings: DiscordSettings

    async def texts_for(self, asker: Asker) -> Texts:
        """In the person's own language."""
        own = await self.memory.preferences(str(asker.user))
        return texts(own.language or asker.locale)

    async def everywhere(self) -> House:
        """What the bot's owners decided for all servers."""
        return await self.memory.house(_EVERYWHERE)

    async def decide(self, house: House) -> None:
        """Let it hold in all servers."""
        await self.memory.furnish(_EVERYWHERE, house)

    async def admit(self, asker: Asker) -> None:
        """Let somebody ask for music.

        Raises:
            NotHereError: they get none, or not in this place.
        """
        house, user = await self.memory.house(asker.house), str(asker.user)
        if user in house.blocked or user in (await self.everywhere()).blocked:
            raise NotHereError("You get no music here: ask the moderators why.")
        if house.places and not {str(place) for place in asker.places} & {*house.places}:
            raise NotHereError(
                f"No drawings are taken in this channel: go to <#{house.places[0]}>."
            )
        if house.roles and not {str(role) for role in asker.roles} & {*house.roles}:
            raise NotHereError("Only some roles get music here: ask the moderators for one.")
        if not asker.may_attach:
            raise NotHereError("I may not attach files here: I need the permission “Attach Files”.")

    async def options_for(self, asker: Asker, asked: dict[str, Any]) -> DrawOptions:
        """What is asked for, over the person's defaults, over the server's.

        Raises:
            OptionError: something cannot be had.
        """
        own = await self.memory.preferences(str(asker.user))
        house = await self.memory.house(asker.house)
        given = {name: value for name, value in asked.items() if value is not None}
        return merged(house.options, own.options, given)

    async def draw(
        self,
        asker: Asker,
        address: Address,
        edit: Edit,
        pictures: tuple[bytes, ...],
        options: DrawOptions,
        *,
        prompt: bytes | None = None,
        kept: Kept | None = None,
    ) -> None:
        """Order music; how far it is is told by ``edit``.

        Raises:
            MididrawError: it is not accepted.
        """
        said, house = await self.texts_for(asker), await self.memory.house(asker.house)
        user = str(asker.user)
        if kept is not None:
            order = kept.again(asker.request, address.reply(), user, options)
            order = order.spoken(said.language, house.jobs)
        else:
            order = Order(
                request=asker.request,
                pictures=pictures,
                options=options,
                reply=address.reply(),
                user=user,
                chat="" if asker.guild is None else str(asker.guild),
                language=said.language,
                title=said("title"),
                prompt=prompt,
                most=house.jobs,
            )
        receipt = await self.jobs.submit(order)
        await self.memory.note(f"last:{user}", job_id(FRONT, asker.request), _DAY)
        if not receipt.again:
            _log.info("accepted", extra={"job": receipt.job})
            self.statuses.begin(receipt.job, edit, said)


@dataclass(frozen=True, slots=True)
class Ordering:
    """An interaction that orders music, acknowledged and admitted."""

    core: Core
    interaction: discord.Interaction[Any]
    asker: Asker
    private: bool

    async def options(self, **asked: Any) -> DrawOptions:
        """See :meth:`Core.options_for`."""
        return await self.core.options_for(self.asker, asked)

    async def draw(
        self,
        pictures: tuple[bytes, ...],
        options: DrawOptions,
        *,
        prompt: bytes | None = None,
        kept: Kept | None = None,
    ) -> None:
        """Order it; the acknowledgement becomes the status and then the answer."""
        interaction = self.interaction
        message = await interaction.original_response()
        pressed = interaction.message if kept is not None else None
        address = Address(
            application=interaction.application_id,
            token=interaction.token,
            message=message.id,
            channel=self.asker.channel,
            user=self.asker.user,
            private=self.private,
            guild=interaction.is_guild_integration() and self.asker.guild is not None,
            limit=interaction.filesize_limit,
            parent="" if pressed is None else pressed.jump_url,
        )

        async def edit(line: str) -> None:
            await interaction.edit_original_response(content=line)

        await self.core.draw(self.asker, address, edit, pictures, options, prompt=prompt, kept=kept)


@asynccontextmanager
async def ordering(
    interaction: discord.Interaction[Any], *, private: bool = False
) -> AsyncIterator[Ordering]:
    """Acknowledge, admit, and say what goes wrong in a sentence."""
    core, asker = core_of(interaction), Asker.of(interaction)
    await interaction.response.defer(thinking=True, ephemeral=private)
    try:
        await core.admit(asker)
        yield Ordering(core, interaction, asker, private)
    except MididrawError as error:
        said = await core.texts_for(asker)
        await interaction.edit_original_response(content=said.sentence(error))


def core_of(interaction: discord.Interaction[Any]) -> Core:
    """What the commands share."""
    return cast("DrawClient", interaction.client).core


async def texts_of(interaction: discord.Interaction[Any]) -> Texts:
    """In the person's own language."""
    return await core_of(interaction).texts_for(Asker.of(interaction))


async def whisper(interaction: discord.Interaction[Any], text: str) -> None:
    """Say something to whoever asked, and to nobody else."""
    await interaction.response.send_message(
        text, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )


def help_picture() -> io.BytesIO:
    """A drawing and the roll that was made of it."""
    return io.BytesIO((resources.files("bot.reply") / "help.png").read_bytes())
