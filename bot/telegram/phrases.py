"""Options in words: "strength 80 C minor 120 bpm violin 16 bars", in English or Chinese."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from bot.reply import Action, vary
from bot.telegram.words import ARRANGEMENTS, ENGINES, POPULAR, SHAPES, STYLES, THEMES, VIDEOS
from bot.texts import LANGUAGES, texts_in
from bot.texts.traditional import simplified
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS as GENERAL_MIDI
from mididraw.instruments import common_names, known_instrument
from mididraw.options import Arrangement, DrawOptions

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
        actions: what buttons would ask for, and with which values.
        declined: instruments and moods that are not wanted.
    """

    options: dict[str, Any]
    unknown: tuple[str, ...]
    actions: tuple[tuple[Action, str | None], ...] = ()
    declined: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.options or self.actions or self.declined)


def parse(text: str) -> Asked:
    """Find options in words; later ones win, and what means nothing is passed over.

    Only so many characters are looked at as a person would write.
    """
    text = _narrow(text[:_LONGEST_TEXT])
    rest = simplified(text)
    found: list[tuple[int, dict[str, Any]]] = []
    actions: list[tuple[Action, str | None]] = []
    declined: set[str] = set()
    for label, action in _labels():
        if label.search(rest):
            rest = label.sub(_blank, rest)
            actions.append(action)
    for match in _NOT_THIS_MOOD.finditer(rest):
        declined.add(STYLES[match[1].lower()].value)
    rest = _NOT_THIS_MOOD.sub(_blank, rest)
    for pattern, take in _RULES:
        found += [(match.start(), take(match)) for match in pattern.finditer(rest)]
        rest = pattern.sub(_blank, rest)
    for start, length, name in _instruments(rest):
        refusal = _NOT_AT_THE_END.search(rest[:start])
        if refusal:
            declined.add(name)
        else:
            found.append((start, {"instrument": name}))
        begin = refusal.start() if refusal else start
        rest = rest[:begin] + "\0" * (start + length - begin) + rest[start + length :]
    options: dict[str, Any] = {}
    for _, one in sorted(found, key=lambda item: item[0]):
        options |= one
    unknown = tuple(
        text[match.start() : match.end()]
        for match in re.finditer(r"[^\s\0,.;:!?，。；：！？、=|/]+", rest)
        if match[0].lower() not in _NOISE
    )
    return Asked(options, unknown, tuple(actions), frozenset(declined))


def settle(options: DrawOptions, asked: Asked) -> DrawOptions:
    """Lay over options what can only be said once they are known.

    Raises:
        OptionError: it cannot be had.
    """
    for action, value in asked.actions:
        if action is Action.TEMPO and options.tempo is None:
            options = options.model_copy(update={"tempo": _USUAL_TEMPO})
        options = vary(options, action, value)
    if options.instrument in asked.declined:
        another = next(one for one in POPULAR if one not in asked.declined)
        options = options.model_copy(update={"instrument": another})
    if options.style.value in asked.declined:
        styles = [one for one in Style if one.value not in asked.declined]
        options = options.model_copy(update={"style": styles[0] if styles else options.style})
    return options


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


@cache
def _labels() -> tuple[tuple[re.Pattern[str], tuple[Action, str | None]], ...]:
    """What our own buttons say, in every language."""
    found: dict[str, tuple[Action, str | None]] = {}
    for tag in LANGUAGES:
        for name, action in _LABELS.items():
            found[simplified(texts_in(tag)(name))] = action
    ordered = sorted(found, key=len, reverse=True)
    return tuple((re.compile(_any_of({one: None}), re.IGNORECASE), found[one]) for one in ordered)


def _narrow(text: str) -> str:
    """Full-width forms as plain ones; no character more or less."""
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
    shift = {"升": "#", "降": "b", "♯": "#", "♭": "b", "sharp": "#", "flat": "b"}
    before, tonic, mode = match[1], match[2], match[4]
    after = (match[3] or "").strip(" -").lower()
    sign = shift.get(before or "", "") or shift.get(after, after)
    minor = mode in ("m", "小调") or mode.lower().startswith("min")
    return {"key": f"{tonic.upper()}{sign} {'minor' if minor else 'major'}"}


def _rules(*rules: tuple[str, Take]) -> tuple[tuple[re.Pattern[str], Take], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), take) for pattern, take in rules)


