"""Sequences and the batches drawn from them."""

import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.errors import MidiError
from mididraw.models.pocket import vocabulary as v
from mididraw.models.pocket.tokens import decode, encode
from mididraw.render.midi import write_midi
from mididraw.score import Score
from mididraw.training.dataset import (
    HEADER,
    TokenPiece,
    augmented,
    batches,
    own,
    shipped,
    transposed,
    windows,
)
from tests.strategies.pieces import pieces
from tests.training.tunes import tune


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


@given(pieces(), st.integers(0, 2**32 - 1))
def test_an_augmented_piece_is_the_same_music(score: Score, seed: int) -> None:
    before = decode(encode(score))
    after = decode(augmented(_tokens(score), np.random.default_rng(seed)).tolist())
    for one, other in zip(before.tracks, after.tracks, strict=True):
        assert len(one.notes) == len(other.notes)
        assert len({b.pitch - a.pitch for a, b in zip(one.notes, other.notes, strict=True)}) <= 1
        for a, b in zip(one.notes, other.notes, strict=True):
            assert (a.onset, a.duration) == (b.onset, b.duration)
            assert abs(a.velocity - b.velocity) <= 16


def test_excerpts_begin_at_bars_with_the_header() -> None:
    piece = TokenPiece("own/0", _tokens(tune(20)))
    batch = next(batches((piece,), 100, 64, np.random.default_rng(0)))
    assert batch.shape == (64, 101)
    assert (batch[:, 0] == v.START).all()
    assert len({tuple(row) for row in batch.tolist()}) > 32
    planned, plain = [], []
    for row in batch.tolist():
        lines = [place for place, token in enumerate(row) if token in v.BARS]
        ahead = row[HEADER : lines[0]]
        played = [row[line + 1] for line in lines[:-1]]
        assert ahead[: len(played)] in ([], played)
        planned.append(bool(ahead))
        plain.append(all(row[line] == v.BAR for line in lines))
        assert plain[-1] or not any(row[line] == v.BAR for line in lines)
    assert 0.3 < np.mean(planned) < 0.7
    assert 0.1 < np.mean(plain) < 0.45


def test_endings_are_learned_too() -> None:
    piece = TokenPiece("own/0", _tokens(tune(20)))
    drawn = [next(batches((piece,), 100, 64, np.random.default_rng(n))) for n in range(4)]
    assert any(v.END in row for batch in drawn for row in batch)
    assert all((row != v.PAD).sum() > 60 for batch in drawn for row in batch)


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
