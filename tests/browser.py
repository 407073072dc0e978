"""A real Chromium, and people who draw in it."""

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bot.web.conftest import started

BROWSER = next(
    (path for one in ("chromium", "chromium-browser") if (path := shutil.which(one))), ""
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, from start to end."""
    with sync_playwright() as playwright:
        # The tests may run as root in a container, where Chromium's sandbox does not.
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for all tests of a module."""
    if not BROWSER:
        pytest.skip("no Chromium here: make test installs one on Debian")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """``mididraw web``, which draws in its own process."""
    with started() as address:
        yield address


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """The page on a large screen, in English."""
    yield from opened(browser, url, width=1440, height=900, locale="en-US")


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    """The page on a phone with a Chinese system, in the dark."""
    yield from opened(browser, url, width=360, height=740, locale="zh-CN", dark=True, touch=True)


def opened(
    browser: Browser,
    url: str,
    *,
    width: int,
    height: int,
    locale: str,
    dark: bool = False,
    touch: bool = False,
) -> Iterator[Page]:
    """A browser's window; what breaks in the page breaks the test."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        locale=locale,
        color_scheme="dark" if dark else "light",
        has_touch=touch,
        is_mobile=touch,
        accept_downloads=True,
    )
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto("/")
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert broken == [], broken


def heart(page: Page) -> list[tuple[float, float]]:
    """Points of a heart on the drawing area, in the window's pixels."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    points = []
    for number in range(49):
        turn = number * math.pi / 24
        x = 16 * math.sin(turn) ** 3
        y = 13 * math.cos(turn) - 5 * math.cos(2 * turn) - 2 * math.cos(3 * turn)
        y -= math.cos(4 * turn)
        points.append(
            (box["x"] + box["width"] * (0.5 + x / 60), box["y"] + box["height"] * (0.45 - y / 40))
        )
    return points


def draw_with_mouse(page: Page) -> None:
    """Draw a heart."""
    first, *rest = heart(page)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point)
    page.mouse.up()


def draw_with_finger(page: Page) -> None:
    """Draw a heart, by real touches."""
    session: CDPSession = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    first, *rest = heart(page)
    touch("touchStart", first)
    for point in rest:
        touch("touchMove", point)
    touch("touchEnd")


def until(page: Page, holds: Callable[[], bool], words: str) -> None:
    """Wait for something in the page, frame by frame."""
    for _ in range(1200):
        if holds():
            return
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    raise AssertionError(words)


def draw_with_pen(page: Page) -> None:
    """Draw a level line whose second half is pressed harder."""
    session: CDPSession = page.context.new_cdp_session(page)
    box = page.locator("#pad").bounding_box()
    assert box is not None
    count = 60
    for number in range(count + 1):
        kind = {0: "mousePressed", count: "mouseReleased"}.get(number, "mouseMoved")
        session.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": box["x"] + box["width"] * (0.1 + 0.8 * number / count),
                "y": box["y"] + box["height"] * (0.5 + 0.3 * number / count),
                "button": "left",
                "buttons": 1,
                "clickCount": 1,
                "pointerType": "pen",
                "force": 0.1 if number < count / 2 else 1.0,
            },
        )


def pinch(page: Page, *, apart: bool) -> None:
    """Put two fingers on the drawing area, one after the other, and move them."""
    session: CDPSession = page.context.new_cdp_session(page)
    box = page.locator("#pad").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    near, far = (20, 80) if apart else (80, 20)
    session.send("Input.dispatchTouchEvent", _touches("touchStart", (x - near, y)))
    for step in range(11):
        wide = near + (far - near) * step / 10
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", _touches(kind, (x - wide, y), (x + wide, y)))
    session.send("Input.dispatchTouchEvent", _touches("touchEnd"))


def _touches(kind: str, *points: tuple[float, float]) -> dict[str, object]:
    at = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    return {"type": kind, "touchPoints": at}
