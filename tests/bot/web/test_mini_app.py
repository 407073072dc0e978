"""The page as a Mini App: what it says to Telegram, and what it makes of what Telegram says."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import browser, draw_with_finger, url

__all__ = ["browser", "url"]

THEME = {
    "bg_color": "#102030",
    "section_bg_color": "#203040",
    "text_color": "#ffffff",
    "hint_color": "#aabbcc",
    "button_color": "#ffcc00",
    "button_text_color": "red; background: url(//evil.example)",
}
PROXY = """
window.told = [];
const postEvent = (type, data) => window.told.push([type, JSON.parse(data)]);
window.TelegramWebviewProxy = { postEvent };
"""


@pytest.fixture
def app(browser: Browser, url: str) -> Iterator[Page]:
    """The page as Telegram's app for phones opens it."""
    context = browser.new_context(
        base_url=url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.add_init_script(PROXY)
    theme = quote(json.dumps(THEME))
    page.goto(f"/#tgWebAppVersion=9.0&tgWebAppPlatform=ios&tgWebAppThemeParams={theme}")
    page.wait_for_selector("html[data-ready]")
    yield page
    context.close()
    assert broken == []


def told(page: Page) -> dict[str, Any]:
    """What the page said, the last of each kind."""
    said: list[tuple[str, Any]] = page.evaluate("window.told")
    return dict(said)


def variable(page: Page, name: str) -> str:
    found = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('{name}')")
    return str(found).strip()


def test_it_has_telegrams_colours_also_after_a_reload(app: Page) -> None:
    for _ in range(2):
        assert variable(app, "--ground") == "#102030"
        assert variable(app, "--accent") == "#ffcc00"
        assert "evil" not in variable(app, "--on-accent")
        assert app.evaluate("document.documentElement.style.colorScheme") == "dark"
        app.evaluate("history.replaceState(null, '', '/')")
        app.reload()
        app.wait_for_selector("html[data-ready]")
    app.evaluate(
        "Telegram.WebView.receiveEvent('theme_changed', {theme_params: {bg_color: '#fafafa'}})"
    )
    assert variable(app, "--ground") == "#fafafa"


def test_strokes_do_not_close_it_and_nothing_lies_under_the_phones_edges(app: Page) -> None:
    said = told(app)
    assert said["web_app_setup_swipe_behavior"] == {"allow_vertical_swipe": False}
    assert {"web_app_ready", "web_app_expand", "web_app_request_safe_area"} <= said.keys()
    before = app.locator("header").bounding_box()
    app.evaluate("Telegram.WebView.receiveEvent('safe_area_changed', {top: 40, bottom: 30})")
    app.evaluate("Telegram.WebView.receiveEvent('content_safe_area_changed', {top: 50})")
    after = app.locator("header").bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] - before["y"] == 90


def test_a_piece_is_felt_and_downloaded_by_telegram(app: Page, url: str) -> None:
    draw_with_finger(app)
    app.locator("summary").click()
    app.select_option("#bars", "2")
    app.click("#draw")
    expect(app.locator("#piece")).to_be_visible(timeout=60_000)
    feedback = "web_app_trigger_haptic_feedback"
    assert told(app)[feedback] == {"type": "notification", "notification_type": "success"}
    app.click("#mid")
    wanted = told(app)["web_app_request_file_download"]
    assert wanted["file_name"] == "mididraw.mid"
    answer = app.request.get(wanted["url"])
    assert wanted["url"].startswith(url)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["access-control-allow-origin"] == "https://web.telegram.org"
    assert answer.body().startswith(b"MThd")


def test_outside_of_telegram_nothing_is_said(browser: Browser, url: str) -> None:
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.add_init_script(PROXY)
    page.goto("/")
    page.wait_for_selector("html[data-ready]")
    assert told(page) == {}
    context.close()
