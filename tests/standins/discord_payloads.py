"""What Discord's payloads hold: people, a server with a voice channel, messages."""

from typing import Any

TOKEN = "stand-in.token.of-no-worth"  # noqa: S105
APPLICATION = 1111
GUILD, CHANNEL, HER, HIM = 2222, 3333, 7, 8
OWNER, VOICE_CHANNEL, STAFF, DIRECT = 1, 4444, 5555, 6666
"""Ids: who owns the bot, a voice channel, a role, and a channel of direct messages."""
ALLOWED = (1 << 10) | (1 << 11) | (1 << 15) | (1 << 20) | (1 << 21)
"""To see channels, write, attach files, join and speak."""

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


def guild(allowed: int) -> dict[str, Any]:
    role = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False}
    channel = {"permission_overwrites": [], "position": 0, "parent_id": None, "nsfw": False}
    return {
        "id": str(GUILD),
        "name": "a server",
        "owner_id": "1",
        "preferred_locale": "en-US",
        "premium_tier": 0,
        "member_count": 2,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [
            {**role, "id": str(GUILD), "name": "@everyone", "permissions": str(allowed)},
            {**role, "id": str(STAFF), "name": "staff", "permissions": "0"},
        ],
        "channels": [
            {**channel, "id": str(CHANNEL), "name": "music", "type": 0},
            {
                **channel,
                "id": str(VOICE_CHANNEL),
                "name": "voice",
                "type": 2,
                "bitrate": 64000,
                "user_limit": 0,
            },
        ],
        "members": [{**MEMBER, "user": BOT}],
        "voice_states": [],
        "threads": [],
    }


def given(option: str, value: Any) -> dict[str, Any]:
    if isinstance(value, bool | int | str):
        number = 5 if isinstance(value, bool) else 4 if isinstance(value, int) else 3
        return {"name": option, "type": number, "value": value}
    kind, number = value
    return {"name": option, "type": {"user": 6, "channel": 7, "role": 8}[kind], "value": number}


def resolved(options: dict[str, Any]) -> dict[str, Any]:
    """What Discord tells of people, channels and roles, given as ``("user", "7")`` and so on."""
    found: dict[str, Any] = {"users": {}, "channels": {}, "roles": {}}
    for value in options.values():
        if isinstance(value, tuple) and value[0] == "user":
            found["users"][value[1]] = person(int(value[1]))
        elif isinstance(value, tuple) and value[0] == "channel":
            channel = {"id": value[1], "name": "music", "type": 0, "permissions": "0"}
            found["channels"][value[1]] = channel
        elif isinstance(value, tuple):
            (role,) = (one for one in guild(0)["roles"] if one["id"] == value[1])
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
