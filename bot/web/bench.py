"""How light and quick the page is: the real process and a real Chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from mididraw.errors import OptionError

_NOTES = 3000
_SECONDS = 2.0
_DRAWABLE = 'performance.getEntriesByName("drawable")[0].startTime'
_SCROLL = """
async ([count, milliseconds]) => {
  const { Roll } = await import("/page/roll.js");
  const { palettes } = await (await fetch("/choices")).json();
  document.getElementById("piece").hidden = false;
  const get = (id) => document.getElementById(id);
  const roll = new Roll(get("scroll"), get("roll"), get("spacer"), palettes, () => {});
  const notes = [];
  for (let i = 0; i < count; i++) {
    const start = i / 20;
    notes.push({ track: 0, pitch: 36 + (i * 7) % 48, velocity: 80, start, end: start + 0.4 });
  }
  const seconds = count / 20;
  const main = new Set([0]), length = { seconds, drawn: seconds, bar: 2 };
  roll.load({ notes, low: 36, high: 83, ...length, sketch: "", main });
  roll.zoomed(8);
  await new Promise((done) => requestAnimationFrame(done));
  const before = roll.frames, from = performance.now();
  while (performance.now() - from < milliseconds) {
    const share = (performance.now() - from) / milliseconds;
    roll.at(share * seconds, true);
    get("scroll").scrollLeft = share * get("scroll").scrollWidth;
    await new Promise((done) => requestAnimationFrame(done));
  }
  return (roll.frames - before) / ((performance.now() - from) / 1000);
}
"""


@dataclass(frozen=True, slots=True)
class WebReport:
    """All that a run measured.

    Attributes:
        page_bytes: all that a browser loads until one can draw.
        drawable_s: from the address to a page that can be drawn on.
        frames: a second, while the roll of 3,000 notes scrolls and plays.
    """

    page_bytes: int
    drawable_s: float
    frames: float

    def as_json(self) -> dict[str, Any]:
        """All figures, for JSON."""
        return asdict(self)

    def tables(self) -> Iterator[Table]:
        """All figures as tables, for people."""
        table = Table("the page", "figure")
        table.add_row("all that is loaded", f"{self.page_bytes / 1000:.0f} kB")
        table.add_row("first drawing possible after", f"{self.drawable_s:.2f} s")
        table.add_row("roll of 3,000 notes, scrolling", f"{self.frames:.0f} frames/s")
        yield table


def run_web_bench() -> WebReport:
    """Measure everything in one run.

    Raises:
        OptionError: there is no Chromium or no Playwright.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise OptionError(
            "bench-needs-playwright", "This bench needs Playwright: pip install playwright."
        ) from error
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise OptionError("bench-needs-chromium", "This bench needs Chromium: install it first.")
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mididraw", "web", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        with sync_playwright() as playwright:
            assert process.stdout is not None  # noqa: S101 -- a pipe, as asked for
            url = process.stdout.readline().strip()
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            sizes: list[int] = []
            page.on("requestfinished", lambda one: sizes.append(one.sizes()["responseBodySize"]))
            page.goto(url)
            page.wait_for_selector("html[data-ready]")
            drawable = float(page.evaluate(_DRAWABLE)) / 1000
            page.wait_for_load_state("networkidle")
            loaded = sum(sizes)
            frames = float(page.evaluate(_SCROLL, [_NOTES, 1000 * _SECONDS]))
            browser.close()
    finally:
        process.terminate()
        process.communicate(timeout=20)
    return WebReport(loaded, drawable, frames)
