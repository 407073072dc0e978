"""The page in a real Firefox: draw, hear, find again."""

import math
from pathlib import Path

import pytest

from tests.bot.web.conftest import started
from tests.firefox import FIREFOX, Firefox, firefox


async def circle(browser: Firefox) -> list[tuple[float, float]]:
    """Points on the drawing area."""
    left, top, wide, high = await browser.tell(
        "(({ x, y, width, height }) => [x, y, width, height])"
        "(document.getElementById('pad').getBoundingClientRect())"
    )
    turns = [number * math.pi / 16 for number in range(33)]
    return [
        (left + wide / 2 + high / 3 * math.cos(one), top + high / 2 + high / 3 * math.sin(one))
        for one in turns
    ]


@pytest.mark.skipif(not FIREFOX, reason="no Firefox here: apt-get install firefox-esr")
async def test_what_is_drawn_in_firefox_plays_and_is_found_again(tmp_path: Path) -> None:
    with started() as url:
        async with firefox(tmp_path) as browser:
            await browser.open(url)
            await browser.until("document.documentElement.dataset.ready")
            await browser.drag(await circle(browser))
            assert await browser.tell("document.getElementById('undo').disabled") is False
            drawn = await browser.tell("document.getElementById('pad').toDataURL()")
            await browser.tell("void (document.getElementById('bars').value = '2')")
            await browser.click("#draw")
            await browser.until("!document.getElementById('piece').hidden")
            # It plays by itself, as a press asked for it, and its roll shows it.
            await browser.until("document.getElementById('audio').currentTime > 0.3")
            await browser.until("document.getElementById('seek').value > 0.3")
            line = await browser.tell("document.getElementById('summary').textContent")
            assert "2 bars" in line
            await browser.until("document.querySelector('#pieces li')")
            await browser.open(url)
            await browser.until("document.documentElement.dataset.ready")
            assert await browser.tell("document.getElementById('pad').toDataURL()") == drawn
            await browser.click("#pieces li button")
            await browser.until("!document.getElementById('piece').hidden")
            assert await browser.tell("document.getElementById('summary').textContent") == line
