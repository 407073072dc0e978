"""What ``mididraw train`` does: read, train, show how it goes."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from mididraw.corpora.dataset import own, shipped
from mididraw.corpora.note_songs import held_out_songs, parted
from mididraw.errors import OptionError, OutputError
from mididraw.evaluation.plan import Setting, drawings, play
from mididraw.models import sounds_like
from mididraw.models.discriminator import save
from mididraw.models.pocket.model import load
from mididraw.models.transformer import as_module
from mididraw.training import bar_networks, columns, diffusion, discriminator, embedding, gan, vae
from mididraw.training.config import DEFAULT, TrainConfig
from mididraw.training.curve import draw_curve
from mididraw.training.embedding import EmbeddingTrainer, rank_songs
from mididraw.training.report import report
from mididraw.training.styles import learn_styles, share_right
from mididraw.training.train import CHECKPOINT, WEIGHTS, Trainer, TrainingProgress

REPORT = "report.json"
"""What was measured beside held-out music, where training was on the collections that ours is."""

RANKS = "ranks.json"
"""How often the embedding of music finds the right song, and the right style, of what it was not
trained on."""

SONGS = 500
"""Songs of which it is to find the right one."""

DISCRIMINATOR, DISCRIMINATION = "discriminator.safetensors", "discrimination.json"
"""Weights, and how well they tell songs from drawings that they were not trained on."""

_EVALUATED, _PLAYED = 100, 240
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
_LESSONS: dict[str, tuple[Callable[[int], bar_networks.Lesson], int]] = {
    "columns": (columns.ColumnsLesson, columns.STEPS),
    "vae": (vae.VaeLesson, vae.STEPS),
    "diffusion": (diffusion.DiffusionLesson, diffusion.STEPS),
    "gan": (gan.GanLesson, gan.STEPS),
}
"""What teaches the network of an engine, and how many steps it usually takes."""
_FINE = 0.1  # of the full rates, for weights that are trained already


def train(data: Path, start: str | None, config: Path | None, steps: int | None, out: Path) -> None:
    """Train on a folder; resumes what was broken off in ``out``.

    Args:
        data: MIDI files, or the archives that our own weights were trained on.
        start: weights to go on from: ``pocket`` for ours, or a ``.safetensors`` file.
        config: how to train, as TOML; ours if not given.
        steps: overrides the config's.
        out: where checkpoint, weights, curve and report are written.

    Raises:
        OptionError, OutputError, MidiError, ModelError: something given cannot be used.
    """
    console = Console(stderr=True, highlight=False)
    _make_folder(out)
    settings = TrainConfig.read(config or DEFAULT)
    if steps is not None:
        if steps < 1:
            raise OptionError("training-no-steps", "Give at least one step.")
        settings = settings.model_copy(update={"steps": steps})
    ours = (data / "pop909.tar.gz").is_file()
    if start is not None and not ours:
        settings = settings.model_copy(
            update={"rate": settings.rate * _FINE, "matrix_rate": settings.matrix_rate * _FINE}
        )
    if ours:
        cache = out / "tokens"
        dataset = shipped(data, cache, lambda name: console.print(f"reading {name}"))
    else:
        dataset = own(data)
    model = None
    if start is not None:
        model = as_module(load() if start == "pocket" else load(Path(start)))
    trainer = Trainer(settings, model)
    if (out / CHECKPOINT).is_file():
        trainer.resume(out)
        console.print(f"going on from step {trainer.step}")
    with Bar(*_COLUMNS, console=console) as bar:
        task = bar.add_task("", total=settings.steps, completed=trainer.step)

        def tell(progress: TrainingProgress) -> None:
            line = f"step {progress.step}: {progress.bits_per_token:.2f} bits a token"
            if progress.held:
                console.print(f"{line}, {progress.held.bits_per_note:.2f} bits a held-out note")
                draw_curve(trainer.history).save(out / "curve.png")
            bar.update(task, completed=progress.step, description=line)

        held = trainer.run(dataset, out, tell)
    draw_curve(trainer.history).save(out / "curve.png")
    console.print(f"held out: {held.bits_per_note:.2f} bits a note; weights: {out / WEIGHTS}")
    if ours:
        found = report(out / WEIGHTS, dataset, lambda part: console.print(f"measuring {part}"))
        (out / REPORT).write_text(json.dumps(found.as_json(), indent=1) + "\n")
        console.print(f"beside held-out music: {out / REPORT}")


def train_embedding(data: Path, steps: int | None, out: Path) -> None:
    """Train the embedding of music on the collections; resumes what was broken off in ``out``.

    Args:
        data: the archives that our own weights were trained on; with VGMIDI's, it is tried on more.
        steps: how many; ours if not given.
        out: where checkpoint, weights, the readout of styles and ranks are written.

    Raises:
        OptionError, OutputError, MidiError, ModelError: something given cannot be used.
    """
    console = Console(stderr=True, highlight=False)
    _make_folder(out)
    songs, held = parted(
        shipped(data, out / "tokens", lambda name: console.print(f"reading {name}"))
    )
    trainer = EmbeddingTrainer(steps or embedding.STEPS)
    if (out / embedding.CHECKPOINT).is_file():
        trainer.resume(out)
        console.print(f"going on from step {trainer.step}")
    with Bar(*_COLUMNS, console=console) as bar:
        task = bar.add_task("", total=trainer.steps, completed=trainer.step)
        trainer.run(
            songs,
            out,
            lambda step, loss: bar.update(task, completed=step, description=f"{loss:.2f} nats"),
        )
    if (data / "vgmidi.tar.gz").is_file():
        held += held_out_songs(data / "vgmidi.tar.gz")
    readout = learn_styles(trainer.model, songs)
    readout.save(out / sounds_like.WEIGHTS.name)
    right = share_right(readout, trainer.model, held)
    ranks = rank_songs(trainer.model, held[:SONGS])
    figures = {**ranks.as_json(), "style": right}
    (out / RANKS).write_text(json.dumps(figures, indent=1) + "\n")
    console.print(f"the right song of {ranks.songs}: {ranks}")
    console.print(f"the right style: {right}")


def train_discriminator(data: Path, steps: int | None, out: Path) -> None:
    """Let the present engine play drawings, and train what tells its bars from songs'.

    Args:
        data: ``pop909.tar.gz`` and the other archives, and ``quickdraw.ndjson.gz``, of which the
            first 100 drawings are left to evaluation.
        steps: how many; ours if not given.
        out: where weights and figures are written.

    Raises:
        OptionError, OutputError, MidiError: something given cannot be used.
    """
    console = Console(stderr=True, highlight=False)
    _make_folder(out)
    strokes = drawings(data / "quickdraw.ndjson.gz", _EVALUATED + _PLAYED)[_EVALUATED:]
    dataset = shipped(data, out / "tokens", lambda name: console.print(f"reading {name}"))
    with Bar(*_COLUMNS, console=console) as bar:
        task = bar.add_task("playing", total=len(strokes))
        pieces = play(
            Setting.of("guided 50"), strokes, lambda done: bar.update(task, completed=done)
        )
    engine = [piece.score for piece in pieces]
    learned = len(engine) * 2 // 3
    model = discriminator.train_discriminator(
        discriminator.bars_of_songs(dataset.train),
        discriminator.bars_of(engine[:learned]),
        steps or discriminator.STEPS,
    )
    held = discriminator.bars_of_songs(dataset.validation)
    discrimination = discriminator.tell(model, held, discriminator.bars_of(engine[learned:]))
    save(model, out / DISCRIMINATOR)
    (out / DISCRIMINATION).write_text(json.dumps(asdict(discrimination), indent=1) + "\n")
    console.print(f"held out: {discrimination}; weights: {out / DISCRIMINATOR}")


def train_bars(network: str, steps: int | None, out: Path) -> None:
    """Train the network of an engine on the bars that come with midiDraw.

    Args:
        network: ``columns``, ``vae``, ``diffusion`` or ``gan``.
        steps: how many; ours if not given.
        out: where weights, curve and history are written.

    Raises:
        OptionError, OutputError: something given cannot be used.
    """
    console = Console(stderr=True, highlight=False)
    _make_folder(out)
    make, usual = _LESSONS[network]
    steps = usual if steps is None else steps
    if steps < 1:
        raise OptionError("training-no-steps", "Give at least one step.")
    with Bar(*_COLUMNS, console=console) as bar:
        task = bar.add_task("", total=steps)

        def tell(step: int, line: str) -> None:
            if line.startswith(bar_networks.HELD_OUT):
                console.print(f"step {step}: {line}")
            else:
                bar.update(task, completed=step, description=line)

        bar_networks.teach(make(steps), steps, out, tell)
    console.print(f"weights: {out / bar_networks.WEIGHTS}")


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            "output-unwritten", "{path} cannot be written: {why}.", path=out, why=error.strerror
        ) from error
