"""A phone's own sheet takes the link of a piece, and its video where there is one."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import browser, draw_with_finger, phone, until, url

__all__ = ["browser", "phone", "url"]

PATIENCE = 60_000

# The sheet is the phone's; what it is given is kept.
_SHEET = """() => {
  window.given = [];
  navigator.canShare = () => true;
  navigator.share = async ({ url, files }) => {
    const film = files?.[0];
    given.push(film ? { type: film.type, name: film.name, size: film.size } : { url });
  };
}"""


def given(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.given")
    return found


def test_the_link_is_shared_and_then_the_video(phone: Page) -> None:
    phone.evaluate(_SHEET)
    draw_with_finger(phone)
    phone.locator("summary").click()
    phone.select_option("#bars", "2")
    phone.select_option("#engine", "gan")
    phone.click("#draw")
    expect(phone.locator("#piece")).to_be_visible(timeout=PATIENCE)
    phone.click("#share")
    until(phone, lambda: len(given(phone)) == 1, "the link is shared")
    assert given(phone)[0]["url"] == phone.url
    phone.locator("#versions").get_by_text("视频").click()
    expect(phone.locator("#film")).to_be_visible(timeout=PATIENCE)
    phone.click("#share")
    until(phone, lambda: len(given(phone)) == 2, "the video is shared")
    film = given(phone)[1]
    assert film["type"] == "video/mp4"
    assert film["name"].endswith(".mp4")
    assert film["size"] > 10_000
