"""What an evaluator makes of a piece before it is measured."""

from hypothesis import given

from mididraw.evaluation.evaluator import top_voice_leads
from mididraw.harmony import Key
from mididraw.models.pocket.tokens import BACKING, LEAD, encode
from mididraw.score import DRAWING, Note, Score, Track
from tests.strategies.scores import scores


def two_players(*notes: Note, others: tuple[Note, ...] = ()) -> Score:
    tracks = (Track(DRAWING, 0, notes), Track("bass", 33, others))
    return Score(tracks, bars=1, tempo=100, key=Key(0))


def pitches(score: Score, name: str) -> list[int]:
    (track,) = (track for track in score.tracks if track.name == name)
    return [note.pitch for note in track.notes]


def test_a_bass_below_a_held_melody_is_no_lead() -> None:
    found = top_voice_leads(
        two_players(Note(0, 72, 8, 80), Note(8, 74, 4, 80), others=(Note(4, 36, 4, 50),))
    )
    assert pitches(found, LEAD) == [72, 74]
    assert pitches(found, BACKING) == [36]


def test_a_bass_that_is_alone_leads() -> None:
    found = top_voice_leads(two_players(Note(0, 72, 4, 80), others=(Note(8, 36, 4, 50),)))
    assert pitches(found, LEAD) == [72, 36]


def test_a_key_that_two_players_strike_is_struck_once() -> None:
    found = top_voice_leads(two_players(Note(0, 72, 4, 80), others=(Note(0, 72, 8, 60),)))
    assert pitches(found, LEAD) == [72]
    assert pitches(found, BACKING) == []
    assert found.tracks[0].notes[0].duration == 8


@given(scores())
def test_every_key_that_is_struck_is_kept(score: Score) -> None:
    found = top_voice_leads(score)
    struck = {
        (note.onset, note.pitch)
        for track in score.tracks
        for note in track.notes
        if not track.drums and note.onset < score.steps
    }
    kept = [(note.onset, note.pitch) for track in found.tracks for note in track.notes]
    assert sorted(kept) == sorted(struck)
    assert encode(found)
