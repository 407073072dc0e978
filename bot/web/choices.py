"""What can be chosen from on the page, and all that is written there."""

from pydantic import BaseModel, ConfigDict, Field

from bot.reply.names import instrument_name, key_name
from bot.texts import Texts
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, DrawOptions, Engine, Theme
from mididraw.render.palette import PALETTES, Palette

KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
)
_ENGINES = sorted(Engine, key=lambda one: one != DrawOptions().engine)
# fmt: off
_TEXTS = (
    "about", "pen", "eraser", "shapes", "line", "rectangle", "ellipse", "fill", "text", "undo",
    "redo", "clear", "thickness", "upload", "camera", "grid", "sound", "page", "add-page",
    "remove-page", "canvas", "paste", "how", "example", "strength", "free", "exact", "bars",
    "bars-auto", "tempo", "tempo-auto", "key", "key-auto", "instrument", "mood", "accompaniment",
    "arrangement", "engine", "morph", "seed", "seed-auto", "more", "options", "draw", "cancel",
    "again", "open-shape", "nothing", "broken-picture", "working", "usual", "left", "waits", "lost",
    "not-sent", "adrift", "order-lost", "offline", "unposted", "posted", "result", "roll", "takes",
    "play", "pause", "seek", "loop", "follow", "zoom-in", "zoom-out", "video", "download", "share",
    "copied", "until", "lives", "link-over", "link-ended", "piece-stays", "pieces", "keep",
    "forget", "new", "begun", "close", "language",
)
# fmt: on


class Choice(BaseModel):
    """A value that can be chosen, and how it is called."""

    model_config = ConfigDict(frozen=True)

    value: str
    label: str


class Choices(BaseModel):
    """All of it, in one language."""

    model_config = ConfigDict(frozen=True)

    language: str
    instruments: list[Choice]
    styles: list[Choice]
    arrangements: list[Choice]
    engines: list[Choice] = Field(description="The default one first.")
    keys: list[Choice]
    texts: dict[str, str]
    palettes: dict[Theme, Palette] = Field(description="Colours of the piano roll.")


def choices(texts: Texts, days: float) -> Choices:
    """In the language of the texts; a shared link lives so many days."""
    written = {name: texts(f"web-{name}") for name in _TEXTS if name != "lives"}
    return Choices(
        language=texts.language,
        instruments=[Choice(value=one, label=instrument_name(one, texts)) for one in INSTRUMENTS],
        styles=[Choice(value=style, label=texts(f"style-{style}")) for style in Style],
        arrangements=[Choice(value=one, label=texts(f"arrangement-{one}")) for one in Arrangement],
        engines=[Choice(value=one, label=texts(f"engine-{one}")) for one in _ENGINES],
        keys=[Choice(value=key, label=key_name(key, texts)) for key in KEYS],
        texts=written | {"lives": texts("web-lives", days=max(round(days), 1))},
        palettes=PALETTES,
    )
