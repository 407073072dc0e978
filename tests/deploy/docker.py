"""Images and containers for real: built, started, drawn with, restarted, drawn with again.

``python -m tests.deploy.docker`` plays it, with a Docker engine of its own; it has to be root.
"""

import asyncio
import contextlib
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pretty_midi
from playwright.sync_api import expect

from tests.browser import chromium, draw_with_mouse, opened
from tests.conftest import EXAMPLES
from tests.deploy.base_images import make_base_images
from tests.deploy.containers import Containers, torch_index
from tests.deploy.engine import DockerEngine, EngineError
from tests.standins import discord as on_discord
from tests.standins import telegram as on_telegram
from tests.standins.discord_payloads import TOKEN as DISCORD_TOKEN

CAT = (EXAMPLES / "cat.png").read_bytes()
PAGE = "http://127.0.0.1:8000"
_PATIENCE = 240.0
_DOCUMENTED = (
    ("run", "--rm", "admin", "overview"),
    ("run", "--rm", "--entrypoint", "mididraw doctor", "admin"),
    ("exec", "-T", "worker", "mididraw", "doctor"),
)
"""What docs/hosting tells a host to look with; each ends well where nothing is wrong."""
_TOLD_BY_OTHERS = """
import urllib.request as it
page = it.urlopen(it.Request("http://web:8000/", headers={"X-Forwarded-Proto": "https"}))
print(page.headers["Set-Cookie"])
"""


@dataclass
class Chats:
    """Both chats' stand-ins, and who was answered how often."""

    telegram: on_telegram.TelegramStandIn
    discord: on_discord.DiscordStandIn
    asked: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def ask_in_telegram(self) -> None:
        """Somebody sends a picture, in a chat of their own."""
        chat = 1000 + len(self.asked)
        self.asked.append(chat)
        await self.telegram.message(chat, user=chat, **self.telegram.photo(CAT))

    async def ask_in_discord(self) -> None:
        """Somebody runs the command."""
        number = len(self.tokens) + 1
        self.tokens.append(await self.discord.command("draw", image=CAT, by=number))

    async def until_answered(self) -> None:
        """Wait until everybody has music, and look at it."""
        await self.telegram.until(
            lambda: {*self.asked} <= {call.fields["chat_id"] for call in self._sent()}, _PATIENCE
        )
        await self.discord.until(
            lambda: all(self.discord.answers(token) for token in self.tokens), _PATIENCE
        )
        files = [data for call in self._sent() for data in call.files.values()]
        for token in self.tokens:
            for call in self.discord.answers(token):
                files += [data for name, data in call.files.items() if name.endswith(".mid")]
        for data in files:
            check(data)

    def answers(self) -> Counter[int]:
        """How many people were answered once, twice and so on."""
        often = Counter(call.fields["chat_id"] for call in self._sent())
        found = Counter(often.values())
        found.update(len({one.path for one in self.discord.answers(t)}) for t in self.tokens)
        return found

    def _sent(self) -> list[on_telegram.TelegramCall]:
        """What comes last of an answer: the MIDI file."""
        return self.telegram.done("sendDocument")


def check(data: bytes) -> None:
    """See that a file is music."""
    tune = pretty_midi.PrettyMIDI(io.BytesIO(data))
    assert sum(len(part.notes) for part in tune.instruments) > 5


def draw_on_the_page() -> None:
    """Somebody opens the page, draws with the mouse, and downloads what came of it."""
    with chromium() as browser:
        window = contextlib.contextmanager(opened)
        with window(browser, PAGE, width=1440, height=900, locale="en-US") as page:
            draw_with_mouse(page)
            page.click("#draw")
            expect(page.locator("#piece")).to_be_visible(timeout=_PATIENCE * 1000)
            with page.expect_download() as found:
                page.click("#mid")
            check(Path(found.value.path()).read_bytes())


async def check_whom_the_page_trusts(containers: Containers) -> None:
    """A proxy on this machine is believed that its client came by HTTPS; a container is not."""
    headers = {"X-Forwarded-Proto": "https"}
    async with aiohttp.ClientSession() as session, session.get(PAGE, headers=headers) as page:
        assert "; Secure" in page.headers["Set-Cookie"]
    told = containers.compose("exec", "-T", "telegram", "python3", "-c", _TOLD_BY_OTHERS)
    assert "HttpOnly" in told
    assert "; Secure" not in told


async def play(engine: DockerEngine, folder: Path) -> None:
    """Play it all.

    Raises:
        AssertionError: something is not as it should be.
        TimeoutError: somebody was not answered, or a part does not come back.
    """
    clock = DockerClock()
    clock.tell("base images", ", ".join(await asyncio.to_thread(make_base_images, engine)))
    async with prepared(engine, folder) as (chats, containers):
        with containers.up():
            clock.tell("built and started", containers.sizes())

            async def round_(name: str) -> None:
                await asyncio.to_thread(containers.wait_until_healthy)
                await chats.discord.until(lambda: chats.discord.identified > heard, _PATIENCE)
                clock.tell(f"{name}: healthy", f"restarts {containers.restarts()}")
                await check_whom_the_page_trusts(containers)
                await chats.ask_in_telegram()
                await chats.ask_in_discord()
                await asyncio.to_thread(draw_on_the_page)
                await chats.until_answered()
                assert containers.denied() == []
                clock.tell(f"{name}: drawn", "page, Telegram and Discord")

            heard = 0
            await round_("fresh")
            assert not any(containers.restarts().values())

            # What is asked for meanwhile is kept by Telegram, Redis or both, and answered once.
            heard = chats.discord.identified
            await chats.ask_in_telegram()
            await asyncio.to_thread(containers.compose, "restart")
            await round_("containers restarted")
            assert not any(containers.restarts().values())

            heard = chats.discord.identified
            await chats.ask_in_telegram()
            await asyncio.to_thread(engine.stop)
            await asyncio.to_thread(engine.start)
            await round_("engine restarted")

            for words in _DOCUMENTED:
                await asyncio.to_thread(containers.compose, *words)
            assert chats.answers() == {1: len(chats.asked) + len(chats.tokens)}
            clock.tell("whole", "each was answered once; Redis refused nobody anything")


@contextlib.asynccontextmanager
async def prepared(engine: DockerEngine, folder: Path) -> AsyncIterator[tuple[Chats, Containers]]:
    """A checkout whose bots find the stand-ins at this machine's address on the bridge."""
    async with contextlib.AsyncExitStack() as stack:
        index = stack.enter_context(torch_index(engine))
        host = engine.gateway
        chats = Chats(
            await stack.enter_async_context(on_telegram.TelegramStandIn().serve(host)),
            await stack.enter_async_context(on_discord.DiscordStandIn().serve(host)),
        )
        tokens = {"telegram_token": on_telegram.TOKEN, "discord_token": DISCORD_TOKEN}
        containers = Containers(engine, folder, tokens)
        containers.set(
            TELEGRAM_API_URL=chats.telegram.url,
            MIDIDRAW_DISCORD_API_URL=chats.discord.api,
            **index,
        )
        yield chats, containers


class DockerClock:
    """Tells what was done, and how long it took."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def tell(self, what: str, more: str) -> None:
        """Print a line."""
        now = time.monotonic()
        print(f"{now - self._begun:6.1f} s  {what}: {more}", flush=True)  # noqa: T201
        self._begun = now


def main() -> None:
    """Play it."""
    try:
        with DockerEngine().running() as engine, tempfile.TemporaryDirectory() as folder:
            asyncio.run(play(engine, Path(folder)))
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
