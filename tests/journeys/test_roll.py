"""The page's piano roll shows what the picture shows: proportions, colours and chords."""

import pytest
from playwright.sync_api import Page

from mididraw.harmony import Chord, Key
from mididraw.options import Theme
from mididraw.render.midi import write_midi
from mididraw.render.palette import MIDDLE_FIFTH, PALETTES, fifths_from, oklch
from mididraw.score import ChordSpan, Note, Score, Track
from tests.browser import browser, desk, phone, url

__all__ = ["browser", "desk", "phone", "url"]

CHORDS = ("C", "F#m7", "Bb", "Absus4", "Ebmaj7", "G7")
KEYS = ("C major", "A minor", "F# minor", "Bb minor", "Eb major")


def test_chords_have_the_hues_of_the_picture(desk: Page) -> None:
    hue = "async ([chord, key]) => (await import('/page/roll.js')).hueOf(chord, key)"
    for key in KEYS:
        for name in CHORDS:
            fifths = fifths_from(Key.parse(key), Chord.parse(name))
            expected = 263 + 10 * (fifths - MIDDLE_FIFTH)
            assert desk.evaluate(hue, [name, key]) == pytest.approx(expected)


@pytest.mark.parametrize("theme", Theme)
def test_notes_have_the_colours_of_the_picture(desk: Page, theme: Theme) -> None:
    desk.emulate_media(color_scheme="dark" if theme is Theme.DARK else "light")
    style = "name => Number(getComputedStyle(document.documentElement).getPropertyValue(name))"
    soft, loud, chroma = (
        desk.evaluate(style, f"--note-{name}") for name in ("soft", "loud", "chroma")
    )
    palette = PALETTES[theme]
    assert (soft, loud, chroma) == (palette.soft, palette.loud, palette.chroma)
    # The browser's own colours agree with ours.
    pixel = """([lightness, chroma, hue]) => {
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      context.fillStyle = `oklch(${lightness} ${chroma} ${hue})`;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    }"""
    shown = desk.evaluate(pixel, [soft, chroma, 263])
    assert shown == pytest.approx(oklch(soft, chroma, 263), abs=6)


@pytest.mark.parametrize("shape", [(300, 300), (900, 300), (200, 400)])
def test_a_drawing_keeps_its_proportions(desk: Page, phone: Page, shape: tuple[int, int]) -> None:
    shown = """async ([width, height]) => {
      const { Roll } = await import("/page/roll.js");
      const make = (name) => document.createElement(name);
      const scroll = make("div"), spacer = make("div"), canvas = make("canvas");
      const paper = make("canvas");
      scroll.append(spacer, canvas);
      document.querySelector("main").append(scroll);
      [paper.width, paper.height] = [width, height];
      const roll = new Roll(scroll, canvas, spacer, () => {});
      const lengths = { seconds: 30, drawn: 20, bar: 2.5 }, sketch = paper.toDataURL();
      roll.load({ notes: [], low: 36, high: 83, ...lengths, sketch, main: new Set() });
      while (!roll.sketch) await new Promise(requestAnimationFrame);
      const sizes = [roll.drawn * roll.scale, 48 * roll.row, scroll.clientWidth, innerHeight];
      scroll.remove();
      return sizes;
    }"""
    for page in (desk, phone):
        wide, high, room, window = page.evaluate(shown, shape)
        assert wide / high == pytest.approx(shape[0] / shape[1])
        assert wide < room
        assert high < window


def test_chords_are_read_from_the_file(desk: Page) -> None:
    chords = (ChordSpan(0, 16, Chord.parse("C")), ChordSpan(16, 32, Chord.parse("F#m7")))
    music = Score((Track("drawing", 0, (Note(0, 60, 32, 80),)),), 2, 120.0, Key(0), chords)
    found = desk.evaluate(
        """async (bytes) => {
          const { parseMidi } = await import("/page/midi.js");
          return parseMidi(new Uint8Array(bytes).buffer).texts;
        }""",
        list(write_midi(music)),
    )
    assert [one["text"] for one in found] == ["C", "F#m7"]
    assert [one["time"] for one in found] == pytest.approx([0, 2])
