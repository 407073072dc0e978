"""Four takes to choose from on the page, and pieces that stay, in a real Chromium."""

import io

import pretty_midi
from playwright.sync_api import Page, expect

from tests.browser import browser, desk, draw_with_mouse, url

__all__ = ["browser", "desk", "url"]

PATIENCE = 240_000


def notes_of(page: Page, name: str = "mid") -> list[tuple[int, float]]:
    """Pitches and onsets of the music that a link of the page gives."""
    address = page.locator(f"#{name}").get_attribute("href")
    assert address is not None
    tune = pretty_midi.PrettyMIDI(io.BytesIO(page.request.get(address).body()))
    return sorted(
        (note.pitch, round(note.start, 3)) for part in tune.instruments for note in part.notes
    )


def test_four_takes_are_seen_heard_and_one_of_them_chosen_and_kept(desk: Page) -> None:
    draw_with_mouse(desk)
    desk.locator("summary").click()
    desk.select_option("#bars", "2")
    desk.click("#draw")
    expect(desk.locator("#piece")).to_be_visible(timeout=PATIENCE)
    expect(desk.locator("#sheet")).to_be_hidden()
    desk.get_by_role("button", name="Four takes").click()
    expect(desk.locator("#hear button")).to_have_count(4, timeout=PATIENCE)
    # All four on one picture: a press on a roll plays it, as its button does.
    sheet = desk.locator("#sheet")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box is not None
    heard = []
    for number, (x, y) in enumerate([(0.25, 0.3), (0.75, 0.3), (0.25, 0.8), (0.75, 0.8)], 1):
        sheet.click(position={"x": box["width"] * x, "y": box["height"] * y})
        button = desk.get_by_role("button", name=f"Play {number}")
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(desk.locator("#mid")).to_have_attribute("href", f"{files(desk)}&take={number}")
        heard.append(notes_of(desk))
    assert len({str(one) for one in heard}) == 4
    desk.get_by_role("button", name="Play 2").click()
    expect(desk.locator("#mid")).to_have_attribute("href", f"{files(desk)}&take=2")
    desk.get_by_role("button", name="Take 3", exact=True).click()
    expect(desk.locator("#hear")).to_be_hidden(timeout=PATIENCE)
    assert notes_of(desk) == heard[2]
    # It is kept, and stays however many come after it.
    star = desk.locator("#pieces li").first.get_by_role("button", name="Keep")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    desk.reload()
    expect(star).to_have_attribute("aria-pressed", "true")
    desk.evaluate(_MANY)
    desk.get_by_role("button", name="Another take").click()
    expect(desk.locator("#pieces li")).to_have_count(25, timeout=PATIENCE)
    assert desk.locator("#pieces [aria-pressed=true]").count() == 1


def files(page: Page) -> str:
    return f"/draws/{page.url.rsplit('/', 1)[1]}/files/mid?lang=en"


# Pieces that were made after the one that is there.
_MANY = """
new Promise((done) => {
  const request = indexedDB.open("mididraw-pieces", 1);
  request.onsuccess = () => {
    const write = request.result.transaction("pieces", "readwrite");
    const pieces = write.objectStore("pieces");
    pieces.getAll().onsuccess = ({ target }) => {
      const [one] = target.result;
      for (let i = 0; i < 30; i++) {
        pieces.put({ ...one, id: `${i}`, made: Date.now() + i, favourite: false });
      }
    };
    write.oncomplete = () => { request.result.close(); done(); };
  };
})
"""
