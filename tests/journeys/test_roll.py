"""The page's piano roll shows what the picture shows: proportions, colours and chords."""

import pytest
from playwright.sync_api import Page

from mididraw.harmony import Chord, Key
from mididraw.options import Theme
from mididraw.render.midi import write_midi
from mididraw.render.palette import PALETTES, fifths_from
from mididraw.score import ChordSpan, Note, Score, Track
from tests.browser import browser, desk, phone, url

__all__ = ["browser", "desk", "phone", "url"]

CHORDS = ("C", "F#m7", "Bb", "Absus4", "Ebmaj7", "G7")
KEYS = ("C major", "A minor", "F# minor", "Bb minor", "Eb major")


def test_chords_lie_where_the_picture_has_them(desk: Page) -> None:
    place = "async ([key, chord]) => (await import('/page/colours.js')).fifths(key, chord)"
    for key in KEYS:
        for name in CHORDS:
            expected = fifths_from(Key.parse(key), Chord.parse(name))
            assert desk.evaluate(place, [key, name]) == expected


@pytest.mark.parametrize("theme", Theme)
def test_notes_have_the_colours_of_the_picture(desk: Page, theme: Theme) -> None:
    shown = """async ([theme, velocity, place]) => {
      const { palettes } = await (await fetch("/choices")).json();
      return (await import("/page/colours.js")).note(palettes[theme], velocity, place);
    }"""
    for velocity, place in ((30, 2), (64, -3), (100, 8), (127, 0)):
        expected = PALETTES[theme].note(velocity, place)
        assert tuple(desk.evaluate(shown, [theme, velocity, place])) == expected


@pytest.mark.parametrize("shape", [(300, 300), (900, 300), (200, 400)])
def test_a_drawing_keeps_its_proportions(desk: Page, phone: Page, shape: tuple[int, int]) -> None:
    shown = """async ([width, height]) => {
      const { Roll } = await import("/page/roll.js");
      const { palettes } = await (await fetch("/choices")).json();
      const make = (name) => document.createElement(name);
      const scroll = make("div"), spacer = make("div"), canvas = make("canvas");
      const paper = make("canvas");
      scroll.append(spacer, canvas);
      document.querySelector("main").append(scroll);
      [paper.width, paper.height] = [width, height];
      const roll = new Roll(scroll, canvas, spacer, palettes, () => {});
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
          return parseMidi(new Uint8Array(bytes).buffer).chords;
        }""",
        list(write_midi(music)),
    )
    assert [one["name"] for one in found] == ["C", "F#m7"]
    assert [one["start"] for one in found] == pytest.approx([0, 2])
