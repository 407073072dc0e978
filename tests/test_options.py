"""What a person can ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mididraw.engines import ENGINES
from mididraw.errors import OptionError
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS, find_instrument
from mididraw.options import DrawOptions, Engine, PitchRange, Shape, Theme
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
        ("pitch_range", "C0-C8"),
        ("seed", -1),
        ("seed", 2**31),
        ("engine", "magic"),
        ("strength", 101),
        ("strength", -1),
        ("candidates", 0),
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
        assert "piano" in str(error)  # noqa: PT017 -- either outcome is right
