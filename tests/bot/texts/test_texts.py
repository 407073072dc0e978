"""Everything is said in every language."""

import ast
import math
import re
import string
from collections.abc import Iterable
from typing import Any

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.limits import Limits, refuse
from bot.texts import LANGUAGES, language, texts_in
from bot.texts.traditional import simplified
from mididraw.errors import MididrawError, OptionError, Sentence
from mididraw.instruments import chinese_name
from mididraw.options import DrawOptions
from tests.conftest import ROOT
from worker.queue.limits import AdmissionOutcome

FOLDER = ROOT / "bot" / "texts"
WRITTEN = ("en", "zh")
"""Languages that are not made of others."""


class Names(Visitor):
    """The placeholders of a message."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.found.add(node.id.name)


def catalogue(tag: str, pattern: str = "*.ftl") -> dict[str, set[str]]:
    messages: dict[str, set[str]] = {}
    for file in sorted((FOLDER / tag).glob(pattern)):
        for entry in FluentParser().parse(file.read_text()).body:
            assert not isinstance(entry, ftl.Junk), f"{file}: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in messages, f"{entry.id.name} is there twice"
                names = Names()
                names.visit(entry)
                messages[entry.id.name] = names.found
    return messages


def errors() -> dict[str, set[str]]:
    """Every code of an error or a sentence in the sources → the names of what varies in it.

    An error's call gives its code and its English, both as literals, or a sentence that was made
    elsewhere.
    """
    trees = {
        path: ast.parse(path.read_text())
        for root in ("mididraw", "bot", "worker")
        for path in sorted((ROOT / root).rglob("*.py"))
    }
    makers = family(trees.values()) | {"Sentence", "Sentence.of", "type(error)"}
    found: dict[str, str] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in makers:
                continue
            where = f"{path}:{node.lineno}"
            assert node.args, f"{where}: no code"
            first, *rest = node.args
            if isinstance(first, ast.Name | ast.Attribute | ast.Call):
                continue  # made elsewhere
            if path.name in {"errors.py", "options.py"} and isinstance(first, ast.JoinedStr):
                continue  # what pydantic says, and what an option is called
            assert isinstance(first, ast.Constant), f"{where}: a code is a literal"
            code = str(first.value)
            if path.name == "answer.py" and not code:
                continue  # older workers' answers have none
            assert rest, f"{where}: no code, or no English"
            english = ast.literal_eval(rest[0])
            assert re.fullmatch(r"[a-z][a-z0-9-]*", code), f"{where}: {code!r} is no code"
            assert found.setdefault(code, english) == english, f"{where}: {code} says otherwise"
            assert {word.arg for word in node.keywords} == placeholders(english), where
    return {code: placeholders(english) for code, english in found.items()}


def family(trees: Iterable[ast.Module]) -> set[str]:
    """The names of MididrawError and all that descend from it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, before = {MididrawError.__name__}, 0
    while len(found) > before:
        before = len(found)
        found |= {kind.name for kind in classes if found & {*map(ast.unparse, kind.bases)}}
    return found


def placeholders(english: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(english) if name}


def test_all_languages_say_the_same_with_the_same_placeholders() -> None:
    first, *others = (catalogue(tag, "[!e]*.ftl") for tag in WRITTEN)
    assert first
    for other in others:
        assert other == first


def test_every_text_that_the_code_asks_for_is_there_and_none_else() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    known = catalogue("en", "[!e]*.ftl")
    asked = set(re.findall(r'texts\(\s*"([a-z-]+)"', code))
    assert asked - known.keys() == set()
    unused = [name for name in known if name not in code and not name.startswith("match-")]
    prefixes = [name for name in unused if f'"{name.partition("-")[0]}-' not in code]
    assert prefixes == []


def test_every_error_has_a_code_and_is_said_in_every_language() -> None:
    in_code = errors()
    assert len(in_code) > 150
    options = {f"option-{name.replace('_', '-')}" for name in (*DrawOptions.model_fields, "prompt")}
    in_code |= {option: set() for option in options}
    wanted = {f"error-{code}": names for code, names in in_code.items()}
    for tag in WRITTEN:
        said = {
            name: of for name, of in catalogue(tag, "errors.ftl").items() if "-value-" not in name
        }
        assert said.keys() <= wanted.keys(), tag
        assert all(said[name] == wanted[name] for name in said), tag
        if tag != "en":  # which the errors themselves are written in
            assert said.keys() == wanted.keys(), tag


