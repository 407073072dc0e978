"""What a button under a piece asks for, and the options that come of it."""

import secrets
from collections.abc import Mapping
from enum import StrEnum

from mididraw.errors import OptionError
from mididraw.harmony import PITCH_CLASSES
from mididraw.options import (
    HIGHEST_KEY,
    LOWEST_KEY,
    MOST_TAKES,
    SEEDS,
    UNUSED,
    DrawOptions,
    Engine,
    PitchRange,
    Video,
)

_STEP = 15
"""Points of strength from one version to a closer or a more musical one."""
_FASTER = 1.25
_SLOWEST, _FASTEST = 40, 240


class Action(StrEnum):
    """What a person may want next."""

    AGAIN = "again"
    TAKES = "takes"
    """Several, to choose from."""
    TAKE = "take"
    """One of them."""
    CLOSER = "closer"
    MUSICAL = "musical"
    INSTRUMENT = "instrument"
    TEMPO = "tempo"
    SLOWER = "slower"
    FASTER = "faster"
    HIGHER = "higher"
    LOWER = "lower"
    KEY = "key"
    ACCOMPANIMENT = "accompaniment"
    VIDEO = "video"
    CHANGE = "change"
    """A form with what the piece has now."""


def actions_for(options: DrawOptions) -> tuple[Action, ...]:
    """What can be asked for of a piece of these options, in the order to show it."""
    if options.takes > 1:
        return (Action.TAKE, Action.TAKES)
    found = [Action.AGAIN]
    if options.engine is not Engine.NAIVE:
        found.append(Action.TAKES)
    unused = UNUSED[options.engine]
    if "strength" not in unused:
        found += [Action.CLOSER] * (options.strength < 100) + [Action.MUSICAL] * (
            options.strength > 0
        )
    found += [Action.CHANGE, Action.INSTRUMENT, Action.TEMPO]
    tempo = options.tempo or _SLOWEST
    found += [Action.SLOWER] * (tempo > _SLOWEST) + [Action.FASTER] * (tempo < _FASTEST)
    found += [one for one in (Action.HIGHER, Action.LOWER) if _moved(options, one)]
    found.append(Action.KEY)
    if "accompaniment" not in unused:
        found.append(Action.ACCOMPANIMENT)
    if options.video is Video.NONE:
        found.append(Action.VIDEO)
    return tuple(found)


def vary(options: DrawOptions, action: Action, value: str | None = None) -> DrawOptions:
    """The options of the next piece.

    All but another take keep the seed, so that nothing changes but what was asked for.

    Args:
        options: of the piece, as resolved.
        action: what is wanted.
        value: an instrument's name, a key, ``faster``, ``slower`` or beats a minute, a video's
            shape, or a take's number.

    Raises:
        OptionError: the value cannot be used.
    """
    given: dict[str, object]
    match action:
        case Action.AGAIN:
            given = {"seed": secrets.randbelow(SEEDS), "candidates": _plenty(options)}
        case Action.TAKES:
            given = {"seed": secrets.randbelow(SEEDS), "candidates": _plenty(options)}
            given |= {"takes": MOST_TAKES, "video": Video.NONE}
        case Action.TAKE:
            return options.of_take(_number(value, options.takes))
        case Action.CHANGE:
            given = {}
        case Action.CLOSER:
            given = {"strength": min(options.strength + _STEP, 100)}
        case Action.MUSICAL:
            given = {"strength": max(options.strength - _STEP, 0)}
        case Action.INSTRUMENT:
            given = {"instrument": value}
        case Action.TEMPO:
            given = {"tempo": _tempo(options.tempo, value)}
        case Action.SLOWER | Action.FASTER:
            given = {"tempo": _tempo(options.tempo, action.value)}
        case Action.HIGHER | Action.LOWER:
            shift, pitches = _moved(options, action), options.pitch_range
            moved = PitchRange(low=pitches.low + shift, high=pitches.high + shift)
            given = {"pitch_range": str(moved)}
        case Action.KEY:
            given = {"key": value}
        case Action.ACCOMPANIMENT:
            given = {"accompaniment": not options.accompaniment}
        case Action.VIDEO:
            given = {"video": value or Video.WIDE}
    return changed(options, given)


def changed(options: DrawOptions, given: Mapping[str, object]) -> DrawOptions:
    """The options of a piece with some of them changed, as a form asks for it.

    Raises:
        OptionError: a value cannot be used.
    """
    return DrawOptions.of(**{**options.model_dump(mode="json"), **given})


def _plenty(options: DrawOptions) -> int:
    """As many candidates as a piece has by itself: one of several takes had fewer."""
    return max(options.candidates, DrawOptions().candidates)


def _number(value: str | None, most: int) -> int:
    if value is None or not value.isdecimal() or not 1 <= int(value) <= most:
        raise OptionError(
            "take-unknown",
            "There is no take “{value}”: choose one of 1 to {most}.",
            value=value,
            most=most,
        )
    return int(value)


def _moved(options: DrawOptions, action: Action) -> int:
    """Semitones up or down to where there are keys: an octave, or as far as they go."""
    pitches = options.pitch_range
    if action is Action.HIGHER:
        return min(PITCH_CLASSES, HIGHEST_KEY - pitches.high)
    return max(-PITCH_CLASSES, LOWEST_KEY - pitches.low)


def _tempo(now: int | None, value: str | None) -> object:
    factor = {"faster": _FASTER, "slower": 1 / _FASTER}.get(value or "")
    if factor is None or now is None:
        return value
    return min(max(round(now * factor), _SLOWEST), _FASTEST)
