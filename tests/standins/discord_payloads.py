"""What Discord's payloads hold: people, a server with a voice channel, messages."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.discord_world import Channel, World

TOKEN = "stand-in.token.of-no-worth"  # noqa: S105
APPLICATION = 1111
GUILD, CHANNEL, HER, HIM = 2222, 3333, 7, 8
OWNER, VOICE_CHANNEL, STAFF, DIRECT = 1, 4444, 5555, 6666
"""Ids: who owns the bot, a voice channel, a role, and a channel of direct messages."""
STAGE, FORUM, THREAD, POST, GROUP = 4445, 3334, 3335, 3336, 6667
"""A stage, a forum, a thread, a post in the forum, and a group of people without the bot."""
IN_CATEGORY, OTHER_CATEGORY = 3330, 3331
"""The category that the channel is in, and one without channels."""
NEW_GUILD, NEW_CHANNEL = 2224, 3338
"""A server that the bot is added to later, and its channel."""
OTHER_GUILD, ELSEWHERE = 2223, 3337
"""A server that the bot is not in, and its channel."""
ALLOWED = sum(1 << bit for bit in (10, 11, 15, 16, 20, 21, 38))
"""See channels, write, attach files, read the history, join, speak, and write in threads."""

BOT = {
    "id": str(APPLICATION),
    "username": "midiDraw",
    "discriminator": "0",
    "avatar": None,
    "bot": True,
}
ABOUT = {
    "id": str(APPLICATION),
    "name": "midiDraw",
    "icon": None,
    "description": "",
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "0",
    "flags": 0,
    "integration_types_config": {
        "0": {
            "oauth2_install_params": {
                "scopes": ["applications.commands", "bot"],
                "permissions": str(ALLOWED),
            }
        },
        "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
    },
    "team": None,
    "owner": {"id": "1", "username": "host", "discriminator": "0", "avatar": None},
}


MEMBER = {
    "roles": [],
    "joined_at": "2020-01-01T00:00:00+00:00",
    "deaf": False,
    "mute": False,
    "flags": 0,
}


def person(user: int) -> dict[str, Any]:
    if user == APPLICATION:
        return BOT
    return {"id": str(user), "username": f"user{user}", "discriminator": "0", "avatar": None}


def voice_state(user: int, channel: int | None) -> dict[str, Any]:
    flags = ("deaf", "mute", "self_deaf", "self_mute", "self_video", "suppress")
    return {
        "guild_id": str(GUILD),
        "channel_id": None if channel is None else str(channel),
        "user_id": str(user),
        "member": {**MEMBER, "user": person(user)},
        "session_id": f"voice-{user}",
        "request_to_speak_timestamp": None,
        **dict.fromkeys(flags, False),
    }


def channel(one: "Channel") -> dict[str, Any]:
    """A channel."""
    told: dict[str, Any] = {"id": str(one.id), "type": one.kind, "flags": 0}
    if one.guild is None:
        return told | ({"name": None} if one.kind == 3 else {})
    told |= {"guild_id": str(one.guild), "name": one.name, "parent_id": _maybe(one.parent)}
    if one.is_thread:
        about = {
            "archived": one.archived,
            "locked": one.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        }
        return told | {
            "owner_id": str(HER),
            "message_count": 1,
            "member_count": 1,
            "thread_metadata": about,
        }
    denied = {"id": str(GUILD), "type": 0, "allow": "0", "deny": str(one.denied)}
    told |= {"permission_overwrites": [denied], "position": 0, "nsfw": False}
    if one.kind in (2, 13):
        told |= {"bitrate": 64000, "user_limit": one.user_limit}
    return told | ({"available_tags": []} if one.kind == 15 else {})


def guild(world: "World", number: int = GUILD) -> dict[str, Any]:
    """A server that the bot is in, with all its channels."""
    role = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False}
    here = [one for one in world.channels.values() if one.guild == number]
    return {
        "id": str(number),
        "name": "a server",
        "owner_id": "1",
        "preferred_locale": "en-US",
        "premium_tier": 0,
        "member_count": 2,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [
            {**role, "id": str(number), "name": "@everyone", "permissions": str(world.allowed)},
            {**role, "id": str(STAFF), "name": "staff", "permissions": "0"},
        ],
        "channels": [channel(one) for one in here if not one.is_thread],
        "members": [{**MEMBER, "user": BOT}],
        "voice_states": [],
        "threads": [channel(one) for one in here if one.is_thread],
    }


def _maybe(number: int | None) -> str | None:
    return None if number is None else str(number)


def given(option: str, value: Any) -> dict[str, Any]:
    if isinstance(value, bool | int | str):
        number = 5 if isinstance(value, bool) else 4 if isinstance(value, int) else 3
        return {"name": option, "type": number, "value": value}
    kind, number = value
    return {"name": option, "type": {"user": 6, "channel": 7, "role": 8}[kind], "value": number}


def resolved(world: "World", options: dict[str, Any]) -> dict[str, Any]:
    """What Discord tells of people, channels and roles, given as ``("user", "7")`` and so on."""
    found: dict[str, Any] = {"users": {}, "channels": {}, "roles": {}}
    for value in options.values():
        if isinstance(value, tuple) and value[0] == "user":
            found["users"][value[1]] = person(int(value[1]))
        elif isinstance(value, tuple) and value[0] == "channel":
            told = channel(world.channels[int(value[1])])
            found["channels"][value[1]] = told | {"permissions": "0"}
        elif isinstance(value, tuple):
            (role,) = (one for one in guild(world)["roles"] if one["id"] == value[1])
            found["roles"][value[1]] = role
    return found


def message(number: int, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(number),
        "channel_id": str(CHANNEL),
        "content": "",
        "author": BOT,
        "attachments": [],
        "embeds": [],
        "edited_timestamp": None,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "type": 0,
        "pinned": False,
        "flags": 0,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "components": [],
        **more,
    }
