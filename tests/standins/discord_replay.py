"""What ``mididraw discord --record`` wrote down is told to a bot once more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.discord.redact import FILES
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import APPLICATION
from tests.standins.discord_rest import Interaction
from tests.standins.discord_world import Channel

_OWN = ("READY", "RESUMED", "VOICE_SERVER_UPDATE")
"""What the stand-in tells by itself."""


class Replay:
    """A recording, told by the stand-in as if it happened there.

    Attributes:
        tokens: of the interactions that were told, by their kind.
        messages: channels in which messages with the bot's name or direct ones were told.
    """

    def __init__(self, discord: DiscordStandIn, path: Path, files: dict[str, bytes]) -> None:
        """Prepare the stand-in before the bot comes.

        Args:
            discord: the stand-in, which is served.
            path: the recording.
            files: what attachments hold, by their ending.
        """
        self._discord = discord
        self._frames = [*_frames(path, discord.url)]
        self.tokens: list[tuple[int, str]] = []
        ready = next(frame for frame in self._frames if frame["t"] == "READY")
        discord.gateway.guilds = [one["id"] for one in ready["d"]["guilds"]]
        for ending, data in files.items():
            discord.world.files[f"file.{ending}"] = data

    async def tell(self) -> None:
        """Tell everything in its order."""
        for frame in self._frames:
            name, data = frame["t"], frame["d"]
            if name in _OWN:
                continue
            if name == "GUILD_CREATE":
                for one in [*data.get("channels", ()), *data.get("threads", ())]:
                    self._place(one, int(data["id"]))
            if name == "INTERACTION_CREATE":
                self._begin(data)
            if name == "MESSAGE_CREATE":
                self._place({"id": data["channel_id"], "type": 1}, data.get("guild_id"))
                self._discord.world.messages[int(data["id"])] = data
            await self._discord.dispatch(name, data)

    def _begin(self, data: dict[str, Any]) -> None:
        """Let an interaction's token be known."""
        self._place(data["channel"], data.get("guild_id"))
        source = data.get("message")
        if source is not None:
            self._discord.world.messages[int(source["id"])] = source
        self._discord.rest.interactions[data["token"]] = Interaction(
            int(data["id"]),
            data["type"],
            int(data["channel_id"]),
            self._discord.now(),
            None if source is None else int(source["id"]),
        )
        self.tokens.append((data["type"], data["token"]))

    def _place(self, told: dict[str, Any], guild: Any) -> None:
        number = int(told["id"])
        parent = told.get("parent_id")
        self._discord.world.channels.setdefault(
            number,
            Channel(
                number,
                told["type"],
                guild=None if guild is None else int(guild),
                parent=None if parent is None else int(parent),
            ),
        )


def _frames(path: Path, url: str) -> Iterator[dict[str, Any]]:
    """Events of a recording, in which the bot is the stand-in's and files lie there."""
    text = path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    heard = [line["heard"] for line in lines if line.get("heard", {}).get("op") == 0]
    (me, *_) = {frame["d"]["user"]["id"] for frame in heard if frame["t"] == "READY"}
    whole = json.dumps(heard).replace(FILES, f"{url}/cdn/").replace(f'"{me}"', f'"{APPLICATION}"')
    yield from json.loads(whole.replace(f"<@{me}>", f"<@{APPLICATION}>"))
