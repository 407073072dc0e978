"""Slash commands, the message menu and what they order."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str

from bot.discord.buttons import core_of
from bot.discord.core import Core, help_picture
from bot.discord.pictures import read, read_all
from bot.memory import Preferences, merged
from bot.reply import tell
from bot.texts import Texts, texts
from mididraw.errors import MididrawError
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Engine, Shape, Theme
from worker.contract import Ended

_SHOWN = 25
_KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "D", "E", "F", "G", "A", "B", "Bb", "Eb", "Ab", "F#", "C#")
)
Inter = discord.Interaction[Any]


def named(key: str) -> locale_str:
    """A text of ours, which the translator says in Discord's languages."""
    return locale_str(texts(None)(key), key=key)


def styles() -> list[Choice[str]]:
    """Moods to choose from."""
    return [
        Choice(name=locale_str(style.value, key=f"style-{style.value}"), value=style.value)
        for style in Style
    ]


async def instruments(interaction: Inter, current: str) -> list[Choice[str]]:  # noqa: ARG001
    """Instruments whose names hold the words."""
    words = current.lower().split()
    found = [name for name in INSTRUMENTS if all(word in name.lower() for word in words)]
    return [Choice(name=name, value=name) for name in found[:_SHOWN]]


async def keys(interaction: Inter, current: str) -> list[Choice[str]]:  # noqa: ARG001
    """Keys that begin so."""
    found = [key for key in ("auto", *_KEYS) if key.lower().startswith(current.lower())]
    return [Choice(name=key, value=key) for key in found[:_SHOWN]]


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
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
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
    core: Core = core_of(interaction)
    await interaction.response.defer(thinking=True, ephemeral=private)
    try:
        asked = {
            "strength": strength,
            "bars": bars,
            "tempo": tempo,
            "key": key,
            "style": mood,
            "instrument": instrument,
            "accompaniment": accompaniment,
            "engine": engine,
            "seed": seed,
            "shape": shape,
            "theme": theme,
        }
        options = await core.options_for(interaction, asked)
        images = [one for one in (image, image2, image3, image4, image5) if one is not None]
        own = core.settings.own_host
        pictures = await read_all(images, url, own)
        prompt = None if midi is None else await read(midi, own)
        await core.draw(interaction, pictures, options, prompt=prompt, private=private)
    except MididrawError as error:
        said = await core.texts_for(interaction)
        await interaction.edit_original_response(content=said.sentence(error))


