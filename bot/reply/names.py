"""Options as they are called in the person's language."""

from typing import Any

from bot.texts import Texts
from mididraw.harmony import Key, Mode
from mididraw.instruments import INSTRUMENTS, chinese_name


def key_name(name: str, texts: Texts) -> str:
    """A key such as ``Bb minor``, in Chinese ``降B小调``."""
    if name == "auto":
        return texts("key-auto")
    key = Key.parse(name)
    spelt = key.spell(key.tonic)
    tonic = spelt
    if len(spelt) > 1:
        tonic = texts("tonic-sharp" if spelt[1] == "#" else "tonic-flat", letter=spelt[0])
    return texts("key-minor" if key.mode is Mode.MINOR else "key-major", tonic=tonic)


def instrument_name(name: str, texts: Texts) -> str:
    """An instrument of General MIDI; by that name where nobody has another."""
    own = chinese_name(INSTRUMENTS.index(name)) if texts.language.startswith("zh") else None
    return name if own is None else texts.written(own)


def option_value(name: str, value: Any, texts: Texts) -> str:
    """What an option is set to, in words."""
    match name:
        case "key":
            return key_name(value, texts)
        case "instrument":
            return instrument_name(value, texts)
        case "style" | "engine" | "shape" | "theme" | "video" | "arrangement":
            return texts(f"{name}-{value}")
        case _ if isinstance(value, bool):
            return texts("yes" if value else "no")
        case _:
            return str(value)
