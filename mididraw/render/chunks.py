"""The chunks of a MIDI file as it should have been written: read past mistakes, as players do."""

import struct

_BEGINS = b"MThd"
_TRACK = b"MTrk"
_END_OF_TRACK = b"\x00\xff\x2f\x00"
_KEY_SIGNATURE = b"\xff\x59\x02"
_TEXT = b"\xff\x01\x02"


def is_midi(data: bytes) -> bool:
    """Whether bytes are a MIDI file, plain or in RIFF (RMID), by their content alone."""
    return data[:4] == _BEGINS or (data[:4] == b"RIFF" and data[8:12] == b"RMID")


def mended(data: bytes) -> bytes:
    """Write a MIDI file anew with the tracks that it has.

    Unknown chunks are left out, lengths and the number of tracks made true, and key signatures
    that no key has turned into texts.

    Raises:
        ValueError: it is no MIDI file, or has no header or no track.
    """
    begin = data.find(_BEGINS, 0, 64)
    if begin < 0 or len(data) < begin + 14:
        raise ValueError("no header")
    kind, _, division = struct.unpack(">HHH", data[begin + 8 : begin + 14])
    (length,) = struct.unpack(">I", data[begin + 4 : begin + 8])
    place = begin + 8 + max(min(length, 1024), 6)
    if data[place : place + 4] != _TRACK:
        place = max(data.find(_TRACK, begin + 8), begin + 14)
    tracks = []
    while place + 8 <= len(data):
        name = data[place : place + 4]
        (length,) = struct.unpack(">I", data[place + 4 : place + 8])
        stop = place + 8 + length
        if stop != len(data) and not _is_name(data[stop : stop + 4]):
            # The length is wrong: the chunk goes on to the next track.
            following = data.find(_TRACK, place + 8)
            stop = following if following >= 0 else len(data)
        if name == _TRACK:
            tracks.append(_with_true_keys(data[place + 8 : stop]))
        place = stop
    if not tracks:
        raise ValueError("no tracks")
    head = struct.pack(">HHH", kind, len(tracks), division)
    chunks = [_BEGINS + struct.pack(">I", 6) + head]
    chunks += [_TRACK + struct.pack(">I", len(track)) + track for track in tracks]
    return b"".join(chunks)


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= letter < 127 for letter in name)


def _with_true_keys(track: bytes) -> bytes:
    place = track.find(_KEY_SIGNATURE)
    while place >= 0:
        values = track[place + 3 : place + 5]
        if len(values) == 2:
            (sharps,) = struct.unpack("b", values[:1])
            if not -7 <= sharps <= 7 or values[1] > 1:
                track = track[:place] + _TEXT + b"??" + track[place + 5 :]
        place = track.find(_KEY_SIGNATURE, place + 3)
    return track if track.endswith(_END_OF_TRACK[1:]) else track + _END_OF_TRACK
