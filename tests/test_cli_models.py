"""The commands that need a model."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mididraw.models.prompts import PROMPTS
from mididraw.models.source import Source
from mididraw.render.midi import load_midi, read_midi, write_midi
from tests.corpora.tunes import tune
from tests.test_cli import refusal, run_here


def compose_json(*arguments: object) -> dict[str, Any]:
    done = run_here("compose", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_compose_writes_music_from_our_own_weights(tmp_path: Path) -> None:
    report = compose_json("--bars", 4, "--seed", 1, "-o", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"pop-1.mid", "pop-1.mp3", "pop-1.png"}
    prompt = PROMPTS[Source.POP]
    assert report["bars"] == prompt.bars + 4
    score = read_midi(load_midi(Path(report["files"]["mid"])))
    notes = [note for track in score.tracks for note in track.notes]
    assert len(notes) == report["notes"] > 20
    own = [note for note in notes if note.onset >= prompt.steps]
    assert len({note.pitch for note in own}) > 5
    assert sum(note.pitch % 12 in score.key.scale for note in own) > 0.7 * len(own)
    again = compose_json("--bars", 4, "--seed", 1, "-o", tmp_path / "again")
    assert Path(again["files"]["mid"]).read_bytes() == Path(report["files"]["mid"]).read_bytes()


def test_compose_goes_on_from_a_midi_file(tmp_path: Path) -> None:
    own = tmp_path / "mine.mid"
    own.write_bytes(write_midi(PROMPTS[Source.FOLK]))
    report = compose_json("--prompt", own, "--bars", 1, "--seed", 3, "-o", tmp_path / "out")
    assert report["key"] == PROMPTS[Source.FOLK].key.name
    assert report["bars"] == PROMPTS[Source.FOLK].bars + 1


def test_compose_takes_little_memory(tmp_path: Path) -> None:
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
        "stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "mididraw", "compose", "--bars", "8", "-o", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) / 1024 < 700


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--bars", "0"), "1 to 64"),
        (("--prompt", "polka"), "no prompt"),
        (("--model", "tiny"), "no model"),
        (("--model", "giant-medium=none.pth"), "no file"),
        (("--model", "none.safetensors"), "cannot be read"),
        (("--temperature", "-1"), "Temperature"),
        (("--top-p", "0"), "Top-p"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in refusal("compose", *arguments, "-o", tmp_path)
    assert not list(tmp_path.iterdir())


def test_train_fine_tunes_our_weights_and_compose_plays_them(tmp_path: Path) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    for tonic in range(2):
        (songs / f"{tonic}.mid").write_bytes(write_midi(tune(tonic=tonic)))
    mine = tmp_path / "mine"
    done = run_here("train", "--data", songs, "--from", "pocket", "--steps", 1, "-o", mine)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in mine.iterdir()} >= {"checkpoint.pt", "curve.png"}
    weights = mine / "weights.safetensors"
    report = compose_json("--model", weights, "--bars", 1, "--seed", 1, "-o", tmp_path / "out")
    assert report["notes"] > 0


def test_train_without_music_says_so(tmp_path: Path) -> None:
    assert "MIDI" in refusal("train", "--data", tmp_path, "-o", tmp_path / "out")


def test_bench_decode_reports_a_model_that_is_not_there() -> None:
    assert "no shape" in refusal("bench", "decode", "--model", "tiny")
