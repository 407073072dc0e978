"""What a person can ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.engines import ENGINES
from mididraw.errors import OptionError
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS, find_instrument
from mididraw.options import DrawOptions, Engine, PitchRange, Shape, Theme, Video
from tests.strategies.scores import keys

ALONE = (Engine.NAIVE, Engine.POINTER)
PAIRS = st.sampled_from(
    [(engine, a) for engine in Engine for a in (False, True) if not (a and engine in ALONE)]
)
OPTIONS = st.builds(
    lambda pair, **others: DrawOptions(engine=pair[0], accompaniment=pair[1], **others),
    pair=PAIRS,
    bars=st.none() | st.integers(1, 32),
    tempo=st.none() | st.integers(40, 240),
    key=st.just("auto") | keys().map(str),
    style=st.sampled_from(Style),
    instrument=st.sampled_from(INSTRUMENTS),
    pitch_range=st.integers(21, 97).flatmap(
        lambda low: st.builds(PitchRange, low=st.just(low), high=st.integers(low + 11, 108))
    ),
    shape=st.sampled_from(Shape),
    invert=st.booleans(),
    strength=st.integers(0, 100),
    candidates=st.integers(1, 32),
    temperature=st.floats(0.1, 2),
    top_p=st.floats(0.05, 1),
    seed=st.none() | st.integers(0, 2**31 - 1),
    theme=st.sampled_from(Theme),
    video=st.sampled_from(Video),
)


@given(OPTIONS)
def test_options_survive_json(options: DrawOptions) -> None:
    assert DrawOptions.model_validate_json(options.model_dump_json()) == options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bars", 0),
        ("bars", 33),
        ("bars", "many"),
        ("tempo", 39),
        ("tempo", 241),
        ("key", "H minor"),
        ("style", "polka"),
        ("instrument", "kazoo of doom"),
        ("pitch_range", "C4"),
        ("pitch_range", "C4-E4"),
        ("pitch_range", "C4-A#4"),
        ("pitch_range", "C0-C8"),
        ("seed", -1),
        ("seed", 2**31),
        ("engine", "magic"),
        ("strength", 101),
        ("strength", -1),
        ("candidates", 0),
        ("candidates", 33),
        ("temperature", 0),
        ("top_p", 1.5),
        ("strenght", 3),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(name: str, value: object) -> None:
    with pytest.raises(OptionError) as refusal:
        DrawOptions.of(**{name: value})
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "value"), [("candidates", 32), ("candidates", 1), ("pitch_range", "C4-B4")]
)
def test_what_just_lies_in_range_is_taken(name: str, value: object) -> None:
    options = DrawOptions.of(**{name: value})
    assert str(getattr(options, name)) == str(value)


def test_not_given_means_the_default() -> None:
    assert DrawOptions.of(bars=None, key=None) == DrawOptions()


def test_every_engine_that_can_be_asked_for_is_there() -> None:
    assert set(ENGINES) == set(Engine)


def test_every_option_is_described() -> None:
    for name, field in DrawOptions.model_fields.items():
        assert field.description, name


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("piano", "Acoustic Grand Piano"),
        ("Violin", "Violin"),
        ("vibrafone", "Vibraphone"),
        ("musicbox", "Music Box"),
        ("bass guitar", "Electric Bass (finger)"),
        ("Orchestra", "String Ensemble 1"),
        ("8-bit", "Lead 1 (square)"),
        ("ukulele", "Acoustic Guitar (nylon)"),
        ("mandolin", "Acoustic Guitar (steel)"),
        ("guzheng", "Koto"),
        ("古筝", "Koto"),
        ("二胡", "Fiddle"),
        ("鋼琴", "Acoustic Grand Piano"),
        ("sax", "Alto Sax"),
        ("electric guitar", "Electric Guitar (clean)"),
        ("40", "Violin"),
    ],
)
def test_instruments_are_found_by_the_names_people_use(said: str, meant: str) -> None:
    assert DrawOptions.of(instrument=said).instrument == meant


@given(st.sampled_from(range(128)))
def test_every_instrument_is_found_by_its_own_name(program: int) -> None:
    assert find_instrument(INSTRUMENTS[program]) == program
    assert DrawOptions.of(instrument=INSTRUMENTS[program].upper()).program == program


@given(st.text(max_size=20))
def test_any_text_is_an_instrument_or_a_clear_refusal(text: str) -> None:
    try:
        assert 0 <= find_instrument(text) < 128
    except OptionError as error:
        assert "perhaps you mean" in str(error)  # noqa: PT017 -- either outcome is right


def test_an_instrument_that_is_none_is_refused_with_the_nearest_three() -> None:
    with pytest.raises(OptionError, match=r"Taiko Drum, Steel Drums or Melodic Tom"):
        DrawOptions.of(instrument="drums")
    with pytest.raises(OptionError, match=r"Koto"):
        DrawOptions.of(instrument="kazoo")


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        ("engine", " Chords", "chords"),
        *[("shape", "OUTLINE", "outline"), ("theme", "Light", "light"), ("style", "Pop", "pop")],
        ("arrangement", "Band ", "band"),
        *[("tempo", "120 bpm", 120), ("tempo", 120.5, 120), ("tempo", "96,4 BPM", 96)],
        *[("tempo", "90拍", 90), ("tempo", "100", 100)],
    ],
)
def test_values_are_read_as_people_write_them(name: str, said: object, meant: object) -> None:
    assert getattr(DrawOptions.of(**{name: said}), name) == meant


@pytest.mark.parametrize("said", ["fast", "12 bars", "1e3", "nan", float("inf"), "", "39 bpm"])
def test_what_is_no_tempo_is_refused(said: object) -> None:
    with pytest.raises(OptionError, match="tempo"):
        DrawOptions.of(tempo=said)


def test_what_the_engine_has_no_use_for_is_refused_when_it_was_asked_for() -> None:
    options = DrawOptions.of(engine="chords", candidates=3)
    options.refuse_unused(["engine", "tempo"])
    with pytest.raises(OptionError, match=r"chords engine has no use for candidates"):
        options.refuse_unused(["candidates"])
    with pytest.raises(OptionError, match="no use for prompt"):
        options.refuse_unused(["prompt"])
    DrawOptions.of(candidates=3).refuse_unused(["candidates", "prompt"])
    DrawOptions.of(engine="naive").refuse_unused(["strength"])  # the default does no harm
