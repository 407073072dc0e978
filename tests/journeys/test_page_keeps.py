"""Nothing drawn on the page is lost, in a real Chromium."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import browser, desk, draw_with_mouse, phone, url

__all__ = ["browser", "desk", "phone", "url"]

# Of IndexedDB: whether all that the page wrote so far is on the disk.
_WRITTEN = """
new Promise((done) => {
  const request = indexedDB.open("mididraw");
  request.onsuccess = () => {
    const tables = request.result.transaction(["drawings", "pages", "files"], "readwrite");
    tables.oncomplete = () => { request.result.close(); done(); };
    tables.objectStore("drawings").count();
  };
})
"""


def sight(page: Page) -> bytes:
    """The drawing's pixels."""
    return str(page.evaluate("document.getElementById('pad').toDataURL()")).encode()


def again(page: Page) -> None:
    page.evaluate(_WRITTEN)
    page.reload()
    page.wait_for_selector("html[data-ready]")


def opened(context: BrowserContext, address: str = "/") -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    return page


def test_pages_pictures_steps_and_options_outlive_a_reload_and_a_crash(
    desk: Page, example: Path
) -> None:
    draw_with_mouse(desk)
    drawn = sight(desk)
    desk.set_input_files("#file", files=[example])
    expect(desk.locator("#pages button")).to_have_count(4)
    desk.select_option("#style", index=2)
    desk.locator("#strength").fill("80")
    style, picture = desk.locator("#style").input_value(), sight(desk)
    again(desk)
    assert sight(desk) == picture
    assert desk.locator("#style").input_value() == style
    expect(desk.locator("output[for=strength]")).to_have_text("80")
    # A tab that ends without a word; its successor finds the drawing.
    context = desk.context
    desk.evaluate(_WRITTEN)
    desk.close()
    successor = opened(context)
    assert sight(successor) == picture
    successor.click("#undo")
    assert sight(successor) == drawn
    successor.click("#redo")
    assert sight(successor) == picture


def test_another_language_keeps_the_drawing(desk: Page) -> None:
    draw_with_mouse(desk)
    drawn = sight(desk)
    desk.evaluate(_WRITTEN)
    with desk.expect_navigation():
        desk.click("#language")
    desk.wait_for_selector("html[data-ready]")
    assert desk.evaluate("document.documentElement.lang") == "zh"
    assert sight(desk) == drawn


def test_an_empty_page_says_what_to_do_and_shows_an_example(desk: Page) -> None:
    expect(desk.locator("#blank")).to_contain_text("Higher sounds higher")
    empty = sight(desk)
    desk.click("#example")
    expect(desk.locator("#blank")).to_be_hidden()
    assert sight(desk) != empty
    expect(desk.locator("#clear")).to_be_enabled()
    desk.click("#clear")
    expect(desk.locator("#blank")).to_be_visible()
    draw_with_mouse(desk)
    expect(desk.locator("#blank")).to_be_hidden()


def test_two_tabs_draw_two_drawings(desk: Page) -> None:
    draw_with_mouse(desk)
    drawn = sight(desk)
    desk.evaluate(_WRITTEN)
    other = opened(desk.context)
    assert sight(other) != drawn
    other.click("#eraser")
    draw_with_mouse(other)
    again(desk)
    assert sight(desk) == drawn


def test_clearing_removing_and_beginning_anew_are_undone(desk: Page) -> None:
    empty = sight(desk)
    draw_with_mouse(desk)
    drawn = sight(desk)
    desk.click("#clear")
    assert sight(desk) == empty
    again(desk)
    desk.click("#undo")
    assert sight(desk) == drawn
    desk.get_by_label("Add a page").click()
    desk.click("#pages button:first-child")
    desk.get_by_label("Remove this page").click()
    assert sight(desk) == empty
    desk.click("#undo")
    assert sight(desk) == drawn
    expect(desk.locator("#pages button")).to_have_count(4)


def test_a_connection_that_stays_away_is_told_truly(desk: Page) -> None:
    desk.clock.install()
    draw_with_mouse(desk)
    desk.context.set_offline(True)
    desk.click("#draw")
    expect(desk.locator("#status")).to_contain_text("trying again")
    until_said(desk, "Your drawing is kept here")
    expect(desk.locator("#draw")).to_be_visible()
    expect(desk.locator("#working")).to_be_hidden()


def until_said(page: Page, words: str) -> None:
    """Let time pass until the toast says something."""
    for _ in range(60):
        if words in page.locator("#toast").inner_text():
            return
        page.clock.run_for(1000)
    raise AssertionError(page.locator("#toast").inner_text())


def test_a_stale_chat_breaks_nothing(desk: Page) -> None:
    page = opened(desk.context, "/?to=nobody")
    expect(page.locator("#posted")).to_be_visible()
    draw_with_mouse(page)
    page.locator("summary").click()
    page.select_option("#bars", "2")
    page.click("#draw")
    expect(page.locator("#toast")).to_contain_text("not posted there")
    expect(page.locator("#piece")).to_be_visible(timeout=240_000)
    expect(page.locator("#posted")).to_be_hidden()
    drawn, bars = sight(page), page.locator("#bars").input_value()
    # A new drawing asks nothing, and the one before comes back.
    page.click("#new")
    expect(page.locator("#piece")).to_be_hidden()
    expect(page.locator("#pages button")).to_have_count(2)
    assert sight(page) != drawn
    assert page.locator("#bars").input_value() == bars
    assert page.evaluate("location.pathname") == "/"
    page.click("#undo")
    assert sight(page) == drawn
