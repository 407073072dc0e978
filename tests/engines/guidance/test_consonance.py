"""What sounds together: a few notes at a time, and no semitones."""

import numpy as np
import pytest

from mididraw.arrays import Floats
from mididraw.engines.guidance.consonance import MOST_AT_ONCE, NEVER, Consonance
from mididraw.engines.guidance.notes import Notes

FIRST = np.array([0])


class Played:
    """Tells of the notes that a test plays."""

    completed: Notes | None = None


def play(consonance: Consonance, played: Played, *keys: int, slot: int = 0, end: int = 8) -> None:
    for key in keys:
        slots = np.array([slot])
        played.completed = Notes(
            slots, np.array([key]), np.array([2]), np.array([end - 2]), slots > 0
        )
        consonance.observe(slots, slots)
    played.completed = None
    consonance.observe(FIRST, FIRST)


def consonance_of(slots: int = 2) -> tuple[Consonance, Played]:
    played = Played()
    return Consonance(played, slots), played


def cost(consonance: Consonance, slot: int = 0, step: int = 4) -> Floats:
    found: Floats = consonance.cost(np.array([slot]), np.array([step]))[0]
    return found


@pytest.mark.parametrize(
    ("semitones", "nats"),
    [(0, 4), (1, NEVER), (2, 4), (3, 0), (4, 0), (5, 0), (6, 1), (7, 0), (11, 3), (12, 0), (13, 3)],
)
def test_a_note_costs_what_its_interval_does_above_and_below(semitones: int, nats: float) -> None:
    consonance, played = consonance_of()
    play(consonance, played, 40)
    found = cost(consonance)
    assert found[40 + semitones] == found[40 - semitones] == nats
    assert not cost(consonance, slot=1).any(), "the other sequence plays nothing"


def test_costs_add_up_and_end_with_the_notes() -> None:
    consonance, played = consonance_of()
    play(consonance, played, 40, end=8)
    play(consonance, played, 44, end=6)
    assert cost(consonance, step=5)[42] == 8
    assert cost(consonance, step=6)[42] == 4
    assert cost(consonance, step=7)[42] == 4
    assert not cost(consonance, step=8).any()
    play(consonance, played, 40, end=5)
    assert cost(consonance, step=7)[42] == 4, "a shorter note on a key ends no longer one"
    consonance.begin(FIRST)
    assert not cost(consonance).any()


def test_six_notes_sound_at_once_and_no_seventh() -> None:
    assert MOST_AT_ONCE == 6
    consonance, played = consonance_of()
    for count, key in enumerate(range(0, 84, 14)):
        found, room = cost(consonance), consonance.has_room(FIRST, np.array([[4, 8]]))
        assert found.max() < 2 * NEVER if count else not found.any()
        assert found[87] == 0
        assert room.tolist() == [[True, True]]
        play(consonance, played, key)
    assert cost(consonance).min() >= NEVER
    assert consonance.has_room(FIRST, np.array([[4, 8]])).tolist() == [[False, True]]
    assert not cost(consonance, step=8).any()


def test_a_copy_has_what_sounds_and_goes_on_alone() -> None:
    consonance, played = consonance_of()
    play(consonance, played, 40)
    play(consonance, played, 70, slot=1)
    consonance.fork(FIRST, np.array([1]))
    assert np.array_equal(cost(consonance), cost(consonance, slot=1))
    assert cost(consonance, slot=1)[70] == 0
    assert cost(consonance, slot=1)[41] == NEVER
    play(consonance, played, 60, slot=1)
    assert cost(consonance)[61] == 0
    assert cost(consonance, slot=1)[61] == NEVER