_N = r"(-?\d{1,9}(?:\.\d{1,6})?)"
_EQUALS = r"\s*[:=]?\s*"
_SIGN = r"(?:[#♯b♭]|[ -]?(?:flat|sharp)\b)"
_NOT = (
    r"(?:\bno\b|\bnot\b|\bwithout\b|\bnever\b|不要|不想要|不用|别用|别|不|无|去掉|没有)"
    r"\s*(?:(?:a|an|the|any|so|too|very)\b|太|很|那么)?\s*"
)
_NOT_AT_THE_END = re.compile(_NOT + r"$", re.IGNORECASE)
_NOT_THIS_MOOD = re.compile(rf"{_NOT}({_any_of(STYLES)})", re.IGNORECASE)
_LABELS: dict[str, tuple[Action, str | None]] = {
    "again": (Action.AGAIN, None),
    "takes": (Action.TAKES, None),
    "closer": (Action.CLOSER, None),
    "musical": (Action.MUSICAL, None),
    "tempo-slower": (Action.TEMPO, "slower"),
    "tempo-faster": (Action.TEMPO, "faster"),
    "key-auto": (Action.KEY, "auto"),
    "higher": (Action.HIGHER, None),
    "lower": (Action.LOWER, None),
}
"""Texts of buttons, and what they ask for."""
_USUAL_TEMPO = 100
_LIKENESS = r"\bstrength|\blikeness|强度|相似度|像不像画|像"
_NO = r"(?:no|without|不要|无|去掉|没有)\s*"
_PLAYERS = {
    word: one
    for word, one in ARRANGEMENTS.items()
    if one is not Arrangement.AUTO and known_instrument(word) is None
}
_RULES = _rules(
    (rf"(?:\bseed|种子){_EQUALS}(\d{{1,12}})", _is("seed")),
    (rf"(?:\bcandidates|候选){_EQUALS}{_N}", _is("candidates")),
    (rf"(?:\btemperature|温度){_EQUALS}{_N}", _is("temperature")),
    (rf"\btop[-_ ]?p{_EQUALS}{_N}", _is("top_p")),
    (
        rf"(?:\bstrength|\blikeness|强度|相似度|像不像画|像){_EQUALS}{_N}\s*%?",
        _is("strength"),
    ),
    (rf"{_N}\s*%", _is("strength")),
    (rf"{_N}\s*(?:bars?\b|measures?\b|小节)", _is("bars")),
    (rf"(?:\bbars|小节){_EQUALS}{_N}", _is("bars")),
    (rf"{_N}\s*(?:takes?\b|个版本)", _is("takes")),
    (rf"{_N}\s*(?:bpm\b|拍)", _is("tempo")),
    (rf"(?:\btempo|\bbpm|速度){_EQUALS}{_N}", _is("tempo")),
    (rf"{_NO}(?:accompaniment\b|伴奏)", _always(accompaniment=False)),
    (r"(?:\b(?:with|add)\s+)?\baccompaniment\b|(?:加|要|带)?伴奏", _always(accompaniment=True)),
    (r"\bkey\s*[:=]?\s*auto\b|\bauto(?:matic)? key\b|自动(?:选)?调", _always(key="auto")),
    (r"\binvert(?:ed)?\b|反色|反相", _always(invert=True)),
    (r"\bmorph(?:ing|ed)?\b|渐变", _always(morph=True)),
    (rf"(?:\bengine|引擎){_EQUALS}({_any_of(ENGINES)})", lambda m: {"engine": m[1].lower()}),
    (
        rf"(升|降)?(?<![A-Za-z])([A-G])({_SIGN}?)\s*"
        r"(major\b|minor\b|maj\b|min\b|大调|小调)",
        _key,
    ),
    (r"()\b((?-i:[A-G]))([ -](?:flat|sharp)\b)()", _key),
    (r"()\b((?-i:[A-G]))([#♯b♭]?)((?-i:m))\b", _key),
    (r"\bkey\s*[:=]?\s*()([A-G])([#♯b♭]?)()(?!\w)", _key),
    (
        rf"(?:\barrangement|编曲){_EQUALS}({_any_of(ARRANGEMENTS)})",
        lambda match: {"arrangement": ARRANGEMENTS[match[1].lower()].value},
    ),
    (rf"(?<!brass )(?:{_any_of(_PLAYERS)})", _one_of("arrangement", _PLAYERS)),
    (_any_of(VIDEOS), _one_of("video", VIDEOS)),
    (_any_of(STYLES), _one_of("style", STYLES)),
    (rf"(?:{_any_of(SHAPES)})", _one_of("shape", SHAPES)),
    (rf"(?:{_any_of(THEMES)})", _one_of("theme", THEMES)),
)
_NOISE = frozenset(
    {"and", "with", "in", "the", "a", "an", "at", "on", "please", "mood", "style", "instrument"}
    | {"key", "tempo", "of", "it", "play", "draw"}
    | {"和", "用", "请", "的", "调", "速度", "风格", "乐器"}
)


def _instruments(rest: str) -> Iterator[tuple[int, int, str]]:
    """Instruments in what is left: where, how many characters, and which."""
    taken = rest
    pattern, programs = _chinese_instruments()
    for match in pattern.finditer(rest):
        start, stop = match.span()
        taken = taken[:start] + "\0" * (stop - start) + taken[stop:]
        yield start, stop - start, GENERAL_MIDI[programs[match[0]]]
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


@cache
def _chinese_instruments() -> tuple[re.Pattern[str], dict[str, int]]:
    """A pattern of the Chinese names of instruments, and their programs; Chinese has no gaps."""
    names = common_names().items()
    own = {simplified(name): program for name, program in names if not name.isascii()}
    return re.compile(_any_of(own)), own


def _program(name: str) -> int | None:
    exact = known_instrument(name)
    if exact is not None or len(name) < _MISTYPED or " " in name:
        return exact
    # Whoever mistypes a name begins it well, and "hello" is no cello.
    alike = {
        program: instrument.lower()
        for program, instrument in enumerate(GENERAL_MIDI)
        if instrument[0].lower() == name[0].lower()
    }
    near = process.extractOne(name.lower(), alike, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return None if near is None else int(near[2])
