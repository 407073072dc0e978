"""The form that changes a piece, as buttons: each carries all that was chosen so far.

Nothing is kept of it, so that it works after a restart and for everybody at once.
"""

from collections.abc import Iterable, Sequence
from typing import Self, TypeVar

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.reply.names import option_value
from bot.telegram.words import POPULAR
from bot.texts import Texts
from mididraw.harmony import Key, Mode, Style
from mididraw.instruments import INSTRUMENTS
from mididraw.options import Arrangement, DrawOptions

_ALL_KEYS = ("auto", *(Key(tonic, mode).name for mode in Mode for tonic in range(12)))
_STYLES, _ARRANGEMENTS = tuple(Style), tuple(Arrangement)
_TEMPOS = ("60", "72", "84", "96", "108", "120", "132", "144", "160", "176", "192", "208")
_T = TypeVar("_T")
FIELDS = ("tempo", "key", "style", "arrangement", "instrument")


class ChangeForm(CallbackData, prefix="f"):
    """A form with its values, and which of its fields is open; within Telegram's 64 bytes.

    Attributes:
        job: whose piece it is about.
        field: its number; as many as there are for none.
        tempo: beats a minute, 0 for the mood's own.
        key: its place among all, the best fit first.
        style, arrangement, instrument: their places likewise.
        done: whether the piece is wanted so.
    """

    job: str
    field: int
    tempo: int
    key: int
    style: int
    arrangement: int
    instrument: int
    done: bool = False

    @classmethod
    def of(cls, job: str, now: DrawOptions) -> Self:
        """The form of a piece as it is, no field open."""
        return cls(
            job=job,
            field=len(FIELDS),
            tempo=now.tempo or 0,
            key=_ALL_KEYS.index(now.key),
            style=_STYLES.index(now.style),
            arrangement=_ARRANGEMENTS.index(now.arrangement),
            instrument=now.program,
        )

    def given(self) -> dict[str, object]:
        """Options by name, as they stand on the form; numbers of no form are as good as any."""
        return {
            "tempo": self.tempo or None,
            "key": _at(_ALL_KEYS, self.key),
            "style": _at(_STYLES, self.style).value,
            "arrangement": _at(_ARRANGEMENTS, self.arrangement).value,
            "instrument": _at(INSTRUMENTS, self.instrument),
        }


def keys_of(form: ChangeForm, texts: Texts, back: str) -> InlineKeyboardMarkup:
    """The form as buttons.

    Args:
        form: its values.
        texts: in the person's language.
        back: what the button sends that leads back to the piece's own buttons.
    """
    if form.field < len(FIELDS):
        return _choices(form, FIELDS[form.field], texts)
    rows = []
    for number, name in enumerate(FIELDS):
        value = form.given()[name]
        shown = "–" if value is None else option_value(name, value, texts)
        text = f"{texts(f'option-{name}').capitalize()}: {shown}"
        rows.append([_button(text, form.model_copy(update={"field": number}))])
    made = _button(texts("change-done"), form.model_copy(update={"done": True}))
    return InlineKeyboardMarkup(
        inline_keyboard=[*rows, [InlineKeyboardButton(text="‹", callback_data=back), made]]
    )


def _choices(form: ChangeForm, name: str, texts: Texts) -> InlineKeyboardMarkup:
    """What can be chosen in a field; each leads back to the form."""
    closed = form.model_copy(update={"field": len(FIELDS)})
    offered: dict[str, Iterable[tuple[int, str]]] = {
        "tempo": [(int(one), one) for one in _TEMPOS],
        "key": enumerate(_ALL_KEYS),
        "style": enumerate(_STYLES),
        "arrangement": enumerate(_ARRANGEMENTS),
        "instrument": [(INSTRUMENTS.index(one), one) for one in POPULAR],
    }
    keys = [
        _button(
            ("✓ " if number == getattr(form, name) else "") + option_value(name, value, texts),
            closed.model_copy(update={name: number}),
        )
        for number, value in offered[name]
    ]
    width = 2 if name == "instrument" else 3
    rows = [keys[start : start + width] for start in range(0, len(keys), width)]
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [_button("‹", closed)]])


def _button(text: str, form: ChangeForm) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=form.pack())


def _at(values: Sequence[_T], place: int) -> _T:
    return values[place % len(values)]