@pytest.mark.parametrize("name", sorted(DrawOptions.model_fields))
def test_whatever_is_wrong_with_an_option_is_said_in_chinese(name: str) -> None:
    wrong: tuple[Any, ...] = ("~", 1.5, -1, 10**9, [], math.inf)
    for value in wrong:
        try:
            DrawOptions.of(**{name: value})
        except OptionError as error:
            said = texts_in("zh").sentence(error)
            assert said.endswith(("。", "？"))
            assert "should" not in said


@given(st.text())
def test_any_tag_gives_a_language(tag: str) -> None:
    assert language(tag) in LANGUAGES


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        *[("zh-CN", "zh"), ("zh_TW", "zh-hant"), ("ZH-hans", "zh"), ("en-US", "en"), ("de", "en")],
        *[("zh-Hant-HK", "zh-hant"), ("zh-hant", "zh-hant"), ("zh-Hans-HK", "zh"), ("zh", "zh")],
        *[("", "en"), (None, "en"), ("zhuang", "en")],
    ],
)
def test_locale_tags_are_understood(tag: str | None, wanted: str) -> None:
    assert language(tag) == wanted
    assert texts_in(tag).language == wanted


def test_real_refusals_come_in_chinese() -> None:
    zh = texts_in("zh")
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(key="H minor")
    assert zh.sentence(refused.value) == "“H minor”不是调，请写成例如 C、F# minor 或 Bb major。"
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(tempo=500)
    assert zh.sentence(refused.value).startswith("选项 速度 不能是“500”")
    assert "4 幅" in zh.sentence(refuse(AdmissionOutcome.USER, 0, Limits(user=4)))
    assert "一幅" in zh.sentence(refuse(AdmissionOutcome.USER, 0, Limits(user=1)))
    assert "3 分钟" in zh.sentence(refuse(AdmissionOutcome.RATE, 130, Limits()))
    assert texts_in("en").sentence(refused.value) == str(refused.value)
    unknown = Sentence("of-a-later-version", "Nobody has translated this.")
    assert zh.sentence(unknown) == unknown.text
    assert zh.sentence(Sentence("picture-count", "Other parameters.")) == "Other parameters."


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(LookupError):
        texts_in("en")("no-such-text")
    with pytest.raises(LookupError):
        texts_in("en")("queued")


def test_traditional_chinese_is_written_with_traditional_characters_alone() -> None:
    """Big5, which Taiwan's programs used, has no others."""
    said = texts_in("zh-hant")
    written = [said.written(file.read_text()) for file in sorted((FOLDER / "zh").iterdir())]
    names = (chinese_name(program) for program in range(128))
    written += [said.written(name) for name in names if name]
    strange = {sign for text in written for sign in text if is_han(sign) and not in_big5(sign)}
    assert strange == set(), "add them to bot/texts/traditional.toml"
    assert said("web-upload") == "選擇圖片檔案"
    assert said("language-name") == "繁體中文"
    assert said.sentence(refuse(AdmissionOutcome.USER, 0, Limits(user=4))).startswith(
        "你已有 4 幅畫"
    )


def test_traditional_words_are_read_as_simplified_ones_of_the_same_length() -> None:
    said = "憂傷，小節，種子，強度，電吉他，遊戲"
    assert simplified(said) == "忧伤，小节，种子，强度，电吉他，游戏"
    for file in sorted((FOLDER / "zh").iterdir()):
        text = re.sub("[“”]", "", file.read_text())
        assert len(simplified(text)) == len(text)


def is_han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def in_big5(sign: str) -> bool:
    try:
        sign.encode("cp950")
    except UnicodeEncodeError:
        return False
    return True


def test_what_a_chat_calls_otherwise_is_called_so_in_errors_too() -> None:
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(strength=150)
    assert texts_in("en").sentence(refused.value).startswith("The option likeness cannot be “150”")
    said = texts_in("zh").sentence(refused.value)
    assert said == "选项 像不像画 不能是“150”（应不大于 100）。"
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(tempo=10)
    assert texts_in("zh").sentence(refused.value) == "选项 速度 不能是“10”（应不小于 40）。"