@app_commands.context_menu(name=named("discord-menu"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def play_this(interaction: Inter, message: discord.Message) -> None:
    """Music for the pictures of a message."""
    core: Core = core_of(interaction)
    images = [one for one in message.attachments if (one.content_type or "").startswith("image/")]
    embeds = [embed.image.url or embed.thumbnail.url for embed in message.embeds]
    url = next((one for one in embeds if one), None) if not images else None
    said = await core.texts_for(interaction)
    if not images and url is None:
        await interaction.response.send_message(said("discord-no-picture"), ephemeral=True)
        return
    own = await core.memory.preferences(str(interaction.user.id))
    await interaction.response.send_modal(Ask(core, images[:5], url, said, own))


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
        core = self._core
        await interaction.response.defer(thinking=True)
        try:
            asked = {"strength": self.strength.value, "instrument": self.instrument.value}
            options = await core.options_for(interaction, asked)
            pictures = await read_all(self._images, self._url, core.settings.own_host)
            await core.draw(interaction, pictures, options)
        except MididrawError as error:
            said = await core.texts_for(interaction)
            await interaction.edit_original_response(content=said.sentence(error))


@app_commands.command(name=named("discord-remix"), description=named("discord-remix-about"))
@app_commands.describe(midi=named("discord-midi"), image=named("discord-image"))
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def remix(interaction: Inter, midi: discord.Attachment, image: discord.Attachment) -> None:
    """Music that goes on from one's own, towards a drawing."""
    core: Core = core_of(interaction)
    await interaction.response.defer(thinking=True)
    try:
        options = await core.options_for(interaction, {})
        own = core.settings.own_host
        pictures = await read_all([image], None, own)
        await core.draw(interaction, pictures, options, prompt=await read(midi, own))
    except MididrawError as error:
        said = await core.texts_for(interaction)
        await interaction.edit_original_response(content=said.sentence(error))


@app_commands.command(name=named("discord-settings"), description=named("discord-settings-about"))
@app_commands.describe(
    strength=named("discord-strength"),
    tempo=named("discord-tempo"),
    mood=named("discord-mood"),
    instrument=named("discord-instrument"),
    accompaniment=named("discord-accompaniment"),
    theme=named("discord-theme"),
    reset=named("discord-reset"),
)
@app_commands.choices(mood=styles())
@app_commands.autocomplete(instrument=instruments)
async def settings(
    interaction: Inter,
    strength: Range[int, 0, 100] | None = None,
    tempo: Range[int, 40, 240] | None = None,
    mood: str | None = None,
    instrument: str | None = None,
    accompaniment: bool | None = None,
    theme: Theme | None = None,
    reset: bool = False,
) -> None:
    """Show or change one's own defaults."""
    core: Core = core_of(interaction)
    said, user = await core.texts_for(interaction), str(interaction.user.id)
    own = await core.memory.preferences(user)
    given: dict[str, Any] = {
        "strength": strength,
        "tempo": tempo,
        "style": mood,
        "instrument": instrument,
        "accompaniment": accompaniment,
        "theme": theme,
    }
    changed = {name: value for name, value in given.items() if value is not None}
    try:
        options = {} if reset else {**own.options, **changed}
        merged(options)
        await core.memory.prefer(user, own.model_copy(update={"options": options}))
    except MididrawError as error:
        await interaction.response.send_message(said.sentence(error), ephemeral=True)
        return
    lines = [f"{name}: {value}" for name, value in options.items()]
    text = "\n".join([said("discord-settings-yours"), *(lines or [said("discord-nothing-set")])])
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command(name=named("discord-help"), description=named("discord-help-about"))
async def help_(interaction: Inter) -> None:
    """How it goes, with a picture."""
    said = await core_of(interaction).texts_for(interaction)
    picture = discord.File(help_picture(), "mididraw.png")
    await interaction.response.send_message(said("discord-help-text"), file=picture, ephemeral=True)


@app_commands.command(name=named("discord-queue"), description=named("discord-queue-about"))
async def queue(interaction: Inter) -> None:
    """How one's own last drawing stands."""
    core: Core = core_of(interaction)
    said = await core.texts_for(interaction)
    job = await core.memory.noted(f"last:{interaction.user.id}")
    event = await core.jobs.look(job) if job else None
    waits = event is not None and not isinstance(event, Ended)
    text = tell(event, said) if waits and event else said("discord-nothing-waits")
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command(name=named("discord-cancel"), description=named("discord-cancel-about"))
async def cancel(interaction: Inter) -> None:
    """Stop one's own last drawing, and nobody else's."""
    core: Core = core_of(interaction)
    said = await core.texts_for(interaction)
    job = await core.memory.noted(f"last:{interaction.user.id}")
    stopped = bool(job) and await core.jobs.cancel(job)
    text = said("cancelled" if stopped else "discord-nothing-waits")
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command(name=named("discord-forgetme"), description=named("discord-forgetme-about"))
async def forgetme(interaction: Inter) -> None:
    """Delete all that is kept of a person."""
    core: Core = core_of(interaction)
    said, user = await core.texts_for(interaction), str(interaction.user.id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    await core.jobs.forget(user)
    await core.memory.forget(user)
    await core.memory.cross_out(f"last:{user}")
    await interaction.edit_original_response(content=said("discord-forgotten"))


COMMANDS: tuple[app_commands.Command[Any, ..., None], ...] = (
    draw,
    remix,
    settings,
    help_,
    queue,
    cancel,
    forgetme,
)
MENUS: tuple[app_commands.ContextMenu, ...] = (play_this,)
