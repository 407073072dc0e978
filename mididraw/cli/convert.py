"""``mididraw convert``: pictures into MIDI, and MIDI into what can be heard or seen."""

from pathlib import Path
from typing import Annotated

import typer

from mididraw.cli.output import OUT, SoundFont, VideoShape, host_settings, refuse_overwriting, write
from mididraw.options import Video

app = typer.Typer()


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A picture or a MIDI file.")],
    target: Annotated[Path, typer.Argument(help="A .mid, .mp3, .mp4 or picture file.")],
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Write the bare cells, one pixel each, which convert back exactly."
        ),
    ] = False,
    soundfont: SoundFont = None,
    video_shape: VideoShape = None,
) -> None:
    """Convert picture ↔ MIDI, or MIDI → MP3, video or piano-roll picture, by the files' endings."""
    from mididraw.convert import convert as convert_file

    refuse_overwriting([target], [source])
    settings = host_settings(soundfont)
    shape = Video.WIDE if video_shape in (None, Video.NONE) else video_shape
    data = convert_file(source, target.suffix, plain=plain, shape=shape, settings=settings)
    write(target, data)
    OUT.print(str(target), markup=False)
