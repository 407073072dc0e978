"""How finely a piece's rhythm divides the beat, as the songs of its style do."""

from collections.abc import Iterable
from enum import StrEnum

from mididraw.harmony.styles import Style, songs_of


class Feel(StrEnum):
    """How much of a rhythm lies between the eighths."""

    EIGHTHS = "eighths"
    """Next to nothing: at most a twentieth of the onsets."""
    MIXED = "mixed"
    """Up to a fifth of the onsets."""
    SIXTEENTHS = "sixteenths"
    """More than that."""


_MOST = {0.05: Feel.EIGHTHS, 0.2: Feel.MIXED}
"""The share of onsets between the eighths that a feel has at most."""
_SHARES: dict[Style, tuple[float, float, float]] = {
    Style.POP: (0.55, 0.31, 0.14),
    Style.BALLAD: (0.03, 0.29, 0.68),
    Style.UPBEAT: (0.69, 0.26, 0.05),
    Style.MELANCHOLY: (0.15, 0.33, 0.52),
}
"""Counted over up to four excerpts of eight bars of 364 songs of POP909, whose numbers end in 2, 4,
6 or 8: the slower a song, the finer it divides the beat."""


def feel_of(onsets: Iterable[int]) -> Feel:
    """The feel of a rhythm.

    Args:
        onsets: of its notes, in steps from a bar's line.
    """
    between = [onset % 2 for onset in onsets]
    share = sum(between) / max(len(between), 1)
    return next((feel for most, feel in _MOST.items() if share <= most), Feel.SIXTEENTHS)


def feel_shares(style: Style) -> dict[Feel, float]:
    """What share of the style's songs has each feel; they add up to 1."""
    return dict(zip(Feel, _SHARES[songs_of(style)], strict=True))
