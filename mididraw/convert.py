"""Files of one kind into another: picture ↔ MIDI, MIDI → MP3 or picture, by their endings."""

from pathlib import Path

from mididraw.draw import commission, write_png, write_score
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Engine
from mididraw.render.audio import Tags, encode_mp3, synthesize
from mididraw.render.cells import read_cells, write_cells
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.render.roll import draw_roll
from mididraw.settings import Settings

MIDI_ENDINGS = (".mid", ".midi")


def convert(source: Path, ending: str, *, plain: bool = False, settings: Settings) -> bytes:
    """Convert a file to the kind that ``ending`` (``.mid``, ``.mp3``, ``.png``) names.

    Args:
        source: a picture or a MIDI file.
        ending: of the file to be made, with its dot.
        plain: write a picture of bare cells (see :mod:`mididraw.render.cells`), not a piano roll.
        settings: SoundFont and bit rate of an MP3.

    Returns:
        the bytes of the file.

    Raises:
        MididrawError: of the kind that fits: the source cannot be read, or the endings do not go
            together.
    """
    ending = ending.lower()
    if source.suffix.lower() in MIDI_ENDINGS:
        midi = load_midi(source)
        if ending == ".mp3":
            samples = synthesize(midi, settings.soundfont)
            return encode_mp3(samples, Tags(source.stem), settings.mp3_bitrate)
        if ending == ".png":
            music = read_midi(midi)
            if plain:
                return write_cells(music)
            return write_png(draw_roll(music, title=source.stem, accompaniment=True))
        raise OptionError("A MIDI file converts to .mp3 or .png.")
    if ending not in MIDI_ENDINGS:
        raise OptionError("A picture converts to .mid; for music with chords use mididraw draw.")
    score = read_cells(source)
    if score is None:
        score = write_score(commission([source], DrawOptions.of(engine=Engine.NAIVE, seed=0)))
    return write_midi(score)
