"""Options in words, in both languages, as people write them."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.memory import merged
from bot.reply.names import instrument_name
from bot.telegram.phrases import parse, settle
from bot.telegram.words import ARRANGEMENTS, POPULAR, STYLES, VIDEOS
from bot.texts import LANGUAGES, texts_in
from mididraw.harmony import Key, Mode
from mididraw.instruments import INSTRUMENTS as GENERAL_MIDI
from mididraw.instruments import common_names
from mididraw.options import Arrangement, DrawOptions, Shape, Theme, Video

CHINESE = {
    GENERAL_MIDI[program]: name
    for name, program in common_names().items()
    if not name.isascii() and "8" not in name
}
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
        "instrument": st.sampled_from(sorted(CHINESE)),
        "arrangement": st.sampled_from(Arrangement),
        "style": st.sampled_from(sorted(set(STYLES.values()))),
        "shape": st.sampled_from([Shape.OUTLINE, Shape.FILL]),
        "theme": st.sampled_from(Theme),
        "video": st.sampled_from(Video),
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
        case "arrangement":
            return f"arrangement {value}"
        case "video":
            return f"{value} video".replace("none", "no")
        case _:
            return str(value)


def in_chinese(name: str, value: Any) -> str:
    match name:
        case "strength":
            return f"像{value}"
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
            return CHINESE[value]
        case "arrangement":
            return "编曲" + next(w for w, one in ARRANGEMENTS.items() if one == value and w > "一")
        case "style":
            return next(own for own, style in STYLES.items() if style == value and own > "一")
        case "shape":
            return "轮廓" if value is Shape.OUTLINE else "填充"
        case "video":
            return next(own for own, video in VIDEOS.items() if video is value and own > "一")
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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("B flat major", "Bb major"),
        ("b flat major", "Bb major"),
        ("in F sharp minor", "F# minor"),
        ("F-sharp minor", "F# minor"),
        ("B-flat", "Bb major"),
        ("E♭ minor", "Eb minor"),
        ("降B大调", "Bb major"),
        ("升F小調", "F# minor"),
        ("a flat drawing", None),
    ],
)
def test_keys_are_understood_as_musicians_say_them(text: str, wanted: str | None) -> None:
    assert parse(text).options.get("key") == wanted


@pytest.mark.parametrize(
    ("text", "instrument", "style"),
    [
        ("no piano", False, True),
        ("without a piano, please", False, True),
        ("不要钢琴", False, True),
        ("别用钢琴", False, True),
        ("not pop", True, False),
        ("not so pop", True, False),
        ("not sad", True, True),
        ("别太流行", True, False),
        ("no piano, flute", "Flute", True),
    ],
)
def test_what_is_not_wanted_is_not_taken(text: str, instrument: Any, style: bool) -> None:
    """The default piece would be pop, on the piano."""
    asked = parse(text)
    settled = settle(DrawOptions.of(**asked.options), asked)
    piano = settled.instrument == "Acoustic Grand Piano"
    assert settled.instrument == instrument if isinstance(instrument, str) else piano == instrument
    assert (settled.style == "pop") == style
    assert asked.unknown == ()
    assert asked


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_labels_of_our_own_buttons_are_understood(tag: str) -> None:
    texts, piece = texts_in(tag), DrawOptions.of(tempo=100, key="A minor", seed=5)
    labels = {name: texts(name) for name in ("again", "closer", "musical", "accompaniment-on")}
    labels |= {name: texts(name) for name in ("tempo-slower", "tempo-faster", "key-auto")}
    settled = {}
    for name, text in labels.items():
        asked = parse(text)
        assert asked, text
        assert asked.unknown == (), text
        settled[name] = settle(merged(piece.model_dump(mode="json"), asked.options), asked)
    assert settled["again"].seed != 5
    assert settled["musical"].strength < piece.strength < settled["closer"].strength
    assert settled["tempo-slower"].tempo == 80
    assert settled["tempo-faster"].tempo == 125
    assert settled["key-auto"].key == "auto"
    assert settled["accompaniment-on"].accompaniment
    for name in ("instrument", "tempo", "key", "accompaniment-off"):
        assert parse(texts(name)).unknown == ()
    # Without a piece, faster is faster than what is common.
    assert settle(DrawOptions(), parse(texts("tempo-faster"))).tempo == 125


def test_chatter_is_no_option() -> None:
    assert not parse("hello, this is mellow")
    asked = parse("look at my cat, a friend made it!")
    assert asked.options == {}
    assert "cat" in asked.unknown


def test_the_later_word_wins() -> None:
    assert parse("violin, no, flute").options["instrument"] == "Flute"
    assert parse("tempo 90 tempo 100").options["tempo"] == 100


def test_every_offered_instrument_is_one_and_is_understood_as_it_is_called() -> None:
    assert {*POPULAR} <= {*GENERAL_MIDI}
    for name in POPULAR:
        for tag in LANGUAGES:
            called = instrument_name(name, texts_in(tag))
            assert parse(called).options == {"instrument": name}, called
            assert called.isascii() is not tag.startswith("zh")
    assert parse("看我的貓，憂傷").unknown == ("看我的貓",)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("band", {"arrangement": "band"}),
        ("lo-fi, 90 bpm", {"arrangement": "lofi", "tempo": 90}),
        ("乐队", {"arrangement": "band"}),
        ("brass band", {"instrument": "Brass Section"}),
        ("music box", {"instrument": "Music Box"}),
        ("arrangement music box", {"arrangement": "musicbox"}),
        ("编曲：八音盒", {"arrangement": "musicbox"}),
    ],
)
def test_players_are_told_from_instruments(text: str, options: dict[str, Any]) -> None:
    assert parse(text).options == options
