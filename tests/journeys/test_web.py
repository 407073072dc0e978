"""The page in a real Chromium: from the first stroke to the files."""

import base64
import io
from pathlib import Path
from statistics import mean

import pretty_midi
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from pydub import AudioSegment

from tests.browser import (
    browser,
    desk,
    draw_with_finger,
    draw_with_mouse,
    draw_with_pen,
    phone,
    until,
    url,
)

__all__ = ["browser", "desk", "phone", "url"]

PATIENCE = 240_000


def order(page: Page, bars: str = "2") -> None:
    page.locator("summary").click()
    page.select_option("#bars", bars)
    page.click("#draw")


def at(page: Page) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as found:
        page.click(f"#{name}")
    return Path(found.value.path()).read_bytes()


def copied_without_clipboard(page: Page) -> str:
    """What lies in the clipboard after the link was copied, as where there is no HTTPS."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.click("#share")
    expect(page.locator("#toast")).to_contain_text("The link is copied")
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    page.keyboard.press("Control+v")
    return page.locator("textarea").input_value()


def test_a_heart_drawn_with_the_mouse_is_played_downloaded_and_found_again(desk: Page) -> None:
    draw_with_mouse(desk)
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    expect(desk.locator("#summary")).to_contain_text("2 bars")
    until(desk, lambda: at(desk) > 0.5, "the music plays by itself")
    expect(desk.locator("#play")).to_have_attribute("aria-label", "Pause")
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press(" ")
    expect(desk.locator("#play")).to_have_attribute("aria-label", "Play")
    sound = AudioSegment.from_mp3(io.BytesIO(downloaded(desk, "mp3")))
    assert sound.max > 1000
    tune = pretty_midi.PrettyMIDI(io.BytesIO(downloaded(desk, "mid")))
    assert sum(len(part.notes) for part in tune.instruments) > 5
    with Image.open(io.BytesIO(downloaded(desk, "png"))) as roll:
        roll.load()
    assert copied_without_clipboard(desk) == desk.url
    line = desk.locator("#summary").inner_text()
    desk.reload()
    expect(desk.locator("#summary")).to_have_text(line, timeout=PATIENCE)
    # What nobody asked for just now keeps quiet.
    assert desk.evaluate("document.getElementById('audio').paused")
    desk.evaluate("document.getElementById('audio').currentTime = 2")
    until(desk, lambda: float(desk.locator("#seek").input_value()) >= 2, "the music is found")
    desk.get_by_role("button", name="Another take").click()
    expect(desk.locator("#summary")).not_to_have_text(line, timeout=PATIENCE)


def test_a_heart_drawn_with_a_finger_speaks_chinese(phone: Page) -> None:
    draw_with_finger(phone)
    expect(phone.locator("#undo")).to_be_enabled()
    order(phone)
    expect(phone.locator("#piece")).to_be_visible(timeout=PATIENCE)
    expect(phone.locator("#summary")).to_contain_text("2 小节")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pen_that_is_pressed_harder_plays_louder(desk: Page) -> None:
    draw_with_pen(desk)
    desk.locator("#strength").fill("100")
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    tune = pretty_midi.PrettyMIDI(io.BytesIO(downloaded(desk, "mid")))
    # What plays beside the drawing has a loudness of its own.
    drawn = [part for part in tune.instruments if part.name == "drawing"]
    notes = sorted((note for part in drawn for note in part.notes), key=_onset)
    half = len(notes) // 2
    soft, loud = (mean(note.velocity for note in part) for part in (notes[:half], notes[half:]))
    assert loud > soft + 8


def _onset(note: pretty_midi.Note) -> float:
    return float(note.start)


def test_pages_undo_and_eraser_do_what_they_say(desk: Page) -> None:
    empty = desk.locator("#pad").screenshot()
    draw_with_mouse(desk)
    drawn = desk.locator("#pad").screenshot()
    assert drawn != empty
    desk.keyboard.press("Control+z")
    assert desk.locator("#pad").screenshot() == empty
    desk.click("#redo")
    assert desk.locator("#pad").screenshot() == drawn
    desk.get_by_label("Add a page").click()
    assert desk.locator("#pages button").count() == 4
    draw_with_mouse(desk)
    desk.click("#eraser")
    draw_with_mouse(desk)
    # The second page is blank again, and left out.
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)


def test_a_job_can_be_cancelled(desk: Page) -> None:
    draw_with_mouse(desk)
    order(desk, "32")
    desk.click("#cancel")
    expect(desk.locator("#toast")).to_have_text("Cancelled, as you wished.", timeout=PATIENCE)
    expect(desk.locator("#draw")).to_be_visible()


def test_a_lost_connection_is_said_and_found_again(desk: Page) -> None:
    draw_with_mouse(desk)
    desk.context.set_offline(True)
    order(desk)
    expect(desk.locator("#status")).to_contain_text("Your order waits", timeout=PATIENCE)
    desk.context.set_offline(False)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)


def test_a_broken_picture_is_said_to_be_one_in_both_languages(desk: Page, phone: Page) -> None:
    broken = FilePayload(name="cat.png", mimeType="image/png", buffer=b"\x89PNG none")
    for page, words in ((desk, "cannot be shown"), (phone, "无法显示")):
        page.set_input_files("#file", files=[broken])
        expect(page.locator("#toast")).to_contain_text(words)
        page.click("#draw")
        expect(page.locator("#toast")).not_to_contain_text(words)
        expect(page.locator("#piece")).to_be_hidden()


def test_a_picture_from_a_file_is_drawn(desk: Page, example: Path) -> None:
    desk.set_input_files("#file", files=[example])
    expect(desk.locator("#pages button")).to_have_count(2)
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)


def test_pictures_are_pasted_and_dropped(desk: Page, example: Path) -> None:
    data = base64.b64encode(example.read_bytes()).decode()
    for kind in ("paste", "drop"):
        desk.evaluate(_HAND_OVER, [kind, data])
        count = 2 if kind == "paste" else 4
        expect(desk.locator("#pages button")).to_have_count(count)


_HAND_OVER = """
([kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], "cat.png", { type: "image/png" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: given, bubbles: true })
    : new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}
