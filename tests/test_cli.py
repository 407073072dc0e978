"""The command line, as a process where that makes a difference."""

import io
import json
import os
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import av
import pytest
import typer
from PIL import Image

from mididraw.cli import commands
from mididraw.draw import Stage
from mididraw.options import DrawOptions
from mididraw.render.midi import read_midi
from mididraw.score import DRAWING
from tests.conftest import EXAMPLES


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mididraw", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def run_here(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has imported everything already."""
    words = [str(argument) for argument in arguments]
    with (
        patch.dict(os.environ, environment),
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        status = commands.run(words)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def draw_json(*arguments: object) -> dict[str, Any]:
    return reported(run_here("draw", *arguments, "--json"))


def reported(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def refusal(*arguments: object, **environment: str) -> str:
    """Run what must be refused; returns the one sentence."""
    done = run_here(*arguments, **environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    return done.stderr


def test_a_refusal_ends_the_process_with_its_status() -> None:
    done = run("draw", "none.png")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("mididraw: none.png")
    assert done.stderr.count("\n") == 1


def test_draw_writes_three_files_named_for_the_picture(tmp_path: Path, example: Path) -> None:
    report = draw_json(example, "-o", tmp_path, "--bars", 4)
    assert {path.name for path in tmp_path.iterdir()} == {"cat.mid", "cat.mp3", "cat.png"}
    assert report["files"] == {
        ending: str(tmp_path / f"cat.{ending}") for ending in ("mid", "mp3", "png")
    }
    assert set(report["seconds"]) == {stage.value for stage in Stage} - {"video"}
    assert set(report["match"]) == {
        "coverage",
        "precision",
        "f1",
        "lines",
        "parts",
        "likeness",
    }
    assert report["match"]["f1"] > 0.8
    assert report["chords"]
    assert set(report["options"]) | {"seed"} == set(DrawOptions.model_fields)


def test_libraries_that_talk_under_ci_do_not_spoil_the_report(
    tmp_path: Path, example: Path
) -> None:
    done = run("draw", example, "-o", tmp_path, "--bars", 2, "--json", CI="true")
    assert reported(done)["bars"] == 2


def test_a_video_is_written_where_one_is_asked_for(tmp_path: Path, example: Path) -> None:
    report = draw_json(example, "-o", tmp_path, "--engine", "chords", "--bars", 1, "--video")
    assert report["options"]["video"] == "wide"
    assert report["seconds"]["video"] > 0
    assert b"ftyp" in (tmp_path / "cat.mp4").read_bytes()[:12]
    target = tmp_path / "tall.mp4"
    done = run_here("convert", tmp_path / "cat.mid", target, "--video-shape", "tall")
    assert done.returncode == 0, done.stderr
    with av.open(str(target)) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (1080, 1920)


def test_without_json_the_files_and_the_match_are_printed(tmp_path: Path, example: Path) -> None:
    done = run_here("draw", example, "-o", tmp_path, "--bars", 2)
    assert done.returncode == 0
    for text in (str(tmp_path / "cat.mp3"), "bpm", "F1", "seed"):
        assert text in done.stdout


def test_every_option_reaches_the_music(tmp_path: Path, example: Path) -> None:
    report = draw_json(
        *(example, "-o", tmp_path, "--engine", "chords", "--bars", 5, "--tempo", 133),
        *("--key", "f# minor", "--style", "ballad", "--instrument", "vibrafone"),
        *("--pitch-range", "C3-C6", "--accompaniment", "--outline", "--invert", "--seed", 7),
        *("--theme", "light", "--arrangement", "solo"),
    )
    assert report["seed"] == 7
    assert report["options"] == {
        "engine": "chords",
        "bars": 5,
        "tempo": 133,
        "key": "F# minor",
        "style": "ballad",
        "instrument": "Vibraphone",
        "pitch_range": "C3-C6",
        "accompaniment": True,
        "arrangement": "solo",
        "shape": "outline",
        "strength": 50,
        "candidates": 8,
        "temperature": 1.0,
        "top_p": 0.97,
        "invert": True,
        "theme": "light",
        "video": "none",
        "takes": 1,
        "morph": False,
    }
    score = read_midi((tmp_path / "cat.mid").read_bytes())
    assert score.tempo == pytest.approx(133, abs=0.01)
    assert score.key.name == "F# minor"
    assert [track.name for track in score.tracks] == [DRAWING, "bass", "chords"]
    assert score.drawing.program == 11
    assert all(48 <= note.pitch <= 84 for note in score.drawing.notes)


def test_the_models_options_reach_the_music(tmp_path: Path, example: Path) -> None:
    report = draw_json(
        *(example, "-o", tmp_path, "--bars", 2, "--seed", 7, "--strength", 70),
        *("--candidates", 3, "--temperature", 0.9, "--top-p", 0.8),
    )
    given = {"strength": 70, "candidates": 3, "temperature": 0.9, "top_p": 0.8}
    assert given.items() <= report["options"].items()
    other = draw_json(example, "-o", tmp_path / "other", "--bars", 2, "--seed", 7)
    assert other["notes"] != report["notes"] or other["match"] != report["match"]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, example: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        draw_json(example, "-o", folder, "--seed", 3, "--bars", 2, "--accompaniment")
    assert (first / "cat.mid").read_bytes() == (second / "cat.mid").read_bytes()
    draw_json(example, "-o", second, "--seed", 4, "--bars", 2, "--accompaniment")
    assert (first / "cat.mid").read_bytes() != (second / "cat.mid").read_bytes()


def test_several_pictures_become_one_piece(tmp_path: Path) -> None:
    report = draw_json(
        EXAMPLES / "cat.png", EXAMPLES / "fish.png", "-o", tmp_path, "--bars", 4, "--candidates", 2
    )
    assert report["bars"] == 8
    assert Path(report["files"]["mid"]).name == "cat+1.mid"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.png",), "none.png"),
        (("{text}",), "picture"),
        (("{blank}",), "drawn"),
        (("{cat}", "--bars", "99"), "bars"),
        (("{cat}", "--key", "H"), "key"),
        (("{cat}", "--instrument", "kazoo of doom"), "instrument"),
        (("{cat}", "--pitch-range", "C4"), "pitch range"),
        (("{cat}", "--pitch-range", "C6-C2"), "upside down"),
        (("{cat}", "--engine", "naive", "--accompaniment"), "no accompaniment"),
        (("{cat}", "--engine", "naive", "--soundfont", "none.sf2"), "SoundFont"),
        (("{cat}", "--engine", "naive", "--soundfont", "{cat}"), "SoundFont"),
        (("{cat}", "--engine", "naive", "-o", "{text}" + 300 * "x"), "cannot be written"),
        (("{cat}", "--engine", "magic"), "magic"),
        (("{cat}", "--tempo", "fast"), "tempo"),
        (("{cat}", "--engine", "naive", "-o", "{text}/below"), "cannot be written"),
        ((), "pictures"),
        (("{cat}", "--strenght", "3"), "--strenght"),
    ],
)
def test_bad_input_ends_with_2_and_says_why(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    text, blank = tmp_path / "text.png", tmp_path / "blank.png"
    text.write_text("no picture")
    Image.new("L", (100, 100), 255).save(blank)
    names = {"text": text, "blank": blank, "cat": EXAMPLES / "cat.png"}
    out = () if "-o" in arguments else ("-o", tmp_path / "out")
    assert said in refusal("draw", *(word.format(**names) for word in arguments), *out)


def test_a_picture_may_come_through_a_pipe(tmp_path: Path, example: Path) -> None:
    pipe = tmp_path / "cat.png"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(example.read_bytes(),), daemon=True)
    writer.start()
    assert draw_json(pipe, "-o", tmp_path / "out", "--bars", 4)["match"]["f1"] > 0.8
    writer.join()


def test_long_names_are_shortened(tmp_path: Path, example: Path) -> None:
    long = tmp_path / f"{'画' * 83}.png"
    long.write_bytes(example.read_bytes())
    report = draw_json(long, example, "-o", tmp_path / "out", "--engine", "chords")
    assert all(Path(path).is_file() for path in report["files"].values())


def test_a_name_that_cannot_be_printed_costs_nothing(tmp_path: Path, example: Path) -> None:
    named = tmp_path / "画.png"
    named.write_bytes(example.read_bytes())
    done = run(
        *("draw", named, "-o", tmp_path / "out", "--engine", "chords"), PYTHONIOENCODING="latin-1"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "画.mp3").is_file()


def test_nothing_is_written_where_a_folder_bears_a_files_name(
    tmp_path: Path, example: Path
) -> None:
    (tmp_path / "cat.mp3").mkdir()
    assert "folder" in refusal("draw", example, "-o", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"cat.mp3"}


def test_a_misspelt_setting_is_named(example: Path, tmp_path: Path) -> None:
    said = refusal("draw", example, "-o", tmp_path, MIDIDRAW_SOUNDFNOT="x")
    assert "MIDIDRAW_SOUNDFNOT" in said


def test_the_drawing_is_never_overwritten(tmp_path: Path, example: Path) -> None:
    mine = tmp_path / "mine.png"
    mine.write_bytes(example.read_bytes())
    assert "overwritten" in refusal("draw", mine, "-o", tmp_path)
    assert "overwritten" in refusal("convert", mine, mine)
    assert mine.read_bytes() == example.read_bytes()


def test_picture_to_midi_to_cells_to_midi_is_exact(tmp_path: Path, example: Path) -> None:
    first, cells, again = (tmp_path / name for name in ("a.mid", "cells.png", "b.mid"))
    for arguments in ((example, first), (first, cells, "--plain"), (cells, again)):
        assert run_here("convert", *arguments).returncode == 0
    one, two = read_midi(first.read_bytes()), read_midi(again.read_bytes())
    assert one.drawing.notes == two.drawing.notes
    assert (one.tempo, one.key) == (two.tempo, two.key)


def test_midi_becomes_sound_and_a_piano_roll(tmp_path: Path, example: Path) -> None:
    midi, mp3, png = (tmp_path / name for name in ("a.mid", "a.mp3", "a.png"))
    for arguments in ((example, midi), (midi, mp3), (midi, png)):
        assert run_here("convert", *arguments).returncode == 0
    assert mp3.stat().st_size > 10_000
    small = tmp_path / "small.mp3"
    assert run_here("convert", midi, small, MIDIDRAW_MP3_BITRATE="64").returncode == 0
    assert small.stat().st_size < 0.5 * mp3.stat().st_size
    with Image.open(png) as image:
        assert image.size == (1280, 720)


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("cat.png", "a.mp3", ".mid"),
        ("song.mid", "a.wav", ".mp3, .mp4 or .png"),
        ("song.mid", "a.png", "MIDI"),
        ("none.mid", "a.png", "none.mid"),
    ],
)
def test_what_cannot_be_converted_is_refused(
    tmp_path: Path, example: Path, source: str, target: str, said: str
) -> None:
    (tmp_path / "cat.png").write_bytes(example.read_bytes())
    (tmp_path / "song.mid").write_bytes(b"MThd and nothing else")
    assert said in refusal("convert", tmp_path / source, tmp_path / target)
    assert not (tmp_path / target).exists()


