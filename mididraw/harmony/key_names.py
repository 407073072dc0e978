"""The ways in which people write a key: English, German, Romance and Chinese."""

import re

_NATURALS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SYLLABLES = {"do": 0, "ut": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
# In German B is the English B flat, and H its B.
_GERMAN = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "h": 11, "b": 10}
_SHARP = r"#|sharp|dièse|diese|diesis|sostenido|sustenido|升"
_FLAT = r"b|flat|bémol|bemol|bemolle|降"
_MAJOR = r"major|maj|majeur|mayor|maior|maggiore|大调|大調"
_MINOR = r"minor|min|mineur|menor|minore|小调|小調"
_MODE = rf"(?:(?P<major>{_MAJOR})|(?P<minor>{_MINOR})|(?P<m>m))?"
_SIGN = rf"(?:(?P<sharp>{_SHARP})|(?P<flat>{_FLAT}))?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<letter>[a-g]) ?{_SIGN} ?{_MODE}",
        rf"(?:(?P<sharp>升)|(?P<flat>降)) ?(?P<letter>[a-g]) ?{_MODE}",
        rf"(?P<syllable>{'|'.join(_SYLLABLES)}) ?{_SIGN} ?{_MODE}",
        r"(?P<german>[a-h])(?:(?P<sharp>is)|(?P<flat>e?s))? ?(?:(?P<major>dur)|(?P<minor>moll))",
    )
)


def read_key(text: str) -> tuple[int, bool] | None:
    """Read a key such as ``F sharp minor``, ``Bb``, ``h-Moll``, ``do majeur`` or ``降E大调``.

    Returns:
        the pitch class of its tonic and whether it is minor, or None where the text is no key.
    """
    plain = text.strip().replace("♯", "#").replace("♭", "b")
    # A capital M is major, a small one minor.
    plain = re.sub(r"(?<=[A-Ga-g#b])\s*M$", " major", plain)
    plain = re.sub(r"[\s:_-]+", " ", plain).lower().replace("ré", "re")
    for form in _FORMS:
        if found := form.fullmatch(plain):
            parts = found.groupdict()
            shift = bool(parts.get("sharp")) - bool(parts.get("flat"))
            return (_tonic(parts) + shift) % 12, bool(parts.get("minor") or parts.get("m"))
    return None


def _tonic(parts: dict[str, str | None]) -> int:
    if letter := parts.get("letter"):
        return _NATURALS[letter]
    if syllable := parts.get("syllable"):
        return _SYLLABLES[syllable]
    return _GERMAN[parts.get("german") or "c"]
