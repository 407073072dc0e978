"""What a button under a piece asks for, and the options that come of it."""

import secrets
from enum import StrEnum

from mididraw.options import DrawOptions, Engine

_STEP = 15
"""Points of strength from one version to a closer or a more musical one."""
_FASTER = 1.25
_SLOWEST, _FASTEST = 40, 240


class Action(StrEnum):
    """What a person may want next."""

    AGAIN = "again"
    CLOSER = "closer"
    MUSICAL = "musical"
    INSTRUMENT = "instrument"
    TEMPO = "tempo"
    KEY = "key"
    ACCOMPANIMENT = "accompaniment"


def actions_for(options: DrawOptions) -> tuple[Action, ...]:
    """The actions that would change a piece of these options, in the order to show them."""
    found = [Action.AGAIN]
    if options.engine in (Engine.GUIDED, Engine.POINTER):
        found += [Action.CLOSER] * (options.strength < 100) + [Action.MUSICAL] * (
            options.strength > 0
        )
    found += [Action.INSTRUMENT, Action.TEMPO, Action.KEY]
    if options.engine in (Engine.GUIDED, Engine.CHORDS):
        found.append(Action.ACCOMPANIMENT)
    return tuple(found)


def vary(options: DrawOptions, action: Action, value: str | None = None) -> DrawOptions:
    """The options of the next piece.

    All but another take keep the seed, so that nothing changes but what was asked for.

    Args:
        options: of the piece, as resolved.
        action: what is wanted.
        value: an instrument's name, a key, or ``faster``, ``slower`` or beats a minute.

    Raises:
        OptionError: the value cannot be used.
    """
    changed: dict[str, object]
    match action:
        case Action.AGAIN:
            changed = {"seed": secrets.randbelow(2**31)}
        case Action.CLOSER:
            changed = {"strength": min(options.strength + _STEP, 100)}
        case Action.MUSICAL:
            changed = {"strength": max(options.strength - _STEP, 0)}
        case Action.INSTRUMENT:
            changed = {"instrument": value}
        case Action.TEMPO:
            changed = {"tempo": _tempo(options.tempo, value)}
        case Action.KEY:
            changed = {"key": value}
        case Action.ACCOMPANIMENT:
            changed = {"accompaniment": not options.accompaniment}
    return DrawOptions.of(**{**options.model_dump(mode="json"), **changed})


def _tempo(now: int | None, value: str | None) -> object:
    factor = {"faster": _FASTER, "slower": 1 / _FASTER}.get(value or "")
    if factor is None or now is None:
        return value
    return min(max(round(now * factor), _SLOWEST), _FASTEST)
