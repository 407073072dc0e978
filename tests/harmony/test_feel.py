"""How finely a rhythm divides the beat."""

from collections import Counter
from pathlib import Path

import pytest

from mididraw.corpora.songs import pop_songs
from mididraw.evaluation.references.excerpts import excerpts
from mididraw.harmony import STYLE_TEMPOS, Style
from mididraw.harmony.feel import Feel, feel_of, feel_shares


@pytest.mark.parametrize(
    ("between", "feel"),
    [
        (0, Feel.EIGHTHS),
        (5, Feel.EIGHTHS),
        (6, Feel.MIXED),
        (20, Feel.MIXED),
        (21, Feel.SIXTEENTHS),
    ],
)
def test_a_feel_is_the_share_between_the_eighths(between: int, feel: Feel) -> None:
    assert feel_of([1] * between + [2] * (100 - between)) is feel


def test_silence_feels_like_eighths() -> None:
    assert feel_of([]) is Feel.EIGHTHS


@pytest.mark.parametrize("style", Style)
def test_the_shares_of_a_style_add_up(style: Style) -> None:
    assert sum(feel_shares(style).values()) == pytest.approx(1)


def test_songs_that_were_not_counted_have_these_feels(shared: Path) -> None:
    """The songs whose numbers end in 9, of each style some hundred excerpts."""
    parts = excerpts(pop_songs(shared / "data" / "pop909.tar.gz"), 8)
    for style, (slowest, fastest) in STYLE_TEMPOS.items():
        found = Counter(
            feel_of(note.onset for track in part.tracks for note in track.notes)
            for part in parts
            if slowest <= part.tempo < fastest
        )
        for feel, share in feel_shares(style).items():
            assert found[feel] / found.total() == pytest.approx(share, abs=0.2)
