"""The commands that need a model; nothing of it is imported before one of them runs."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mididraw.cli.output import (
    OUT,
    Json,
    OutDir,
    SoundFont,
    host_settings,
    refuse_overwriting,
    write,
)
from mididraw.cli.packages import needs
from mididraw.errors import OptionError

app = typer.Typer()


class TrainedNetwork(StrEnum):
    """What is trained."""

    POCKET = "pocket"
    EMBEDDING = "embedding"
    DISCRIMINATOR = "discriminator"
    COLUMNS = "columns"
    VAE = "vae"
    DIFFUSION = "diffusion"
    GAN = "gan"


_OF_BARS = (
    TrainedNetwork.COLUMNS,
    TrainedNetwork.VAE,
    TrainedNetwork.DIFFUSION,
    TrainedNetwork.GAN,
)


@app.command()
def compose(
    out: OutDir = Path("mididraw-out"),
    bars: Annotated[int, typer.Option(help="Bars to write. [1 to 64]")] = 16,
    seed: Annotated[int | None, typer.Option(help="Same seed, same music.")] = None,
    model: Annotated[
        str, typer.Option(help="pocket, or a .safetensors file that mididraw train wrote.")
    ] = "pocket",
    prompt: Annotated[
        str, typer.Option(help="MIDI file to go on from, or pop, folk, classical or game.")
    ] = "pop",
    temperature: Annotated[float, typer.Option(help="Above 1 bolder, below 1 tamer.")] = 1.1,
    top_p: Annotated[float, typer.Option(help="Share of the likeliest to choose from.")] = 0.98,
    soundfont: SoundFont = None,
    as_json: Json = False,
) -> None:
    """Write free music, or go on from a MIDI file."""
    with needs("model"):
        from mididraw.models.command import compose_files

    name, files = compose_files(
        model, prompt, bars, seed, temperature, top_p, host_settings(soundfont)
    )
    written = {ending: out / f"{name}.{ending}" for ending in files.data}
    refuse_overwriting(list(written.values()), [Path(prompt)])
    for ending, data in files.data.items():
        write(written[ending], data)
    report = {"files": {ending: str(path) for ending, path in written.items()}, **files.report}
    if as_json:
        print(json.dumps(report))  # noqa: T201 -- what the caller parses
    else:
        for ending, path in written.items():
            OUT.print(f"{ending.upper():<8}{path}", markup=False)
        OUT.print(f"music   {files.report['key']}, {files.report['bars']} bars")
        OUT.print(f"seed    {files.report['seed']}")


@app.command()
def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of MIDI files, or of the archives that we train on; columns, vae, "
            "diffusion and gan learn from the bars that come with midiDraw."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Weights to go on from: pocket for ours, or a file."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="How to train, as TOML; ours if not given.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Steps, if not as many as the config says.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for checkpoint, weights and curve.")
    ] = Path("mididraw-training"),
    network: Annotated[
        TrainedNetwork,
        typer.Option(
            help="The model that writes; what tells songs apart, or from drawings; or the network "
            "of an engine."
        ),
    ] = TrainedNetwork.POCKET,
) -> None:
    """Train a model, or teach ours your own MIDI files; goes on where it was broken off."""
    with needs("torch"):
        from mididraw.training.command import train as train_pocket
        from mididraw.training.command import train_bars, train_discriminator, train_embedding

    if network in _OF_BARS:
        train_bars(network, steps, out)
    elif data is None:
        raise OptionError("training-no-data", "Say with --data where the music is.")
    elif network is TrainedNetwork.EMBEDDING:
        train_embedding(data, steps, out)
    elif network is TrainedNetwork.DISCRIMINATOR:
        train_discriminator(data, steps, out)
    else:
        train_pocket(data, start, config, steps, out)