def test_demo_draws_every_bundled_example(tmp_path: Path) -> None:
    done = run_here("demo", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    for picture in EXAMPLES.glob("*.png"):
        for ending in ("mp3", "mid", "png"):
            path = tmp_path / f"{picture.stem}.{ending}"
            assert path.stat().st_size > 500
            assert str(path) in done.stdout


def test_help_describes_every_option() -> None:
    done = run_here("draw", "--help", COLUMNS="300")
    for name, field in DrawOptions.model_fields.items():
        if name != "shape":
            assert f"--{name.replace('_', '-')}" in done.stdout
        assert str(field.description) in done.stdout


def test_version_is_printed() -> None:
    assert run_here("--version").stdout.strip() == "0.1.0"


def test_a_file_whose_name_begins_with_a_dash_is_a_file(tmp_path: Path) -> None:
    picture = tmp_path / "-o.png"
    picture.write_bytes((EXAMPLES / "cat.png").read_bytes())
    words = ["draw", picture.name, "--engine", "Chords", "--tempo", "100 bpm"]
    done = subprocess.run(
        [sys.executable, "-m", "mididraw", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mididraw-out" / "-o.mid").stat().st_size > 100


def test_what_the_engine_has_no_use_for_is_refused(tmp_path: Path) -> None:
    said = refusal(
        "draw", EXAMPLES / "cat.png", "-o", tmp_path, "--engine", "chords", "--top-p", 0.5
    )
    assert "no use for top p" in said


def test_draw_has_a_parameter_for_every_option() -> None:
    command: Any = typer.main.get_command(commands.app)
    words = {parameter.name for parameter in command.commands["draw"].params}
    # Filled shapes have a pair of flags: --outline and --fill.
    assert {*DrawOptions.model_fields} - words == {"shape"}
    assert "outline" in words
