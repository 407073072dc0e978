"""A piece is planned by its ink, its style's songs and chance."""

from collections import Counter

import numpy as np
import pytest

from mididraw.canvas import Canvas
from mididraw.engines.plan import choose_contrast, choose_feel, choose_tempo, plan_piece
from mididraw.harmony import Style
from mididraw.harmony.feel import Feel
from mididraw.harmony.progressions import style_tempos
from mididraw.options import DrawOptions
from tests.strategies.canvases import canvas_of

BARS, SEEDS = 4, 300


def level() -> Canvas:
    ink = np.zeros((48, 16 * BARS), np.bool_)
    ink[20] = True
    return canvas_of(ink)


def steep() -> Canvas:
    ink = np.zeros((48, 16 * BARS), np.bool_)
    steps = np.arange(16 * BARS)
    ink[steps % 48, steps] = True
    return canvas_of(ink)


def test_a_level_line_is_held_and_a_steep_one_struck() -> None:
    held, struck = (plan_piece(one, DrawOptions(), 1).onsets for one in (level(), steep()))
    assert held == (4, *held[1:])
    assert max(held) == 4
    assert struck == (8,) * BARS


def test_a_blank_bar_asks_for_nothing() -> None:
    ink = level().ink.copy()
    ink[:, :16] = False
    assert plan_piece(canvas_of(ink), DrawOptions(), 1).onsets[0] == 0


@pytest.mark.parametrize("style", [Style.BALLAD, Style.UPBEAT])
def test_pieces_feel_like_the_styles_songs(style: Style) -> None:
    options = DrawOptions(style=style)
    found = Counter(choose_feel(options, seed) for seed in range(SEEDS))
    usual = Feel.SIXTEENTHS if style is Style.BALLAD else Feel.EIGHTHS
    # 68 and 69 of a hundred songs; a share so far away has a chance of less than 1 in 10,000.
    assert 0.58 < found[usual] / SEEDS < 0.79
    assert set(found) == set(Feel)


def test_a_seed_has_one_feel_and_one_tempo() -> None:
    for seed in range(5):
        plan = plan_piece(level(), DrawOptions(), seed)
        assert plan.feel == choose_feel(DrawOptions(), seed)
        assert plan_piece(level(), DrawOptions(), seed) == plan
        assert choose_tempo(DrawOptions(), seed) == choose_tempo(DrawOptions(), seed)


def test_some_pieces_are_even_and_others_have_light_and_shade() -> None:
    found = [choose_contrast(seed) for seed in range(SEEDS)]
    assert found == [choose_contrast(seed) for seed in range(SEEDS)]
    assert 0 < min(found) < 0.4 < 1 < max(found)


@pytest.mark.parametrize("style", Style)
def test_tempos_are_those_of_the_styles_songs(style: Style) -> None:
    options = DrawOptions(style=style)
    found = {choose_tempo(options, seed) for seed in range(SEEDS)}
    assert found == set(style_tempos(style))
    assert choose_tempo(DrawOptions(style=style, tempo=133), 1) == 133