"""


def test_the_roll_zooms_scrolls_seeks_and_repeats(desk: Page) -> None:
    draw_with_mouse(desk)
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    wide = "document.getElementById('scroll').scrollWidth"
    before = desk.evaluate(wide)
    for _ in range(5):
        desk.click("#in")
    assert desk.evaluate(wide) > 2 * before
    desk.locator("#scroll").hover()
    desk.mouse.wheel(600, 0)
    until(desk, lambda: desk.evaluate("document.getElementById('scroll').scrollLeft") > 0, "scroll")
    desk.locator("#roll").click(position={"x": 300, "y": 100})
    until(desk, lambda: at(desk) > 0.5, "a click on the roll goes there")
    desk.click("#loop")
    expect(desk.locator("#play")).to_have_attribute("aria-label", "Pause")
    desk.evaluate(
        "((a) => { a.currentTime = a.duration - 0.3; })(document.getElementById('audio'))"
    )
    until(desk, lambda: 0 < at(desk) < 2, "it begins again")
    desk.click("#play")


def test_everybody_can_use_it(desk: Page, phone: Page) -> None:
    for page in (desk, phone):
        draw_with_mouse(page)
        order(page)
        expect(page.locator("#piece")).to_be_visible(timeout=PATIENCE)
        found = Axe().run(page)
        assert [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found.response["violations"]
        ] == []


def test_delete_clears_the_page_and_undo_brings_it_back(desk: Page) -> None:
    draw_with_mouse(desk)
    expect(desk.locator("#clear")).to_be_enabled()
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("Delete")
    expect(desk.locator("#clear")).to_be_disabled()
    desk.keyboard.press("Control+z")
    expect(desk.locator("#clear")).to_be_enabled()
    # In a field the key is the field's.
    desk.locator("summary").click()
    desk.locator("#tempo").fill("120")
    desk.keyboard.press("Backspace")
    expect(desk.locator("#tempo")).to_have_value("12")
    expect(desk.locator("#clear")).to_be_enabled()


def test_the_keyboard_reaches_everything(desk: Page) -> None:
    reached = set()
    for _ in range(40):
        desk.keyboard.press("Tab")
        reached.add(desk.evaluate("document.activeElement.id"))
    assert {"pen", "eraser", "upload", "grid", "strength", "instrument", "draw"} <= reached


def test_a_video_of_the_piece_is_shown_and_kept(desk: Page) -> None:
    draw_with_mouse(desk)
    order(desk)
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    expect(desk.locator("#film")).to_be_hidden()
    expect(desk.locator("#mp4")).to_be_hidden()
    address = desk.url
    desk.locator("#pieces").get_by_role("button", name="Keep").click()
    desk.locator("#versions").get_by_text("Video").click()
    expect(desk.locator("#film")).to_be_visible(timeout=PATIENCE)
    # The same music once, now with its video.
    assert desk.url != address
    expect(desk.locator("#pieces [aria-pressed=true]")).to_have_count(1)
    expect(desk.locator("#pieces li")).to_have_count(1)
    expect(desk.locator("#versions").get_by_text("Video")).to_have_count(0)
    assert downloaded(desk, "mp4")[4:8] == b"ftyp"
