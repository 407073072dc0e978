"""Songs that people wrote, each as it was played and on the grid: POP909's, and game music."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mididraw.corpora.midi_files import read_tune
from mididraw.corpora.pop909 import read_archive, read_song
from mididraw.errors import MidiError
from mididraw.score import Meter, Score


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSong:
    """A song that people wrote.

    Attributes:
        name: its collection and its name there.
        midi: the file's bytes, as it was played.
        parts: the same on the grid; none where it cannot be laid there.
    """

    name: str
    midi: bytes
    parts: tuple[Score, ...]


def pop_songs(archive: Path, ending: str = "9") -> list[ReferenceSong]:
    """Read the POP909 songs whose number has this ending; those in 9 are the validation set.

    Raises:
        MidiError: the archive cannot be read or holds none.
    """

    def songs() -> Iterator[ReferenceSong]:
        for files in read_archive(archive):
            if files.number.endswith(ending):
                yield ReferenceSong(f"pop909/{files.number}", files.midi, tuple(read_song(files)))

    return _all(songs(), archive)


def game_songs(archive: Path, most: int | None = None) -> list[ReferenceSong]:
    """Read a collection of game music, leaving out files that are damaged.

    Args:
        archive: VGMIDI's piano arrangements, or Freedoom's or OpenMSX' music for several players.
        most: about so many files at most, evenly spread.

    Raises:
        MidiError: the archive cannot be read or holds none.
    """
    collection = archive.name.partition(".")[0]

    def songs() -> Iterator[ReferenceSong]:
        with tarfile.open(archive) as tar:
            members = [one for one in tar.getmembers() if one.name.endswith(".mid")]
            members.sort(key=lambda member: member.name)
            every = max(len(members) // most, 1) if most else 1
            for member in members[::every][:most]:
                stream = tar.extractfile(member)
                if stream is None:
                    continue
                data = stream.read()
                try:
                    tune = read_tune(data)
                except MidiError:
                    continue
                fours = (tune,) if tune and tune.meter == Meter() else ()
                yield ReferenceSong(f"{collection}/{Path(member.name).stem}", data, fours)

    return _all(songs(), archive)


def _all(songs: Iterator[ReferenceSong], archive: Path) -> list[ReferenceSong]:
    try:
        found = list(songs)
    except (OSError, tarfile.TarError) as error:
        raise MidiError(
            "songs-unread", "{archive} cannot be read as an archive of songs.", archive=archive
        ) from error
    if not found:
        raise MidiError(
            "songs-missing",
            "{archive} holds none of the songs that are looked for.",
            archive=archive,
        )
    return found
