"""What a piece is called: after the words beside the drawing, or the file's name."""

import re
from collections.abc import Sequence
from pathlib import PurePath

_LONGEST = 60
_WORDS = 8
_NUMBERED = re.compile(
    r"(?i)(?:img|image|dsc|dscn|pxl|photo|picture|pic|file|screenshot|scan|untitled|unnamed|"
    r"sticker|document|图片|照片|截图|屏幕截图|未命名|wx_camera|mmexport|signal|whatsapp image)?"
    r"[\W\d_]*(?:at|copy)?[\W\d_]*"
)
"""Names that cameras and programs give."""


def title_of(words: Sequence[str], names: Sequence[str | None]) -> str:
    """Call a piece by words that ask for nothing else, or by a file's name; empty if neither says.

    Args:
        words: that stand beside the drawing and are no options.
        names: of the drawing's files.
    """
    if 0 < len(words) <= _WORDS:
        title = " ".join(words)
        if any(letter.isalpha() for letter in title):
            return title[:_LONGEST]
    for name in names:
        stem = PurePath(name or "").stem.replace("_", " ").strip()
        if stem and not _NUMBERED.fullmatch(stem):
            return stem[:_LONGEST]
    return ""
