"""What ``mididraw compose`` does: a model writes, the renderers make files of it."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mididraw.models.catalogue import load_model
from mididraw.models.compose import ComposeOptions, compose, find_prompt
from mididraw.render.audio import synthesize
from mididraw.render.midi import write_midi
from mididraw.render.mp3 import Tags, encode_mp3
from mididraw.render.png import write_png
from mididraw.render.roll import draw_roll
from mididraw.settings import Settings


@dataclass(frozen=True, slots=True)
class ComposedFiles:
    """The files' bytes by ending, and what is said of them."""

    data: dict[str, bytes]
    report: dict[str, Any]


def compose_files(
    model: str,
    prompt: str,
    bars: int,
    seed: int | None,
    temperature: float,
    top_p: float,
    settings: Settings,
) -> tuple[str, ComposedFiles]:
    """Compose one piece; returns its name and its files.

    Raises:
        OptionError, MidiError, ModelError, SoundError: something given cannot be used.
    """
    used = secrets.randbelow(2**31) if seed is None else seed
    options = ComposeOptions(bars, used, temperature, top_p)
    start = find_prompt(prompt)
    clock = time.perf_counter()
    loaded = load_model(model)
    load_seconds = time.perf_counter() - clock
    [score] = compose(loaded, [start], options)
    write_seconds = time.perf_counter() - clock - load_seconds
    name = f"{Path(prompt).stem}-{used}"
    midi = write_midi(score)
    data = {
        "mp3": encode_mp3(synthesize(midi, settings.soundfont), Tags(name), settings.mp3_bitrate),
        "mid": midi,
        "png": write_png(draw_roll(score, title=name, accompaniment=True)),
    }
    report = {
        "seed": used,
        "model": model,
        "key": score.key.name,
        "tempo": score.tempo,
        "bars": score.bars,
        "notes": sum(len(track.notes) for track in score.tracks),
        "chords": [span.chord.name(score.key) for span in score.chords],
        "seconds": {"load": round(load_seconds, 4), "write": round(write_seconds, 4)},
    }
    return name, ComposedFiles(data, report)
