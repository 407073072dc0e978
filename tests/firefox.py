"""A real Firefox, spoken to by its own WebDriver BiDi (https://w3c.github.io/webdriver-bidi/)."""

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

FIREFOX = next((path for one in ("firefox-esr", "firefox") if (path := shutil.which(one))), "")
_READY = "WebDriver BiDi listening on "
_PREFERENCES = 'user_pref("media.autoplay.default", 0);\n'


class Firefox:
    """One window."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._numbers, self._window = socket, itertools.count(1), ""

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command; what it gives."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            said = await self._socket.receive_json()
            if said.get("id") == number:
                assert said["type"] == "success", said
                found: dict[str, Any] = said["result"]
                return found

    async def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        if not self._window:
            tree = await self.ask("browsingContext.getTree")
            self._window = tree["contexts"][0]["context"]
        await self.ask("browsingContext.navigate", context=self._window, url=url, wait="complete")

    async def tell(self, script: str) -> Any:
        """What a script comes to; it may be a promise."""
        found = await self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({script}) ?? null))()",
            target={"context": self._window},
            awaitPromise=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])

    async def until(self, script: str) -> None:
        """Wait until a script holds, frame by frame."""
        await self.tell(
            f"(async () => {{ while (!({script})) await new Promise(requestAnimationFrame); }})()"
        )

    async def drag(self, points: Sequence[tuple[float, float]], kind: str = "mouse") -> None:
        """Press, move through points of the window, and let go."""
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 10} for x, y in points
        ]
        press, leave = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        hand = {"type": "pointer", "id": "hand", "parameters": {"pointerType": kind}}
        actions = [hand | {"actions": [moves[0], press, *moves[1:], leave]}]
        await self.ask("input.performActions", context=self._window, actions=actions)

    async def click(self, name: str) -> None:
        """Press the middle of an element."""
        x, y = await self.tell(
            f"(() => {{ const one = document.querySelector({name!r}); one.scrollIntoView({{ block:"
            " 'center' }); const box = one.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        await self.drag([(x, y)])


@asynccontextmanager
async def firefox(profile: Path) -> AsyncIterator[Firefox]:
    """Firefox with a profile of its own, from start to end."""
    (profile / "user.js").write_text(_PREFERENCES)
    process = await asyncio.create_subprocess_exec(
        *(FIREFOX, "--headless", "--remote-debugging-port", "0", "--profile", str(profile)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            line = ""
            while not line.startswith(_READY):
                line = (await process.stderr.readline()).decode()
                assert line, "Firefox has ended"
        reading = asyncio.create_task(process.stderr.read())
        address = f"{line.removeprefix(_READY).strip()}/session"
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
            browser = Firefox(socket)
            await browser.ask("session.new", capabilities={})
            yield browser
            await browser.ask("browser.close")
        await reading
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
