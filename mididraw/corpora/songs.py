"""Songs that people wrote, each as it was played and on the grid: POP909's and VGMIDI's."""

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


def game_songs(archive: Path) -> list[ReferenceSong]:
    """Read VGMIDI's piano arrangements, leaving out files that are damaged.

    Raises:
        MidiError: the archive cannot be read or holds none.
    """

    def songs() -> Iterator[ReferenceSong]:
        with tarfile.open(archive) as tar:
            for member in sorted(tar.getmembers(), key=lambda member: member.name):
                stream = tar.extractfile(member) if member.name.endswith(".mid") else None
                if stream is None:
                    continue
                data = stream.read()
                try:
                    tune = read_tune(data)
                except MidiError:
                    continue
                fours = (tune,) if tune and tune.meter == Meter() else ()
                yield ReferenceSong(f"vgmidi/{Path(member.name).stem}", data, fours)

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
