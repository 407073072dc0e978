"""What can be chosen from on the page, and all that is written there."""

from pydantic import BaseModel, ConfigDict

from bot.texts import Texts
from mididraw.harmony import Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement

KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
)
_TEXTS = (
    *("about", "pen", "eraser", "undo", "redo", "clear", "thickness", "upload", "camera", "grid"),
    *("page", "add-page", "remove-page", "canvas", "paste", "strength", "free", "exact", "bars"),
    *("bars-auto", "tempo", "tempo-auto", "key", "key-auto", "instrument", "mood"),
    *(
        "accompaniment",
        "arrangement",
        "seed",
        "seed-auto",
        "more",
        "draw",
        "cancel",
        "again",
        "play",
        "pause",
    ),
    *(
        "takes",
        "seek",
        "loop",
        "zoom-in",
        "zoom-out",
        "roll",
        "share",
        "copied",
        "download",
        "nothing",
    ),
    *("lost", "new", "options", "result", "language", "posted", "broken-picture", "working"),
    *(
        "video",
        "until",
        "not-sent",
        "adrift",
        "offline",
        "unposted",
        "close",
        "begun",
        "how",
        "example",
    ),
)


class Choice(BaseModel):
    """One of several."""

    model_config = ConfigDict(frozen=True)

    value: str
    label: str


class Choices(BaseModel):
    """All of it, in one language."""

    model_config = ConfigDict(frozen=True)

    language: str
    instruments: list[str]
    styles: list[Choice]
    arrangements: list[Choice]
    keys: list[str]
    texts: dict[str, str]


def choices(said: Texts) -> Choices:
    """In the language of the texts."""
    return Choices(
        language=said.language,
        instruments=list(INSTRUMENTS),
        styles=[Choice(value=style, label=said(f"style-{style}")) for style in Style],
        arrangements=[Choice(value=one, label=said(f"arrangement-{one}")) for one in Arrangement],
        keys=list(KEYS),
        texts={name: said(f"web-{name}") for name in _TEXTS},
    )
