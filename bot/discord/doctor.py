"""What of the application at Discord keeps the bot from its work: for ``mididraw doctor``."""

from collections.abc import Iterator
from typing import Any

import discord

from bot.discord.publishing import changes, payload_of
from bot.discord.tree import Tree
from bot.settings import DiscordSettings
from mididraw.doctor import Finding, absent, fault, well

_SITE = "https://discord.com/developers/applications"
_NEEDED = discord.Permissions(
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
    connect=True,
    speak=True,
)
"""What a server gives the bot when it is added."""
_PRIVILEGED = {
    "Presence": ("gateway_presence", "gateway_presence_limited"),
    "Server Members": ("gateway_guild_members", "gateway_guild_members_limited"),
    "Message Content": ("gateway_message_content", "gateway_message_content_limited"),
}
_AGAIN = "Start mididraw discord again: it publishes what is missing or different."


async def check(settings: DiscordSettings) -> list[Finding]:
    """Ask Discord how the application is set up.

    Raises:
        discord.LoginFailure: the token is wrong.
        discord.HTTPException, OSError: Discord cannot be asked.
    """
    if settings.discord_api_url:
        discord.http.Route.BASE = settings.discord_api_url
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    async with discord.Client(
        intents=discord.Intents(guilds=True), proxy=settings.discord_proxy
    ) as client:
        await client.login(token)
        about = await client.application_info()
        return [
            well("Discord's token", str(client.user)),
            _intents(about),
            *_installation(about),
            _addresses(about),
            *await _commands(client, settings.discord_owner_guild),
            _voice(),
        ]


def _intents(about: discord.AppInfo) -> Finding:
    on = [
        name
        for name, flags in _PRIVILEGED.items()
        if any(getattr(about.flags, flag) for flag in flags)
    ]
    seen = f"{', '.join(on)}: on, and not needed" if on else "none that is privileged, none needed"
    return well("Discord's intents", seen)


def _installation(about: discord.AppInfo) -> Iterator[Finding]:
    subject, page = "Discord's installation", f"At {_SITE}, Installation: "
    faults = []
    if about.interactions_endpoint_url:
        remedy = f"At {_SITE}, General Information: empty Interactions Endpoint URL."
        faults.append(("commands are sent to an address in place of the bot", remedy))
    if about.bot_require_code_grant:
        remedy = f"At {_SITE}, Bot: turn off Requires OAuth2 Code Grant."
        faults.append(("it asks for a code grant, so that nobody can add it", remedy))
    there, anywhere = about.guild_integration_config, about.user_integration_config
    if there is None:
        faults.append(("servers cannot add it", f"{page}tick Guild Install."))
    elif lacking := _lacking(there.oauth2_install_params):
        remedy = f"{page}for Guild Install choose the scopes and permissions that are missing."
        faults.append((f"what servers are asked for lacks {', '.join(lacking)}", remedy))
    if anywhere is None:
        faults.append(("people cannot add it to their accounts", f"{page}tick User Install."))
    for seen, remedy in faults:
        yield fault(subject, seen, remedy)
    if not faults:
        who = "anybody" if about.bot_public else "its owner alone"
        yield well(subject, f"{who} can add it to servers and accounts")


def _lacking(asked: discord.AppInstallParams | None) -> list[str]:
    """Scopes and permissions that are needed and not asked for."""
    if asked is None:
        return ["bot", "applications.commands"]
    scopes = [one for one in ("bot", "applications.commands") if one not in asked.scopes]
    all_ = asked.permissions.administrator
    return scopes + [
        name for name, on in _NEEDED if on and not (all_ or getattr(asked.permissions, name))
    ]


def _addresses(about: discord.AppInfo) -> Finding:
    subject = "Discord's addresses"
    named = {"privacy policy": about.privacy_policy_url, "terms": about.terms_of_service_url}
    missing = [name for name, url in named.items() if not url]
    if missing:
        return absent(subject, f"no {' and '.join(missing)}; verification needs them")
    return well(subject, "privacy policy and terms are named")


async def _commands(client: discord.Client, owner_guild: int | None) -> list[Finding]:
    subject, tree = "Discord's commands", Tree(client, owner_guild)
    number = client.application_id or 0
    found: list[Any] = await client.http.get_global_commands(number)
    if not found:
        return [absent(subject, "none yet: the bot publishes them when it first starts")]
    differing = changes(await payload_of(tree), found)
    if owner_guild is not None:
        try:
            owners: list[Any] = await client.http.get_guild_commands(number, owner_guild)
        except discord.Forbidden:
            remedy = "Add it there, or name another server in MIDIDRAW_DISCORD_OWNER_GUILD."
            return [fault(subject, "the bot is not in the owners' server", remedy)]
        differing += changes(await payload_of(tree, discord.Object(owner_guild)), owners)
    if differing:
        return [fault(subject, f"not as this version has them: {', '.join(differing)}", _AGAIN)]
    return [well(subject, "all are there, as this version has them")]


def _voice() -> Finding:
    """What voice channels need: encryption from end to end, for transport, and Opus."""
    subject, remedy = "Discord's voice", "Install it anew: pip install 'mididraw[discord]'."
    try:
        import davey
        import nacl.secret  # noqa: F401
    except ImportError as error:
        return fault(subject, f"{error.name} cannot be loaded: nothing can be played", remedy)
    return well(subject, f"DAVE {davey.DAVE_PROTOCOL_VERSION} loads")
