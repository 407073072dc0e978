"""Commands that order music: ``/draw``, ``/remix`` and the message menu."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.choices import Inter, anywhere, instruments, keys, named, styles
from bot.discord.core import Core, core_of, ordering, texts_of, whisper
from bot.discord.pictures import pictures_of, read, read_all
from bot.memory import Preferences
from bot.texts import Texts
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Engine, Shape, Theme


@anywhere
@app_commands.command(name=named("discord-draw"), description=named("discord-draw-about"))
@app_commands.describe(
    image=named("discord-image"),
    image2=named("discord-image-more"),
    image3=named("discord-image-more"),
    image4=named("discord-image-more"),
    image5=named("discord-image-more"),
    url=named("discord-url"),
    strength=named("discord-strength"),
    bars=named("discord-bars"),
    tempo=named("discord-tempo"),
    key=named("discord-key"),
    mood=named("discord-mood"),
    instrument=named("discord-instrument"),
    accompaniment=named("discord-accompaniment"),
    engine=named("discord-engine"),
    seed=named("discord-seed"),
    midi=named("discord-midi"),
    shape=named("discord-shape"),
    theme=named("discord-theme"),
    private=named("discord-private"),
)
@app_commands.choices(mood=styles())
@app_commands.autocomplete(instrument=instruments, key=keys)
async def draw(
    interaction: Inter,
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    image3: discord.Attachment | None = None,
    image4: discord.Attachment | None = None,
    image5: discord.Attachment | None = None,
    url: str | None = None,
    strength: Range[int, 0, 100] | None = None,
    bars: Range[int, 1, 32] | None = None,
    tempo: Range[int, 40, 240] | None = None,
    key: str | None = None,
    mood: str | None = None,
    instrument: str | None = None,
    accompaniment: bool | None = None,
    engine: Engine | None = None,
    seed: Range[int, 0, 2147483647] | None = None,
    midi: discord.Attachment | None = None,
    shape: Shape | None = None,
    theme: Theme | None = None,
    private: bool = False,
) -> None:
    """Music that looks like a drawing."""
    images = [one for one in (image, image2, image3, image4, image5) if one is not None]
    async with ordering(interaction, private=private) as order:
        options = await order.options(
            strength=strength,
            bars=bars,
            tempo=tempo,
            key=key,
            style=mood,
            instrument=instrument,
            accompaniment=accompaniment,
            engine=engine,
            seed=seed,
            shape=shape,
            theme=theme,
        )
        own = order.core.settings.own_host
        pictures = await read_all(images, url, own)
        prompt = None if midi is None else await read(midi, own)
        await order.draw(pictures, options, prompt=prompt)


@anywhere
@app_commands.context_menu(name=named("discord-menu"))
async def play_this(interaction: Inter, message: discord.Message) -> None:
    """Music for the pictures of a message."""
    core, said = core_of(interaction), await texts_of(interaction)
    images, url = pictures_of(message)
    if not images and url is None:
        await whisper(interaction, said("discord-no-picture"))
        return
    own = await core.memory.preferences(str(interaction.user.id))
    await interaction.response.send_modal(Ask(core, images, url, said, own))


class Ask(discord.ui.Modal):
    """Strength and instrument, with the person's own to begin with."""

    def __init__(
        self,
        core: Core,
        images: list[discord.Attachment],
        url: str | None,
        said: Texts,
        own: Preferences,
    ) -> None:
        super().__init__(title=said("discord-menu"))
        self._core, self._images, self._url = core, images, url
        self.strength: discord.ui.TextInput[Any] = discord.ui.TextInput(
            label=said("discord-strength-short"),
            default=str(own.options.get("strength", 50)),
            max_length=3,
        )
        self.instrument: discord.ui.TextInput[Any] = discord.ui.TextInput(
            label=said("instrument"),
            default=str(own.options.get("instrument", INSTRUMENTS[0])),
            max_length=60,
        )
        self.add_item(self.strength)
        self.add_item(self.instrument)

    async def on_submit(self, interaction: Inter) -> None:
        """Order it."""
        async with ordering(interaction) as order:
            options = await order.options(
                strength=self.strength.value, instrument=self.instrument.value
            )
            own = self._core.settings.own_host
            await order.draw(await read_all(self._images, self._url, own), options)


@anywhere
@app_commands.command(name=named("discord-remix"), description=named("discord-remix-about"))
@app_commands.describe(midi=named("discord-midi"), image=named("discord-image"))
async def remix(interaction: Inter, midi: discord.Attachment, image: discord.Attachment) -> None:
    """Music that goes on from one's own, towards a drawing."""
    async with ordering(interaction) as order:
        own = order.core.settings.own_host
        pictures = await read_all([image], None, own)
        prompt = await read(midi, own)
        await order.draw(pictures, await order.options(), prompt=prompt)


MENUS: tuple[app_commands.ContextMenu, ...] = (play_this,)
