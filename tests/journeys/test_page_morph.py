"""From one drawing to another on the page, in a real Chromium."""

from playwright.sync_api import Page, expect

from tests.browser import browser, desk, draw_with_mouse, url

__all__ = ["browser", "desk", "url"]

PATIENCE = 60_000


def test_a_piece_goes_over_from_the_first_page_to_the_second(desk: Page) -> None:
    draw_with_mouse(desk)
    desk.locator("summary").click()
    desk.select_option("#bars", "2")
    assert desk.input_value("#engine") == "guided"
    desk.check("#morph")
    desk.click("#draw")
    expect(desk.locator("#toast")).to_contain_text("give two, not 1", timeout=PATIENCE)
    expect(desk.locator("#draw")).to_be_visible()
    desk.get_by_role("button", name="Add a page").click()
    draw_with_mouse(desk)
    desk.click("#draw")
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    made = desk.request.get(f"/draws/{desk.url.rsplit('/', 1)[1]}").json()
    assert made["result"]["options"]["engine"] == "vae"
    assert made["result"]["options"]["morph"] is True
    desk.uncheck("#morph")
    desk.select_option("#engine", "gan")
    desk.click("#draw")
    expect(desk.locator("#draw")).to_be_hidden()
    expect(desk.locator("#draw")).to_be_visible(timeout=PATIENCE)
    made = desk.request.get(f"/draws/{desk.url.rsplit('/', 1)[1]}").json()
    assert made["result"]["options"]["engine"] == "gan"
