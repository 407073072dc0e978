"""Commands that order music: ``/draw``, ``/remix`` and the message menu."""

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.answers import acknowledge, whisper
from bot.discord.choices import Inter, anywhere, named, options
from bot.discord.context import texts_of
from bot.discord.forms import show_form
from bot.discord.ordering import begin_order
from bot.discord.pictures import RemoteFile, pictures_of


@anywhere
@app_commands.command(name=named("discord-draw"), description=named("discord-draw-about"))
@app_commands.describe(
    image=named("discord-image"),
    image2=named("discord-image-more"),
    image3=named("discord-image-more"),
    image4=named("discord-image-more"),
    image5=named("discord-image-more"),
    url=named("discord-url"),
    midi=named("discord-midi"),
    private=named("discord-private"),
    spoiler=named("discord-spoiler"),
)
@options(
    *("strength", "bars", "tempo", "key", "mood", "instrument", "accompaniment"),
    *("arrangement", "engine", "seed", "shape", "theme", "video", "takes", "morph"),
)
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
    arrangement: str | None = None,
    engine: str | None = None,
    seed: Range[int, 0, 2147483647] | None = None,
    midi: discord.Attachment | None = None,
    shape: str | None = None,
    theme: str | None = None,
    video: str | None = None,
    takes: Range[int, 1, 4] | None = None,
    morph: bool | None = None,
    private: bool = False,
    spoiler: bool = False,
) -> None:
    """Music that looks like a drawing."""
    images = [one for one in (image, image2, image3, image4, image5) if one is not None]
    order = await begin_order(interaction, private=private, spoiler=spoiler)
    chosen = await order.options(
        strength=strength,
        bars=bars,
        tempo=tempo,
        key=key,
        style=mood,
        instrument=instrument,
        accompaniment=accompaniment,
        arrangement=arrangement,
        engine=engine,
        seed=seed,
        shape=shape,
        theme=theme,
        video=video,
        takes=takes,
        morph=morph,
    )
    files = [RemoteFile.of(one) for one in images]
    files += [RemoteFile(url, stored=False)] if url else []
    await order.draw(files, chosen, midi=None if midi is None else RemoteFile.of(midi))


@anywhere
@app_commands.context_menu(name=named("discord-menu"))
async def play_this(interaction: Inter, message: discord.Message) -> None:
    """Music for the pictures of a message."""
    files = pictures_of(message)
    if files:
        await show_form(interaction, files)
    else:
        await acknowledge(interaction)
        await whisper(interaction, (await texts_of(interaction))("discord-no-picture"))


@anywhere
@app_commands.command(name=named("discord-remix"), description=named("discord-remix-about"))
@app_commands.describe(midi=named("discord-midi"), image=named("discord-image"))
async def remix(interaction: Inter, midi: discord.Attachment, image: discord.Attachment) -> None:
    """Music that goes on from one's own, towards a drawing."""
    order = await begin_order(interaction)
    files = [RemoteFile.of(image)]
    await order.draw(files, await order.options(), midi=RemoteFile.of(midi))


MENUS: tuple[app_commands.ContextMenu, ...] = (play_this,)
