"""Collections as token sequences."""

import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.corpora.dataset import HEADER, TokenPiece, own, shipped, transposed, windows
from mididraw.errors import MidiError
from mididraw.models.pocket.tokens import decode, encode
from mididraw.render.midi import write_midi
from mididraw.score import Score
from tests.corpora.tunes import tune


def _tokens(score: Score) -> np.ndarray:
    return np.array(encode(score), np.uint16)


@given(st.integers(-6, 6), st.integers(0, 11))
def test_a_tune_transposed_is_the_tune_in_another_key(semitones: int, tonic: int) -> None:
    moved = decode(transposed(_tokens(tune(2, tonic)), semitones).tolist())
    plain = decode(_tokens(tune(2, tonic)).tolist())
    assert moved.key.tonic == (plain.key.tonic + semitones) % 12
    for track, other in zip(moved.tracks, plain.tracks, strict=True):
        assert [n.pitch - semitones for n in track.notes] == [n.pitch for n in other.notes]
    assert [s.chord.root for s in moved.chords] == [
        (s.chord.root + semitones) % 12 for s in plain.chords
    ]


@given(st.integers(16, 400))
def test_windows_hold_every_bar_once(context: int) -> None:
    piece = TokenPiece("own/0", _tokens(tune(12)))
    found = list(windows([piece], context))
    assert all(len(window) <= context + 1 for window in found)
    assert np.array_equal(
        np.concatenate([window[HEADER:] for window in found]), piece.tokens[HEADER:]
    )


def test_a_hosts_own_files_are_parted(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.mid").write_bytes(write_midi(tune(6, number)))
    dataset = own(tmp_path)
    assert (len(dataset.train), len(dataset.validation)) == (11, 1)
    for number in range(2, 12):
        (tmp_path / f"{number:02}.mid").unlink()
    few = own(tmp_path)
    assert (len(few.train), len(few.validation)) == (1, 1)


def test_the_validation_songs_are_never_learned(shared: Path, tmp_path: Path) -> None:
    small = tmp_path / "data"
    small.mkdir()
    wanted = ("001", "002", "009", "011", "019", "039", "041")
    with (
        tarfile.open(shared / "data" / "pop909.tar.gz") as whole,
        tarfile.open(small / "pop909.tar.gz", "w:gz") as part,
    ):
        for member in whole:
            if member.isfile() and Path(member.name).parent.name in wanted:
                part.addfile(member, whole.extractfile(member))
    told: list[str] = []
    dataset = shipped(small, tmp_path, told.append)
    assert told == ["pop909"]
    numbers = [{p.name.split("/")[1] for p in part} for part in (dataset.train, dataset.validation)]
    assert numbers == [{"001", "002", "011", "041"}, {"009", "019", "039"}]
    again = shipped(small, tmp_path, told.append)
    assert told == ["pop909"]
    assert [p.name for p in again.train] == [p.name for p in dataset.train]


def test_without_pop909_there_is_nothing_to_ship(tmp_path: Path) -> None:
    with pytest.raises(MidiError, match="pop909"):
        shipped(tmp_path, tmp_path, lambda _: None)
