"""Files of one kind into another, by their endings: picture ↔ MIDI, MIDI → MP3, video, picture."""

from dataclasses import replace
from pathlib import Path

from mididraw.draw import prepare_request, write_score
from mididraw.errors import OptionError
from mididraw.options import DrawOptions, Engine, Video
from mididraw.render.audio import synthesize
from mididraw.render.cells import read_cells, write_cells
from mididraw.render.chunks import is_midi
from mididraw.render.film import Film
from mididraw.render.midi import load_midi, read_midi, write_midi
from mididraw.render.mp3 import Tags, encode_mp3
from mididraw.render.png import write_png
from mididraw.render.roll import RollSheet, draw_roll
from mididraw.render.timeline import Timeline
from mididraw.render.video import encode_video
from mididraw.score import DRAWING, Score, Track
from mididraw.settings import Settings

MIDI_ENDINGS = (".mid", ".midi", ".kar", ".rmi")
_FEWEST = 0.15  # of the notes of the track with the most that a melody has


def convert(
    source: Path,
    ending: str,
    *,
    plain: bool = False,
    shape: Video = Video.WIDE,
    settings: Settings,
) -> bytes:
    """Convert a file to the kind that ``ending`` (``.mid``, ``.mp3``, ``.mp4``, ``.png``) names.

    Args:
        source: a picture or a MIDI file.
        ending: of the file to be made, with its dot.
        plain: write a picture of bare cells (see :mod:`mididraw.render.cells`), not a piano roll.
        shape: of a video.
        settings: SoundFont and bit rate of an MP3.

    Returns:
        the bytes of the file.

    Raises:
        MididrawError: of the kind that fits: the source cannot be read, or the endings do not go
            together.
    """
    ending = ending.lower()
    if source.suffix.lower() in MIDI_ENDINGS or _holds_midi(source):
        midi = load_midi(source)
        if ending == ".mp3":
            samples = synthesize(midi, settings.soundfont)
            return encode_mp3(samples, Tags(source.stem), settings.mp3_bitrate)
        if ending == ".mp4":
            samples = synthesize(midi, settings.soundfont)
            sheet = RollSheet(melody_first(read_midi(midi)), title=source.stem, accompaniment=True)
            return encode_video(Film(sheet, Timeline.of(midi), shape), samples, title=source.stem)
        if ending == ".png":
            music = melody_first(read_midi(midi))
            if plain:
                return write_cells(music)
            return write_png(draw_roll(music, title=source.stem, accompaniment=True))
        raise OptionError("convert-from-midi", "A MIDI file converts to .mp3, .mp4 or .png.")
    if ending not in MIDI_ENDINGS:
        raise OptionError(
            "convert-from-picture",
            "A picture converts to .mid; for music with chords use mididraw draw.",
        )
    score = read_cells(source)
    if score is None:
        score = write_score(prepare_request([source], DrawOptions.of(engine=Engine.NAIVE, seed=0)))
    return write_midi(score)


def melody_first(score: Score) -> Score:
    """Put the track with the melody in front, and drums at the end.

    The melody is the highest of the tracks that have notes enough; our own files name it.
    """
    tuned = [track for track in score.tracks if not track.drums]
    if not tuned or any(track.name == DRAWING for track in tuned):
        return score
    most = max(len(track.notes) for track in tuned)
    candidates = [track for track in tuned if len(track.notes) >= _FEWEST * most]
    melody = max(candidates, key=_height)
    others = [track for track in tuned if track is not melody]
    drums = [track for track in score.tracks if track.drums]
    return replace(score, tracks=(melody, *others, *drums))


def _height(track: Track) -> float:
    return sum(note.pitch for note in track.notes) / max(len(track.notes), 1)


def _holds_midi(source: Path) -> bool:
    try:
        with source.open("rb") as stream:
            return is_midi(stream.read(12))
    except OSError:
        return False  # whoever reads it says what is wrong
