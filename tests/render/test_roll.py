"""The piano-roll picture shows the drawing, its notes and what a musician asks about them."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mididraw.canvas import Canvas, lay
from mididraw.harmony import Chord, Key, Mode
from mididraw.options import DrawOptions, PitchRange, Theme
from mididraw.picture.ink import Ink
from mididraw.render.layout import DRUMS, KEYBOARD, MAX_NARROWING, MAX_WIDENING, SIZE, Layout, plan
from mididraw.render.palette import PALETTES, Colour, fifths_from
from mididraw.render.roll import draw_roll
from mididraw.score import DRAWING, ChordSpan, Meter, Note, Score, Track
from tests.strategies.scores import scores

themes = pytest.mark.parametrize("theme", list(Theme))
C_MAJOR = Key(0)


def ring(width: int, height: int) -> Ink:
    """The ink of an ellipse drawn with a broad pen."""
    area, strokes = np.zeros((2, height, width), np.uint8)
    for pixels, pen in ((area, 20), (strokes, 1)):
        radii = (width // 2 - 11, height // 2 - 11)
        cv2.ellipse(pixels, (width // 2, height // 2), radii, 0, 0, 360, 1, pen)
    weight = np.full(area.shape, 0.5, np.float32)
    return Ink(area > 0, strokes > 0, np.zeros(area.shape, np.bool_), weight)


def piece(*notes: Note, bars: int = 4, chords: tuple[ChordSpan, ...] = ()) -> Score:
    return Score((Track(DRAWING, 0, notes),), bars, 100, C_MAJOR, chords)


def bare(canvas: Canvas) -> Score:
    """A score as long as the canvas, without a note."""
    return piece(bars=canvas.bars)


def at(image: Image.Image, x: float, y: float) -> Colour:
    red, green, blue = np.asarray(image)[int(y), int(x)].tolist()
    return red, green, blue


def cell(image: Image.Image, layout: Layout, step: float, pitch: int) -> Colour:
    """The colour in the middle of a cell."""
    return at(image, layout.x(step + 0.5), layout.y(pitch) + layout.row_height / 2)


def distance(first: Colour, second: Colour) -> float:
    return float(np.abs(np.subtract(first, second)).sum())


def contrast(first: Colour, second: Colour) -> float:
    """Contrast ratio as WCAG 2 defines it."""

    def luminance(colour: Colour) -> float:
        share = np.array(colour) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def changed(first: Image.Image, second: Image.Image) -> NDArray[np.bool_]:
    """Which pixels differ, ``bool[height, width]``."""
    different: NDArray[np.bool_] = (np.asarray(first) != np.asarray(second)).any(axis=2)
    return different


@themes
def test_a_note_has_its_colour_and_the_cells_around_it_are_empty(theme: Theme) -> None:
    score = piece(Note(8, 60, 4, 90), Note(40, 72, 2, 90))
    image, layout = draw_roll(score, theme=theme), plan(score, None, tracks=score.tracks)
    colour = PALETTES[theme].note(90)
    for step in (8, 11):
        assert cell(image, layout, step, 60) == colour
    for step, pitch in ((7, 60), (12, 60), (9, 61), (9, 59)):
        assert distance(cell(image, layout, step, pitch), colour) > 100


def test_a_note_struck_again_is_told_from_one_held() -> None:
    held, struck = piece(Note(0, 60, 16, 90)), piece(Note(0, 60, 8, 90), Note(8, 60, 8, 90))
    layout = plan(held, None, tracks=held.tracks)
    x, y = layout.x(8) - 1, layout.y(60) + layout.row_height / 2
    colour = PALETTES[Theme.DARK].note(90)
    assert at(draw_roll(held), x, y) == colour
    assert distance(at(draw_roll(struck), x, y), colour) > 50


@themes
def test_a_louder_note_stands_out_more(theme: Theme) -> None:
    palette = PALETTES[theme]
    ratios = [contrast(palette.note(v), palette.white_lane) for v in (40, 64, 88, 112)]
    assert all(soft < loud for soft, loud in pairwise(ratios))


@themes
def test_every_note_is_told_from_the_lanes_whatever_its_chord(theme: Theme) -> None:
    palette = PALETTES[theme]
    for fifths in range(-3, 9):
        for velocity in (1, 64, 127):
            assert contrast(palette.note(velocity, fifths), palette.white_lane) > 2.5
            assert contrast(palette.note(velocity, fifths), palette.black_lane) > 2.5


def test_bars_are_as_long_as_the_piece_says() -> None:
    palette = PALETTES[Theme.DARK]
    waltz = replace(piece(Note(0, 60, 4, 90)), meter=Meter(3, 4), bars=4)
    image, layout = draw_roll(waltz), plan(waltz, None, tracks=waltz.tracks)
    lines = [image.getpixel((round(layout.x(step)), round(layout.top) + 3)) for step in range(48)]
    assert [step for step, colour in enumerate(lines) if colour == palette.bar_line] == [12, 24, 36]


def test_chords_colour_the_notes_that_begin_under_them() -> None:
    chords = (ChordSpan(0, 16, Chord(0)), ChordSpan(16, 48, Chord(9, "min")))
    score = piece(Note(4, 60, 2, 90), Note(20, 60, 2, 90), chords=chords)
    image, layout = draw_roll(score), plan(score, None, tracks=score.tracks)
    palette = PALETTES[Theme.DARK]
    assert cell(image, layout, 4, 60) == palette.note(90, 0)
    assert cell(image, layout, 20, 60) == palette.note(90, 3)


def test_chords_at_home_in_a_key_are_neighbours_in_colour() -> None:
    for tonic in range(12):
        key, relative = Key(tonic), Key((tonic + 9) % 12, Mode.MINOR)
        degrees = [Chord((tonic + step) % 12) for step in (0, 2, 4, 5, 7, 9, 11)]
        assert [fifths_from(key, chord) for chord in degrees] == [0, 2, 4, -1, 1, 3, 5]
        assert [fifths_from(relative, chord) for chord in degrees] == [0, 2, 4, -1, 1, 3, 5]


def test_keys_lie_in_the_rows_of_their_pitches() -> None:
    score = piece(Note(0, 60, 4, 90))
    image, layout = draw_roll(score), plan(score, None, tracks=score.tracks)
    palette = PALETTES[Theme.DARK]
    for pitch in layout.pitches:
        y = layout.y(pitch) + layout.row_height / 2
        black = pitch % 12 in {1, 3, 6, 8, 10}
        assert at(image, KEYBOARD / 4, y) == (palette.black_key if black else palette.white_key)


@pytest.mark.parametrize(
    ("width", "height"), [(400, 400), (130, 400), (900, 400), (1600, 400), (4000, 200)]
)
@pytest.mark.parametrize("low", [36, 21])
def test_a_drawing_keeps_its_proportions(width: int, height: int, low: int) -> None:
    options = DrawOptions.of(pitch_range=PitchRange(low=low, high=low + 47))
    canvas = lay([ring(width, height)], options)
    layout = plan(bare(canvas), canvas)
    (placement,) = canvas.placements
    shown = (layout.x(placement.stop) - layout.x(placement.start)) / (
        (placement.top - placement.bottom) * layout.row_height
    )
    # Cells are rounded to whole pixels: a little beyond the limits is allowed.
    assert 0.9 / MAX_NARROWING < shown / (width / height) < MAX_WIDENING * 1.01


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("aspect", [0.2, 1, 3, 12])
@pytest.mark.parametrize("rows", [12, 48, 88])
def test_the_whole_piece_lies_within_the_picture(count: int, aspect: float, rows: int) -> None:
    options = DrawOptions.of(pitch_range=PitchRange(low=21, high=20 + rows))
    canvas = lay([ring(round(200 * aspect), 200)] * count, options)
    layout = plan(bare(canvas), canvas, titled=True)
    assert layout.origin > KEYBOARD
    assert layout.end < SIZE[0]
    assert layout.top >= 0
    assert layout.y(canvas.pitches.high) >= layout.top
    assert layout.y(canvas.pitches.low - 1) <= layout.bottom
    assert layout.lowest >= 0
    assert layout.lowest + layout.rows <= 128


def test_a_narrow_piece_lies_in_the_middle_between_dimmed_lanes() -> None:
    canvas = lay([ring(100, 400)], DrawOptions.of())
    score = bare(canvas)
    image, layout = draw_roll(score, canvas), plan(score, canvas)
    assert abs((layout.origin - KEYBOARD) - (SIZE[0] - layout.end)) <= 2
    palette = PALETTES[Theme.DARK]
    y = layout.y(60) + layout.row_height / 2
    for x in (KEYBOARD + 20, layout.origin - 10, layout.end + 10, SIZE[0] - 10):
        assert at(image, x, y) == palette.white_outside


@themes
def test_the_outline_of_the_drawing_shows_but_fainter_than_notes(theme: Theme) -> None:
    canvas = lay([ring(400, 400)], DrawOptions.of())
    layout = plan(bare(canvas), canvas)
    image = draw_roll(bare(canvas), canvas, theme=theme)
    without = draw_roll(bare(canvas), replace(canvas, placements=()), theme=theme)
    outline = changed(image, without)
    box = outline[int(layout.top) : layout.bottom, layout.origin : layout.end]
    # It is the ring: ink at the middle of the sides, none in the middle and the corners.
    high, wide = box.shape
    left = np.flatnonzero(box[high // 2])
    assert left[0] < wide / 8
    assert left[-1] > wide * 7 / 8
    assert not box[high // 3 : 2 * high // 3, wide // 3 : 2 * wide // 3].any()
    y, x = layout.y(60) + layout.row_height / 2, layout.origin + int(left[2])
    lane, ghost = at(without, x, y), at(image, x, y)
    softest = PALETTES[theme].note(40)
    assert 1.1 < contrast(ghost, lane) < contrast(softest, lane)


def test_accompaniment_is_hidden_unless_asked_for_and_then_subdued() -> None:
    solo = piece(Note(0, 60, 8, 90))
    backed = replace(solo, tracks=(*solo.tracks, Track("bass", 33, (Note(32, 55, 8, 90),))))
    assert draw_roll(backed).tobytes() == draw_roll(solo).tobytes()
    image = draw_roll(backed, accompaniment=True)
    layout = plan(backed, None, tracks=backed.tracks)
    palette = PALETTES[Theme.DARK]
    assert cell(image, layout, 34, 55) == palette.backing
    assert cell(image, layout, 2, 60) == palette.note(90)
    assert contrast(palette.backing, palette.white_lane) < contrast(
        palette.note(40), palette.white_lane
    )


def test_all_players_of_the_drawing_are_bright() -> None:
    first, second = Note(0, 60, 8, 90), Note(32, 55, 8, 90)
    solo = piece(first)
    shared = replace(solo, tracks=(Track("drawing", 0, (first,)), Track("drawing", 46, (second,))))
    image, layout = draw_roll(shared), plan(shared, None, tracks=[shared.drawing])
    for note in (first, second):
        assert cell(image, layout, note.onset + 2, note.pitch) == PALETTES[Theme.DARK].note(90)


def test_drums_have_a_strip_of_their_own() -> None:
    solo = piece(Note(0, 60, 8, 90))
    kick = Track("drums", 0, (Note(8, 36, 1, 90),), drums=True)
    image = draw_roll(replace(solo, tracks=(*solo.tracks, kick)), accompaniment=True)
    layout = plan(solo, None, tracks=solo.tracks, strip=DRUMS)
    x = layout.x(8) + layout.step_width / 4
    palette = PALETTES[Theme.DARK]
    assert at(image, x, layout.bottom + DRUMS - 8) == palette.backing
    assert at(image, x, layout.bottom + 8) == palette.ruler
    assert cell(image, layout, 2, 60) == palette.note(90)


@themes
def test_every_text_can_be_read_on_its_background(theme: Theme) -> None:
    palette = PALETTES[theme]
    for text, ground in (
        (palette.text, palette.window),
        (palette.text, palette.ruler),
        (palette.quiet_text, palette.ruler),
        (palette.accent, palette.window),
        (palette.key_text, palette.white_key),
    ):
        assert contrast(text, ground) >= 4.5


def test_the_facts_stand_below_the_roll() -> None:
    score = piece(Note(0, 60, 8, 90))
    layout = plan(score, None, tracks=score.tracks)
    first = draw_roll(score, match="match 96 %")
    for other, side in (
        (draw_roll(score, match="match 12 %"), slice(SIZE[0] // 2, None)),
        (draw_roll(replace(score, tempo=140), match="match 96 %"), slice(0, SIZE[0] // 2)),
        (draw_roll(replace(score, key=Key(3)), match="match 96 %"), slice(0, SIZE[0] // 2)),
    ):
        difference = changed(first, other)
        assert difference[layout.bottom :, side].any()
        difference[layout.bottom :, side] = False
        assert not difference.any()


def test_a_title_stands_above_the_roll_and_stays_within_the_picture() -> None:
    score = piece(Note(0, 60, 8, 90))
    layout = plan(score, None, titled=True, tracks=score.tracks)
    one, other = draw_roll(score, title="Cat " * 200), draw_roll(score, title="Dog " * 200)
    difference = changed(one, other)
    assert difference.any()
    assert not difference[int(layout.top) :].any()
    assert not difference[:, SIZE[0] - 20 :].any()


def test_a_title_without_a_glyph_is_no_title() -> None:
    score = piece(Note(0, 60, 8, 90))
    assert draw_roll(score, title="Кот \n♥").tobytes() == draw_roll(score).tobytes()
    assert draw_roll(score, title="Café").tobytes() == draw_roll(score, title="Cafe").tobytes()


def test_a_repeated_chord_is_named_once() -> None:
    twice = (ChordSpan(0, 16, Chord(0)), ChordSpan(16, 16, Chord(0)))
    once = (ChordSpan(0, 32, Chord(0)),)
    assert draw_roll(piece(chords=twice)).tobytes() == draw_roll(piece(chords=once)).tobytes()


def test_chord_names_leave_room_for_one_another_in_a_long_piece() -> None:
    roots = (0, 7, 9, 5)
    chords = tuple(ChordSpan(16 * n, 16, Chord(roots[n % 4], "min7")) for n in range(64))
    score = piece(bars=64, chords=chords)
    layout = plan(score, None)
    image = np.asarray(draw_roll(score))
    palette = PALETTES[Theme.DARK]
    band = image[int(layout.top) - 46 : int(layout.top) - 8, layout.origin :]
    written = (band != palette.ruler).any(axis=2) & (band != palette.bar_line).any(axis=2)
    edges = np.flatnonzero(np.diff(written.any(axis=0), prepend=False, append=False))
    gaps = edges[2::2] - edges[1:-1:2]
    # Between two names lie more free pixels than between the letters of one.
    assert (gaps >= 6).sum() >= 8


@pytest.mark.parametrize("bars", [1, 3, 32, 200])
@pytest.mark.parametrize("accompaniment", [False, True])
def test_pieces_of_any_length_can_be_drawn(bars: int, accompaniment: bool) -> None:
    steps = 16 * bars
    notes = tuple(Note(step, step * 7 % 128, 3, 1 + step % 127) for step in range(0, steps, 3))
    score = Score((Track(DRAWING, 0, notes), Track("bass", 33, notes)), bars, 61.4, Key(6))
    assert draw_roll(score, accompaniment=accompaniment).size == SIZE


def test_a_score_without_tracks_is_an_empty_roll() -> None:
    score = replace(piece(), tracks=())
    assert draw_roll(score).tobytes() == draw_roll(piece()).tobytes()


def test_what_lies_outside_of_the_piece_is_left_out() -> None:
    canvas = lay([ring(400, 400)], DrawOptions.of())
    score = bare(canvas)
    stray = Track(DRAWING, 0, (Note(score.steps, 60, 4, 90), Note(0, 127, 4, 90)))
    plain = draw_roll(score, canvas)
    assert draw_roll(replace(score, tracks=(stray,)), canvas).tobytes() == plain.tobytes()


@settings(max_examples=25, deadline=None)
@given(scores(), st.sampled_from(Theme), st.text(max_size=30), st.booleans())
def test_any_score_gives_the_same_picture_twice(
    score: Score, theme: Theme, text: str, accompaniment: bool
) -> None:
    first, second = (
        draw_roll(score, match=text, theme=theme, title=text, accompaniment=accompaniment)
        for _ in range(2)
    )
    assert first.mode == "RGB"
    assert first.size == (1280, 720)
    assert first.tobytes() == second.tobytes()
