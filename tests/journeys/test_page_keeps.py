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


def test_a_message_goes_with_the_next_press_once_it_could_be_read(desk: Page) -> None:
    desk.clock.install()
    desk.click("#draw")
    expect(desk.locator("#toast")).to_contain_text("Draw something first")
    desk.clock.run_for(2000)
    draw_with_mouse(desk)
    expect(desk.locator("#toast")).to_be_hidden()


def test_a_link_that_has_ended_says_so(desk: Page) -> None:
    page = opened(desk.context, f"/m/{'0' * 32}")
    expect(page.locator("#toast")).to_contain_text("This link has ended")
    expect(page.locator("#piece")).to_be_hidden()


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
    desk.route("**/draws", lambda route: route.abort())
    desk.click("#draw")
    expect(desk.locator("#status")).to_contain_text("trying again")
    until_said(desk, "Your drawing is kept here")
    expect(desk.locator("#draw")).to_be_visible()
    expect(desk.locator("#working")).to_be_hidden()


def test_an_order_that_the_server_lost_is_told_truly(desk: Page) -> None:
    draw_with_mouse(desk)
    desk.route("**/draws/*/events*", lambda route: route.abort())
    desk.route("**/draws/*", lambda route: route.fulfill(status=404, json={"message": "gone"}))
    desk.click("#draw")
    expect(desk.locator("#toast")).to_contain_text("your drawing is here")
    expect(desk.locator("#draw")).to_be_visible()


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


def test_a_piece_is_kept_with_its_music_and_is_there_without_a_server(desk: Page) -> None:
    draw_with_mouse(desk)
    desk.locator("summary").click()
    desk.select_option("#bars", "2")
    desk.click("#draw")
    expect(desk.locator("#pieces li")).to_have_count(1, timeout=240_000)
    line, address = desk.locator("#summary").inner_text(), desk.url
    # It played by itself, as it was asked for by a press.
    assert desk.evaluate("document.getElementById('audio').paused") is False
    desk.click("#new")
    desk.route("**/draws/**", lambda route: route.abort())
    desk.locator("#pieces li button").first.click()
    expect(desk.locator("#summary")).to_have_text(line)
    assert desk.url == address
    desk.click("#play")
    expect(desk.locator("#play")).to_have_attribute("aria-label", "Pause")
    # Its link has ended on the server, and the piece is there all the same.
    desk.unroute_all()
    desk.route("**/draws/*", lambda route: route.fulfill(status=404, json={"message": "gone"}))
    desk.reload()
    expect(desk.locator("#until")).to_contain_text("on this device alone", timeout=120_000)
    expect(desk.locator("#summary")).to_have_text(line)
    expect(desk.locator("#versions")).to_be_hidden()
    desk.locator("#pieces").get_by_role("button", name="Remove").click()
    expect(desk.locator("#pieces")).to_be_hidden()


def test_without_a_network_the_page_opens_and_its_order_waits(desk: Page) -> None:
    desk.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    desk.reload()
    desk.wait_for_selector("html[data-ready]")
    desk.context.set_offline(True)
    desk.reload()
    desk.wait_for_selector("html[data-ready]")
    draw_with_mouse(desk)
    desk.click("#draw")
    expect(desk.locator("#status")).to_contain_text("Your order waits")
    desk.click("#cancel")
    expect(desk.locator("#draw")).to_be_visible()


def inked(page: Page) -> int:
    """How many dark pixels there are in the right quarter of the drawing."""
    count = """(() => {
      const pad = document.getElementById("pad"), left = Math.round(pad.width * 0.75);
      const { data } = pad.getContext("2d").getImageData(left, 0, pad.width - left - 4, pad.height);
      return data.filter((value, at) => at % 4 === 0 && value < 128).length;
    })()"""
    return int(page.evaluate(count))


def test_shapes_fill_text_and_keys_draw(desk: Page) -> None:
    box = desk.locator("#pad").bounding_box()
    assert box is not None

    def drag(left: int, top: int, right: int, bottom: int) -> None:
        desk.mouse.move(box["x"] + left, box["y"] + top)
        desk.mouse.down()
        desk.mouse.move(box["x"] + right, box["y"] + bottom, steps=3)
        desk.mouse.up()

    seen = [sight(desk)]
    for tool in ("line", "rectangle", "ellipse"):
        desk.click(f"#{tool}")
        drag(300, 100, 400, 200)
        seen.append(sight(desk))
    desk.click("#fill")
    desk.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(desk.locator("#toast")).to_contain_text("closed shape")
    desk.mouse.click(box["x"] + 340, box["y"] + 170)
    seen.append(sight(desk))
    desk.click("#text")
    desk.mouse.click(box["x"] + 100, box["y"] + 60)
    desk.keyboard.type("Hi")
    desk.keyboard.press("Enter")
    seen.append(sight(desk))
    assert len({*seen}) == 6
    # At the edge the paper does not move, and all that is written stays on it.
    desk.mouse.click(box["x"] + box["width"] - 30, box["y"] + 60)
    desk.keyboard.type("Hello")
    assert desk.locator("#pad").bounding_box() == box
    desk.keyboard.press("Enter")
    assert inked(desk) > 5000
    desk.keyboard.press("Control+z")
    again(desk)
    assert sight(desk) == seen[-1]
    desk.keyboard.press("Delete")
    assert sight(desk) == seen[0]
    for before in (seen[-1], *seen[-2::-1]):
        desk.keyboard.press("Control+z")
        assert sight(desk) == before
    desk.click("#sound")
    again(desk)
    expect(desk.locator("#sound")).to_have_attribute("aria-pressed", "false")
