"""What a button under a piece asks for, and the options that come of it."""

import secrets
from enum import StrEnum

from mididraw.harmony import PITCH_CLASSES
from mididraw.options import HIGHEST_KEY, LOWEST_KEY, DrawOptions, Engine, PitchRange, Video

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
    SLOWER = "slower"
    FASTER = "faster"
    HIGHER = "higher"
    LOWER = "lower"
    KEY = "key"
    ACCOMPANIMENT = "accompaniment"
    VIDEO = "video"


def actions_for(options: DrawOptions) -> tuple[Action, ...]:
    """The actions that would change a piece of these options, in the order to show them."""
    found = [Action.AGAIN]
    if options.engine in (Engine.GUIDED, Engine.MOSAIC, Engine.POINTER):
        found += [Action.CLOSER] * (options.strength < 100) + [Action.MUSICAL] * (
            options.strength > 0
        )
    found += [Action.INSTRUMENT, Action.TEMPO]
    tempo = options.tempo or _SLOWEST
    found += [Action.SLOWER] * (tempo > _SLOWEST) + [Action.FASTER] * (tempo < _FASTEST)
    found += [one for one in (Action.HIGHER, Action.LOWER) if _moved(options, one)]
    found.append(Action.KEY)
    if options.engine in (Engine.GUIDED, Engine.CHORDS, Engine.MOSAIC):
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
        value: an instrument's name, a key, ``faster``, ``slower`` or beats a minute, or a video's
            shape.

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
        case Action.SLOWER | Action.FASTER:
            changed = {"tempo": _tempo(options.tempo, action.value)}
        case Action.HIGHER | Action.LOWER:
            shift, pitches = _moved(options, action), options.pitch_range
            moved = PitchRange(low=pitches.low + shift, high=pitches.high + shift)
            changed = {"pitch_range": str(moved)}
        case Action.KEY:
            changed = {"key": value}
        case Action.ACCOMPANIMENT:
            changed = {"accompaniment": not options.accompaniment}
        case Action.VIDEO:
            changed = {"video": value or Video.WIDE}
    return DrawOptions.of(**{**options.model_dump(mode="json"), **changed})


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
