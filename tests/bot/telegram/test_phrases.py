"""Options in words, in both languages, as people write them."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.phrases import parse
from bot.telegram.words import INSTRUMENTS, POPULAR, STYLES
from mididraw.harmony import Key, Mode
from mididraw.instruments import INSTRUMENTS as GENERAL_MIDI
from mididraw.options import DrawOptions, Shape, Theme

CHINESE_KEYS = {"#": "升", "b": "降", "": ""}

written = st.fixed_dictionaries(
    {},
    optional={
        "strength": st.integers(0, 100),
        "bars": st.integers(1, 32),
        "tempo": st.integers(40, 240),
        "key": st.builds(Key, st.integers(0, 11), st.sampled_from(Mode)).map(str),
        "seed": st.integers(0, 2**31 - 1),
        "accompaniment": st.booleans(),
        "instrument": st.sampled_from(sorted({*INSTRUMENTS.values()})),
        "style": st.sampled_from(sorted(set(STYLES.values()))),
        "shape": st.sampled_from([Shape.OUTLINE, Shape.FILL]),
        "theme": st.sampled_from(Theme),
    },
)


def in_english(name: str, value: Any) -> str:
    match name:
        case "bars" | "seed" | "strength":
            return f"{value} bars" if name == "bars" else f"{name} {value}"
        case "tempo":
            return f"{value} bpm"
        case "accompaniment":
            return "with accompaniment" if value else "no accompaniment"
        case _:
            return str(value)


def in_chinese(name: str, value: Any) -> str:
    match name:
        case "strength":
            return f"强度{value}"
        case "bars":
            return f"{value}小节"
        case "tempo":
            return f"速度{value}"
        case "seed":
            return f"种子{value}"
        case "accompaniment":
            return "加伴奏" if value else "不要伴奏"
        case "key":
            tonic, mode = str(value).split()
            return f"{CHINESE_KEYS[tonic[1:]]}{tonic[0]}{'小调' if mode == 'minor' else '大调'}"
        case "instrument":
            return next(own for own, english in INSTRUMENTS.items() if english == value)
        case "style":
            return next(own for own, style in STYLES.items() if style == value and own > "一")
        case "shape":
            return "轮廓" if value is Shape.OUTLINE else "填充"
        case _:
            return "深色" if value is Theme.DARK else "浅色"


@pytest.mark.parametrize("say", [in_english, in_chinese])
@given(
    wanted=written, order=st.randoms(use_true_random=False), gap=st.sampled_from([" ", ", ", "，"])
)
def test_what_is_written_is_understood_in_any_order(
    say: Any, wanted: dict[str, Any], order: random.Random, gap: str
) -> None:
    words = [say(name, value) for name, value in wanted.items()]
    order.shuffle(words)
    asked = parse(gap.join(words))
    assert DrawOptions.of(**asked.options) == DrawOptions.of(**wanted)
    assert asked.unknown == ()


@given(st.text(max_size=300))
def test_any_text_gives_options_or_nothing(text: str) -> None:
    asked = parse(text)
    assert set(asked.options) <= set(DrawOptions.model_fields)


@given(st.text(st.sampled_from("0123456789.%- bpm=小节速度強"), max_size=60))
def test_numbers_of_any_kind_do_no_harm(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("strength 80 C minor 120 bpm violin 16 bars", ("C minor", 120, "Violin", 16, 80)),
        ("16 measures; violin; 80%; tempo=120; Cm", ("C minor", 120, "Violin", 16, 80)),
        ("强度80 C小调 120拍 小提琴 16小节", ("C minor", 120, "Violin", 16, 80)),
        ("強度：８０，C小調，速度120，小提琴，16小節", ("C minor", 120, "Violin", 16, 80)),
        ("violni 16 bars 120bpm 80 % c minor", ("C minor", 120, "Violin", 16, 80)),
    ],
)
def test_the_same_in_many_words(text: str, wanted: tuple[object, ...]) -> None:
    found = parse(text).options
    names = ("key", "tempo", "instrument", "bars", "strength")
    assert tuple(found.get(name) for name in names) == wanted


def test_chatter_is_no_option() -> None:
    asked = parse("look at my cat, a friend made it!")
    assert asked.options == {}
    assert "cat" in asked.unknown


def test_the_later_word_wins() -> None:
    assert parse("violin, no, flute").options["instrument"] == "Flute"
    assert parse("tempo 90 tempo 100").options["tempo"] == 100


def test_every_offered_and_every_chinese_instrument_is_one() -> None:
    assert {*POPULAR, *INSTRUMENTS.values()} <= {*GENERAL_MIDI}
