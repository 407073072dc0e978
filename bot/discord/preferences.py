"""Commands on oneself: defaults, the queue, figures, and being forgotten."""

from typing import Any

from discord import app_commands

from bot.discord.answers import acknowledge, whisper
from bot.discord.choices import DEFAULTS, Inter, anywhere, named, with_options
from bot.discord.context import context_of, texts_of
from bot.discord.history import remove_from_galleries
from bot.service.settings import changed, listed


@anywhere
@app_commands.command(name=named("discord-settings"), description=named("discord-settings-about"))
@app_commands.describe(reset=named("discord-reset"))
@with_options
async def settings(
    interaction: Inter,
    given: dict[str, Any] = DEFAULTS,
    reset: bool = False,
) -> None:
    """Show or change one's own defaults."""
    await acknowledge(interaction)
    texts, user = await texts_of(interaction), str(interaction.user.id)
    memory = context_of(interaction).service.memory
    own = await memory.preferences(user)
    kept = changed({} if reset else own.options, given)
    await memory.save_preferences(user, own.model_copy(update={"options": kept}))
    await whisper(interaction, listed(texts("discord-settings-yours"), kept, texts))


@anywhere
@app_commands.command(name=named("discord-queue"), description=named("discord-queue-about"))
async def queue(interaction: Inter) -> None:
    """How one's own last drawing stands."""
    await acknowledge(interaction)
    service, texts = context_of(interaction).service, await texts_of(interaction)
    line = await service.last_status(str(interaction.user.id), texts)
    await whisper(interaction, line or texts("discord-nothing-waits"))


@anywhere
@app_commands.command(name=named("discord-cancel"), description=named("discord-cancel-about"))
async def cancel(interaction: Inter) -> None:
    """Stop one's own last drawing, and nobody else's."""
    await acknowledge(interaction)
    service, texts = context_of(interaction).service, await texts_of(interaction)
    stopped = await service.cancel_last(str(interaction.user.id))
    await whisper(interaction, texts("cancelled" if stopped else "discord-nothing-waits"))


@anywhere
@app_commands.command(name=named("discord-forgetme"), description=named("discord-forgetme-about"))
async def forgetme(interaction: Inter) -> None:
    """Delete all that is kept of a person."""
    await acknowledge(interaction)
    texts = await texts_of(interaction)
    left = await remove_from_galleries(interaction)
    await context_of(interaction).service.delete_user(str(interaction.user.id))
    more = [texts("gallery-left", count=left)] if left else []
    await whisper(interaction, "\n".join([texts("discord-forgotten"), *more]))


@anywhere
@app_commands.command(name=named("discord-stats"), description=named("discord-stats-about"))
async def stats(interaction: Inter) -> None:
    """How many drawings became music."""
    await acknowledge(interaction)
    texts, user, guild = await texts_of(interaction), interaction.user.id, interaction.guild_id
    names = {"yours": f"user:{user}", "all": "all"}
    if guild is not None:
        names["here"] = f"chat:{guild}"
    counts = await context_of(interaction).service.memory.counts(*names.values())
    values = dict(zip(names, counts, strict=True))
    lines = [texts(f"discord-stats-{name}", count=values[name]) for name in names]
    await whisper(interaction, "\n".join(lines))
