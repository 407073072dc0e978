"""Make the pictures of the page: a drawing and its piece, on a desk and on a phone.

Run as ``python -m docs.make_page`` from the checkout, whose tests know how to; needs Chromium.
"""

from pathlib import Path
from typing import Any

from tests.bot.web.conftest import started
from tests.browser import chromium

DOCS = Path(__file__).parent
PICTURE = DOCS.parent / "mididraw" / "examples" / "cat.png"
PATIENCE = 240_000
VIEWS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "locale": "en-US",
        "color_scheme": "dark",
        "has_touch": True,
        "is_mobile": True,
    },
}


def main() -> None:
    """Serve the page on this machine, draw, and write ``page-desk.png`` and ``page-phone.png``."""
    with started() as address, chromium() as browser:
        for name, view in VIEWS.items():
            page = browser.new_context(base_url=address, **view).new_page()
            page.goto("/")
            page.wait_for_selector("html[data-ready]")
            page.set_input_files("#file", PICTURE)
            page.locator("summary").click()
            page.fill("#seed", "1")
            page.locator("summary").click()
            page.click("#draw")
            page.wait_for_selector("#piece", timeout=PATIENCE)
            page.evaluate("document.getElementById('audio').currentTime = 6")
            page.locator("#roll").scroll_into_view_if_needed()
            page.screenshot(path=DOCS / f"page-{name}.png", full_page=name == "desk")


if __name__ == "__main__":
    main()
