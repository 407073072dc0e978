"""Keys and chords as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.errors import MididrawError, OptionError
from mididraw.harmony import QUALITIES, Chord, Key, Mode, parse_pitch, pitch_name
from tests.strategies.scores import chords, keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", Key(0)),
        ("am", Key(9, Mode.MINOR)),
        ("Am", Key(9, Mode.MINOR)),
        ("f# minor", Key(6, Mode.MINOR)),
        ("Bb major", Key(10)),
        ("B♭ MAJOR", Key(10)),
        ("Gb:maj", Key(6)),
        ("C M", Key(0)),
        ("F sharp minor", Key(6, Mode.MINOR)),
        ("G-minor", Key(7, Mode.MINOR)),
        ("H moll", Key(11, Mode.MINOR)),
        ("B-Dur", Key(10)),
        ("fis-Moll", Key(6, Mode.MINOR)),
        ("es moll", Key(3, Mode.MINOR)),
        ("do majeur", Key(0)),
        ("si bémol majeur", Key(10)),
        ("la menor", Key(9, Mode.MINOR)),
        ("降E大调", Key(3)),
        ("升F小調", Key(6, Mode.MINOR)),
    ],
)
def test_a_key_is_read_as_people_write_it(text: str, key: Key) -> None:
    assert Key.parse(text) == key


@pytest.mark.parametrize("text", ["", "H", "C minorr", "auto", "C#b", "7"])
def test_what_is_no_key_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OptionError, match="Bb major"):
        Key.parse(text)


@given(keys())
def test_a_key_reads_back_from_its_name(key: Key) -> None:
    assert Key.parse(key.name) == key


@given(keys())
def test_a_scale_has_seven_notes_and_its_tonic_chord(key: Key) -> None:
    tonic = Chord(key.tonic, "maj" if key.mode is Mode.MAJOR else "min")
    assert len(key.scale) == 7
    assert tonic.tones < key.scale


@given(chords(), keys())
def test_a_chord_reads_back_from_its_name_in_any_key(chord: Chord, key: Key) -> None:
    assert Chord.parse(chord.name(key)) == chord


def test_chord_names_are_all_different() -> None:
    names = {Chord(0, quality).name(Key(0)) for quality in QUALITIES}
    assert len(names) == len(QUALITIES)


@given(st.integers(0, 127), keys())
def test_a_pitch_reads_back_from_its_name_and_number(pitch: int, key: Key) -> None:
    assert parse_pitch(str(pitch)) == pitch
    assert parse_pitch(pitch_name(pitch, key)) == pitch


def test_accidentals_cross_the_octave() -> None:
    assert parse_pitch("Cb4") == 59
    assert parse_pitch("B#4") == 72


@given(st.text(max_size=8))
def test_any_text_is_a_pitch_a_key_or_a_clear_refusal(text: str) -> None:
    for parse in (parse_pitch, Key.parse, Chord.parse):
        try:
            parse(text)
        except MididrawError as error:
            assert str(error).endswith(".")  # noqa: PT017 -- either outcome is right
