"""How close a score is to its drawing, and later to real music."""

from mididraw.measure.match import Match, match

__all__ = ["Match", "match"]
