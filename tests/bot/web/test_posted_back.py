"""What is drawn on the page comes to the chat that it was opened from."""

import base64
import json
import time
from typing import Any

import aiohttp

from tests.bot.discord import conftest as on_discord
from tests.bot.jobs.conftest import redis_server, redis_url
from tests.bot.telegram import conftest as on_telegram
from tests.bot.telegram.conftest import Painter, drawn, painter, worker
from tests.bot.web.conftest import CAT, QUICK, finished, serving
from tests.bot.web.test_chat_targets import signed
from tests.standins.discord import DiscordStandIn
from tests.standins.discord_payloads import CHANNEL, HER
from tests.standins.telegram import TOKEN, TelegramStandIn
from worker.run import Worker

__all__ = ["drawn", "painter", "redis_server", "redis_url", "worker"]


async def ordered(session: aiohttp.ClientSession, to: str) -> dict[str, Any]:
    body = {"pictures": [base64.b64encode(CAT).decode()], "options": QUICK, "to": to}
    async with session.post("/draws", json=body) as answer:
        assert answer.status == 202, await answer.text()
        return await finished(session, (await answer.json())["id"])


async def test_a_mini_app_posts_to_the_persons_chat(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    assert painter
    opened = signed(TOKEN, auth_date=str(int(time.time())), user=json.dumps({"id": 42}))
    async with (
        TelegramStandIn().serve() as telegram,
        on_telegram.botting(on_telegram.settings_for(telegram, redis_url)),
        serving(REDIS_URL=redis_url, TELEGRAM_TOKEN=TOKEN) as session,
    ):
        assert (await ordered(session, opened))["state"] == "done"
        await telegram.until(lambda: telegram.done("sendDocument", 42))
        (picture,) = telegram.done("sendPhoto", 42)
        assert "A minor" in picture.fields["caption"]


async def test_what_goes_to_a_chat_is_cancelled_by_its_key(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    opened = signed(TOKEN, auth_date=str(int(time.time())), user=json.dumps({"id": 42}))
    async with serving(REDIS_URL=redis_url, TELEGRAM_TOKEN=TOKEN) as session:
        painter.gate.clear()
        body = {"pictures": [base64.b64encode(CAT).decode()], "options": QUICK, "to": opened}
        headers = {"Idempotency-Key": "short"}
        async with session.post("/draws", json=body, headers=headers) as answer:
            draw = (await answer.json())["id"]
        async with session.delete(f"/draws/{draw}", headers=headers) as answer:
            assert answer.status == 200
        assert (await finished(session, draw))["state"] == "cancelled"
        painter.gate.set()


async def test_a_link_in_discord_leads_to_a_page_that_posts_there(
    redis_url: str, worker: Worker, painter: Painter
) -> None:
    assert worker
    assert painter
    async with DiscordStandIn().serve() as discord:
        public = {"MIDIDRAW_PUBLIC_URL": "https://draw.example/"}
        settings = on_discord.settings_for(discord, redis_url, **public)
        async with on_discord.botting(settings), serving(REDIS_URL=redis_url) as session:
            await discord.until(lambda: discord.identified)
            token = await discord.command("help")
            (shown,) = await discord.until(lambda: discord.done("PATCH", token))
            (button,) = shown.body["components"][0]["components"]
            address, _, to = button["url"].partition("?to=")
            assert address == "https://draw.example/"
            assert (await ordered(session, to))["state"] == "done"
            posts = f"channels/{CHANNEL}/messages"
            (sent,) = await discord.until(lambda: discord.done("POST", posts))
            assert sent.body["content"].startswith(f"<@{HER}>")
            assert len(sent.files) == 3
