"""Options in words: "strength 80 C minor 120 bpm violin 16 bars", in English or Chinese."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from bot.telegram.words import ENGINES, INSTRUMENTS, SHAPES, STYLES, THEMES
from mididraw.instruments import INSTRUMENTS as GENERAL_MIDI
from mididraw.instruments import known_instrument

_LONGEST_TEXT = 500
_LONGEST_NAME = 4
"""Words of an instrument's name."""
_LIKE = 80
"""Percent of its letters that a mistyped instrument has to share with the right one."""
_MISTYPED = 5
"""Letters below which a word is not taken for a mistyped one."""

Take = Callable[[re.Match[str]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a phrase asks for.

    Attributes:
        options: names and values of options, not yet checked.
        unknown: words that mean nothing here.
    """

    options: dict[str, Any]
    unknown: tuple[str, ...]


def parse(text: str) -> Asked:
    """Find options in words; later ones win, and what means nothing is passed over.

    Only so many characters are looked at as a person would write.
    """
    rest = _plain(text[:_LONGEST_TEXT])
    found: list[tuple[int, dict[str, Any]]] = []
    for pattern, take in _RULES:
        found += [(match.start(), take(match)) for match in pattern.finditer(rest)]
        rest = pattern.sub(lambda match: "\0" * len(match[0]), rest)
    for start, length, name in _instruments(rest):
        found.append((start, {"instrument": name}))
        rest = rest[:start] + "\0" * length + rest[start + length :]
    options: dict[str, Any] = {}
    for _, one in sorted(found, key=lambda item: item[0]):
        options |= one
    unknown = tuple(word for word in re.findall(r"[^\s\0,.;:!?，。；：！？、=|/]+", rest))
    return Asked(options, tuple(word for word in unknown if word not in _NOISE))


def _plain(text: str) -> str:
    """Lower case but for the letters of keys, full-width forms as plain ones."""
    narrow = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return text.translate(narrow).replace("　", " ").replace("\0", " ")


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _is(name: str, group: int = 1) -> Take:
    return lambda match: {name: _number(match[group])}


def _one_of(name: str, words: dict[str, Any]) -> Take:
    return lambda match: {name: words[match[0].lower()].value}


def _always(**options: Any) -> Take:
    return lambda _: options


def _any_of(words: Iterator[str] | dict[str, Any]) -> str:
    """The longest first; Latin words stand alone, Chinese ones need not."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in ordered)


def _key(match: re.Match[str]) -> dict[str, Any]:
    shift = {"升": "#", "降": "b", "♯": "#", "♭": "b"}
    before, tonic, after, mode = match[1], match[2], match[3], match[4]
    sign = shift.get(before or "", "") or shift.get(after or "", after or "")
    minor = mode in ("m", "小调", "小調") or mode.lower().startswith("min")
    return {"key": f"{tonic.upper()}{sign} {'minor' if minor else 'major'}"}


def _rules(*rules: tuple[str, Take]) -> tuple[tuple[re.Pattern[str], Take], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), take) for pattern, take in rules)


_N = r"(-?\d{1,9}(?:\.\d{1,6})?)"
_EQUALS = r"\s*[:=]?\s*"
_NO = r"(?:no|without|不要|无|無|去掉|没有)\s*"
_RULES = _rules(
    (rf"(?:\bseed|种子|種子){_EQUALS}(\d{{1,12}})", _is("seed")),
    (rf"(?:\bcandidates|候选|候選){_EQUALS}{_N}", _is("candidates")),
    (rf"(?:\btemperature|温度|溫度){_EQUALS}{_N}", _is("temperature")),
    (rf"\btop[-_ ]?p{_EQUALS}{_N}", _is("top_p")),
    (rf"(?:\bstrength|\blikeness|强度|強度|相似度|像){_EQUALS}{_N}\s*%?", _is("strength")),
    (rf"{_N}\s*%", _is("strength")),
    (rf"{_N}\s*(?:bars?\b|measures?\b|小节|小節)", _is("bars")),
    (rf"(?:\bbars|小节|小節){_EQUALS}{_N}", _is("bars")),
    (rf"{_N}\s*(?:bpm\b|拍)", _is("tempo")),
    (rf"(?:\btempo|\bbpm|速度){_EQUALS}{_N}", _is("tempo")),
    (rf"{_NO}(?:accompaniment\b|伴奏)", _always(accompaniment=False)),
    (r"(?:\bwith\s+)?\baccompaniment\b|(?:加|要|带)?伴奏", _always(accompaniment=True)),
    (r"\bkey\s*[:=]?\s*auto\b|\bauto(?:matic)? key\b|自动(?:选)?调", _always(key="auto")),
    (r"\binvert(?:ed)?\b|反色|反相", _always(invert=True)),
    (rf"(?:\bengine|引擎){_EQUALS}({_any_of(ENGINES)})", lambda m: {"engine": m[1].lower()}),
    (
        r"(升|降)?(?<![A-Za-z])([A-G])([#♯b♭]?)\s*(major\b|minor\b|maj\b|min\b|大调|大調|小调|小調)",
        _key,
    ),
    (r"()\b((?-i:[A-G]))([#♯b♭]?)((?-i:m))\b", _key),
    (r"\bkey\s*[:=]?\s*()([A-G])([#♯b♭]?)()(?!\w)", _key),
    (_any_of(STYLES), _one_of("style", STYLES)),
    (rf"(?:{_any_of(SHAPES)})", _one_of("shape", SHAPES)),
    (rf"(?:{_any_of(THEMES)})", _one_of("theme", THEMES)),
)
_NOISE = frozenset(
    {"and", "with", "in", "the", "a", "an", "at", "on", "please", "mood", "style", "instrument"}
    | {"key", "of", "和", "用", "请", "的", "调", "风格", "乐器", "it", "play", "draw"}
)


def _instruments(rest: str) -> Iterator[tuple[int, int, str]]:
    """Instruments in what is left: where, how many characters, and which."""
    taken = rest
    for own in sorted(INSTRUMENTS, key=len, reverse=True):
        while (at := taken.find(own)) >= 0:
            taken = taken[:at] + "\0" * len(own) + taken[at + len(own) :]
            yield at, len(own), INSTRUMENTS[own]
    words = list(re.finditer(r"[A-Za-z0-9()-]+", taken))
    place = 0
    while place < len(words):
        for count in range(min(_LONGEST_NAME, len(words) - place), 0, -1):
            start, stop = words[place].start(), words[place + count - 1].end()
            name = taken[start:stop]
            program = None if "\0" in name or name.isdigit() else _program(name)
            if program is not None:
                yield start, stop - start, GENERAL_MIDI[program]
                place += count
                break
        else:
            place += 1


def _program(name: str) -> int | None:
    exact = known_instrument(name)
    if exact is not None or len(name) < _MISTYPED or " " in name:
        return exact
    near = process.extractOne(
        name.lower(), [one.lower() for one in GENERAL_MIDI], scorer=fuzz.ratio, score_cutoff=_LIKE
    )
    return None if near is None else near[2]
