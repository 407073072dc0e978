"""Everything is said in every language."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.limits import Limits, refuse
from bot.texts import LANGUAGES, language, texts
from bot.texts.catalogue import pattern_of
from bot.texts.traditional import simplified
from mididraw.errors import OptionError
from mididraw.instruments import chinese_name
from mididraw.options import DrawOptions
from tests.conftest import ROOT
from worker.queue.limits import Verdict

FOLDER = ROOT / "bot" / "texts"
WRITTEN = ("en", "zh")
"""Languages that are not made of others."""
ON_THE_WAY = (
    *("mididraw/options.py", "mididraw/draw.py", "mididraw/canvas.py", "mididraw/instruments.py"),
    *("mididraw/picture", "mididraw/harmony", "mididraw/engines", "mididraw/render/midi.py"),
    *("bot/jobs/limits.py", "bot/jobs/orders.py", "bot/jobs/local.py", "worker/batch.py"),
    *(
        "bot/fetch.py",
        "bot/discord",
        "worker/drawing_runner.py",
        "worker/run.py",
        "worker/queue/connection.py",
        "worker/queue/consumer.py",
        "worker/queue/ending.py",
    ),
)
"""What can raise or answer with a sentence that a person in a chat sees."""
FOR_HOSTS = (
    "{} cannot be opened: {}.",
    "{} cannot be read: {}.",
    "The {} engine needs {}: install it with pip install 'mididraw[model]', or use the chords "
    "engine.",
    "There is no DISCORD_TOKEN: make an application with a bot at "
    "https://discord.com/developers/applications, which gives you one.",
    "Discord does not know this DISCORD_TOKEN: copy it again from the application's page.",
    "This bench needs the tests: run it in a checkout.",
    "REDIS_URL cannot be read: it looks like redis://user@host:6379/0.",
)
"""What only those see who give paths or install packages."""


class Names(Visitor):
    """The placeholders of a message."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.found.add(node.id.name)


def catalogue(tag: str) -> dict[str, set[str]]:
    messages = {}
    for file in sorted((FOLDER / tag).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text()).body:
            assert not isinstance(entry, ftl.Junk), f"{file}: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in messages, f"{entry.id.name} is there twice"
                names = Names()
                names.visit(entry)
                messages[entry.id.name] = names.found
    return messages


def sentences(path: Path) -> set[str]:
    """What the errors of a module say, with braces for what varies."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            ours = node.func.id.endswith("Error") and node.func.id not in dir(__builtins__)
            values += node.args[:1] if ours else []
            values += [word.value for word in node.keywords if word.arg == "sentence"]
        if isinstance(node, ast.Assign | ast.Return) and node.value:
            values.append(node.value)
        for value in values:
            if isinstance(value, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in value.values]
                found.add("".join(str(part) for part in parts))
            elif isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
    return {said for said in found if re.match(r"[A-Z“{].* .*\.$", said)}


def test_all_languages_say_the_same_with_the_same_placeholders() -> None:
    first, *others = (catalogue(tag) for tag in WRITTEN)
    assert first
    for other in others:
        assert other == first


def test_every_text_that_the_code_asks_for_is_there_and_none_else() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    known = catalogue("en")
    asked = set(re.findall(r'texts\(\s*"([a-z-]+)"', code))
    assert asked - known.keys() == set()
    unused = [name for name in known if name not in code and not name.startswith("match-")]
    prefixes = [name for name in unused if f'"{name.partition("-")[0]}-' not in code]
    assert prefixes == []


@pytest.mark.parametrize("tag", WRITTEN[1:])
def test_every_sentence_on_the_way_of_a_drawing_is_translated(tag: str) -> None:
    table = tomllib.loads((FOLDER / tag / "sentences.toml").read_text())
    modules = [
        module
        for place in ON_THE_WAY
        for module in ((ROOT / place).rglob("*.py") if "." not in place else [ROOT / place])
        if module.name != "doctor.py"  # which speaks to hosts alone
    ]
    said = set().union(*(sentences(module) for module in modules)) - {*FOR_HOSTS}
    assert len(said) > 35
    patterns = [re.compile(pattern_of(english)) for english in table]
    missing = {one for one in said if not any(pattern.fullmatch(one) for pattern in patterns)}
    assert missing == set()
    for english, own in table.items():
        assert english.count("{}") == own.count("{}"), english


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
    assert texts(tag).language == wanted


def test_real_refusals_come_in_chinese() -> None:
    zh = texts("zh")
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(key="H minor")
    assert zh.sentence(refused.value) == "“H minor”不是调，请写成例如 C、F# minor 或 Bb major。"
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(tempo=500)
    assert zh.sentence(refused.value).startswith("选项 速度 不能是“500”")
    assert "4 幅" in zh.sentence(refuse(Verdict.USER, 0, Limits(user=4)))
    assert "一幅" in zh.sentence(refuse(Verdict.USER, 0, Limits(user=1)))
    assert "3 分钟" in zh.sentence(refuse(Verdict.RATE, 130, Limits()))
    assert texts("en").sentence(refused.value) == str(refused.value)
    assert zh.sentence("Nobody has translated this.") == "Nobody has translated this."


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(LookupError):
        texts("en")("no-such-text")
    with pytest.raises(LookupError):
        texts("en")("queued")


def test_traditional_chinese_is_written_with_traditional_characters_alone() -> None:
    """Big5, which Taiwan's programs used, has no others."""
    said = texts("zh-hant")
    written = [said.written(file.read_text()) for file in sorted((FOLDER / "zh").iterdir())]
    names = (chinese_name(program) for program in range(128))
    written += [said.written(name) for name in names if name]
    strange = {sign for text in written for sign in text if is_han(sign) and not in_big5(sign)}
    assert strange == set(), "add them to bot/texts/traditional.toml"
    assert said("web-upload") == "選擇圖片檔案"
    assert said("language-name") == "繁體中文"
    assert said.sentence(refuse(Verdict.USER, 0, Limits(user=4))).startswith("你已有 4 幅畫")


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
    assert texts("en").sentence(refused.value).startswith("The likeness cannot be “150”")
    said = texts("zh").sentence(refused.value)
    assert said == "像不像画不能是“150”（应不大于 100）。"
    with pytest.raises(OptionError) as refused:
        DrawOptions.of(tempo=10)
    assert texts("zh").sentence(refused.value) == "选项 速度 不能是“10”（应不小于 40）。"
