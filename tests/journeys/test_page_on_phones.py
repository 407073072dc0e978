"""The page on phones, upright and across, in a real Chromium."""

import json

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser import browser, draw_with_finger, opened, phone, pinch, url

__all__ = ["browser", "phone", "url"]


def sight(page: Page) -> str:
    return str(page.evaluate("document.getElementById('pad').toDataURL()"))


def bounds(page: Page, name: str) -> dict[str, float]:
    found = page.locator(name).bounding_box()
    assert found is not None
    return {"y": found["y"], "width": found["width"], "height": found["height"], "x": found["x"]}


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (320, 568)])
def test_action_progress_and_messages_are_in_sight_and_move_nothing(
    browser: Browser, url: str, width: int, height: int
) -> None:
    for page in opened(browser, url, width=width, height=height, locale="en-US", touch=True):

        def seen(name: str, page: Page = page) -> None:
            expect(page.locator(name)).to_be_visible()
            box = bounds(page, name)
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height

        paper = bounds(page, "#paper")
        assert paper["y"] + paper["height"] <= bounds(page, "footer")["y"]
        seen("#draw")
        page.click("#draw")
        seen("#toast")
        assert bounds(page, "#toast")["y"] + bounds(page, "#toast")["height"] <= height - 52
        assert bounds(page, "#paper") == paper
        page.get_by_label("Close the message").click()
        expect(page.locator("#toast")).to_be_hidden()
        draw_with_finger(page)
        expect(page.locator("#undo")).to_be_enabled()
        page.click("#draw")
        seen("#status")
        seen("#cancel")
        assert bounds(page, "#paper") == paper
        page.click("#cancel")
        expect(page.locator("#draw")).to_be_visible(timeout=60_000)
        seen("#draw")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_answer_that_comes_after_the_end_changes_nothing(phone: Page) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if route.request.method == "DELETE":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    phone.route("**/draws/*", hold)
    draw_with_finger(phone)
    expect(phone.locator("#undo")).to_be_enabled()
    phone.click("#draw")
    phone.click("#cancel")
    expect(phone.locator("#toast")).to_be_visible(timeout=60_000)
    [(route, response)] = held
    with phone.expect_event("requestfinished"):
        route.fulfill(response=response, body=json.dumps(response.json() | {"state": "drawing"}))
    phone.evaluate("() => new Promise((done) => setTimeout(done))")
    expect(phone.locator("#draw")).to_be_visible()
    expect(phone.locator("#working")).to_be_hidden()


def test_two_fingers_enlarge_the_paper_and_leave_no_stroke(phone: Page) -> None:
    draw_with_finger(phone)
    expect(phone.locator("#undo")).to_be_enabled()
    drawn, wide = sight(phone), bounds(phone, "#pad")["width"]
    pinch(phone, apart=True)
    assert sight(phone) == drawn
    assert bounds(phone, "#pad")["width"] > 2 * wide
    # One finger draws where it lies on the enlarged paper.
    phone.click("#undo")
    pad, paper = bounds(phone, "#pad"), bounds(phone, "#paper")
    x, y = paper["x"] + 40, paper["y"] + 40
    phone.touchscreen.tap(x, y)
    dark = phone.evaluate(
        "([x, y]) => { const pad = document.getElementById('pad');"
        " return pad.getContext('2d').getImageData(x * pad.width, y * pad.height, 1, 1).data[0]; }",
        [(x - pad["x"]) / pad["width"], (y - pad["y"]) / pad["height"]],
    )
    assert dark < 64
    pinch(phone, apart=False)
    assert bounds(phone, "#pad")["width"] == pytest.approx(wide, abs=1)
    # So they do where one finger would fill or write.
    for tool in ("fill", "text"):
        phone.click("#shapes")
        phone.click(f"#{tool}")
        drawn = sight(phone)
        pinch(phone, apart=True)
        assert bounds(phone, "#pad")["width"] > 2 * wide
        assert sight(phone) == drawn
        pinch(phone, apart=False)
    expect(phone.locator("#write")).to_be_hidden()
