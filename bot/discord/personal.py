"""Commands on oneself: defaults, help, the queue, and being forgotten."""

import secrets
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.address import PAGE, Address
from bot.discord.asker import Asker
from bot.discord.choices import Inter, anywhere, instruments, named, styles
from bot.discord.core import core_of, help_picture, texts_of, whisper
from bot.memory import merged
from bot.reply import tell
from bot.texts import Texts
from mididraw.errors import MididrawError
from mididraw.options import Theme
from worker.contract import Ended

_DAY = 86_400


@anywhere
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
    core, said, user = core_of(interaction), await texts_of(interaction), str(interaction.user.id)
    own = await core.memory.preferences(user)
    given = {
        "strength": strength,
        "tempo": tempo,
        "style": mood,
        "instrument": instrument,
        "accompaniment": accompaniment,
        "theme": theme,
    }
    try:
        options = changed({} if reset else own.options, given)
    except MididrawError as error:
        await whisper(interaction, said.sentence(error))
        return
    await core.memory.prefer(user, own.model_copy(update={"options": options}))
    await whisper(interaction, listed(said("discord-settings-yours"), options, said))


def changed(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Defaults with what is given in their place.

    Raises:
        OptionError: they cannot be had.
    """
    options = before | {name: value for name, value in given.items() if value is not None}
    merged(options)
    return options


def listed(title: str, options: dict[str, Any], said: Texts) -> str:
    """Defaults, a line each."""
    lines = [f"{name}: {value}" for name, value in options.items()]
    return "\n".join([title, *(lines or [said("discord-nothing-set")])])


@anywhere
@app_commands.command(name=named("discord-help"), description=named("discord-help-about"))
async def help_(interaction: Inter) -> None:
    """How it goes, with a picture."""
    said = await texts_of(interaction)
    picture = discord.File(help_picture(), "mididraw.png")
    view = discord.ui.View()
    if (link := await _page(interaction)) is not None:
        view.add_item(discord.ui.Button(label=said("discord-page"), url=link))
    await interaction.response.send_message(
        said("discord-help-text"), file=picture, view=view, ephemeral=True
    )


async def _page(interaction: Inter) -> str | None:
    """A link to the page, whose results also come here; None if there is no page."""
    core, asker = core_of(interaction), Asker.of(interaction)
    if core.settings.public_url is None:
        return None
    address = Address(
        application=interaction.application_id,
        token="",
        message=0,
        channel=asker.channel,
        user=asker.user,
        private=asker.guild is None,
        guild=asker.guild is not None,
        limit=interaction.filesize_limit,
    )
    token = secrets.token_urlsafe(16)
    await core.memory.note(PAGE + token, address.model_dump(), _DAY)
    return f"{core.settings.public_url.rstrip('/')}/?to={token}"


@anywhere
@app_commands.command(name=named("discord-queue"), description=named("discord-queue-about"))
async def queue(interaction: Inter) -> None:
    """How one's own last drawing stands."""
    core, said = core_of(interaction), await texts_of(interaction)
    job = await core.memory.noted(f"last:{interaction.user.id}")
    event = await core.jobs.look(job) if job else None
    waits = event is not None and not isinstance(event, Ended)
    await whisper(interaction, tell(event, said) if waits and event else nothing(said))


@anywhere
@app_commands.command(name=named("discord-cancel"), description=named("discord-cancel-about"))
async def cancel(interaction: Inter) -> None:
    """Stop one's own last drawing, and nobody else's."""
    core, said = core_of(interaction), await texts_of(interaction)
    job = await core.memory.noted(f"last:{interaction.user.id}")
    stopped = bool(job) and await core.jobs.cancel(job)
    await whisper(interaction, said("cancelled") if stopped else nothing(said))


def nothing(said: Texts) -> str:
    """That no drawing of theirs waits."""
    return said("discord-nothing-waits")


@anywhere
@app_commands.command(name=named("discord-forgetme"), description=named("discord-forgetme-about"))
async def forgetme(interaction: Inter) -> None:
    """Delete all that is kept of a person."""
    core, said, user = core_of(interaction), await texts_of(interaction), str(interaction.user.id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    await core.jobs.forget(user)
    await core.memory.forget(user)
    await core.memory.cross_out(f"last:{user}")
    await interaction.edit_original_response(content=said("discord-forgotten"))
