"""What Discord refuses beside a request's shape: lengths, doubles, empty messages, commands."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.standins.discord_schema import Errors

DiscordFault = tuple[tuple[str, ...], str, str]
"""Where in the body, the error's code, and its sentence."""
_TEXT = 2000
_COMMAND = 8000
"""Characters of a message, and of all names, descriptions and values of a command."""
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
_SUBCOMMANDS = (1, 2)


def message_errors(body: dict[str, Any], files: int) -> Errors | None:
    """What is wrong with a message's fields; ``files`` come with it."""
    return _tree([*_text(body), *_components(body), *_attachments(body, files), *_mentions(body)])


def is_empty(body: dict[str, Any], files: int) -> bool:
    """Whether there is nothing in a message."""
    held = ("content", "embeds", "components", "sticker_ids", "attachments", "poll")
    return not files and not any(body.get(name) for name in held)


def command_errors(commands: list[dict[str, Any]]) -> Errors | None:
    """What is wrong with commands that are published."""
    faults: list[DiscordFault] = []
    names = Counter((one.get("type", 1), one["name"]) for one in commands)
    for place, command in enumerate(commands):
        where, kind = (str(place),), command.get("type", 1)
        if names[kind, command["name"]] > 1:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            faults.append(((*where, "name"), code, "Application command names must be unique"))
        if kind == 1:
            faults += _named(where, command)
            faults += _options(where, command.get("options") or [])
        elif command.get("description"):
            said = "Context menu commands cannot have description"
            faults.append(((*where, "description"), "APPLICATION_COMMAND_CONTEXT_MENU", said))
        if _length(command) > _COMMAND:
            said = "Command exceeds maximum size (8000)"
            faults.append((where, "APPLICATION_COMMAND_TOO_LARGE", said))
    return _tree(faults)


def _text(body: dict[str, Any]) -> Iterator[DiscordFault]:
    if len(body.get("content") or "") > _TEXT:
        yield ("content",), "BASE_TYPE_MAX_LENGTH", f"Must be {_TEXT} or fewer in length."


def _components(body: dict[str, Any]) -> Iterator[DiscordFault]:
    rows = body.get("components") or []
    if len(rows) > 5:
        yield ("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
    seen: set[str] = set()
    for number, row in enumerate(rows):
        for place, part in enumerate(row.get("components") or []):
            where = ("components", str(number), "components", str(place))
            own, url = part.get("custom_id"), part.get("url")
            if part["type"] == 2 and bool(own) == bool(url):
                said = "A custom id and url cannot both be specified, and one is required"
                yield where, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", said
            if part["type"] == 2 and not (part.get("label") or part.get("emoji")):
                yield where, "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button needs a label or an emoji"
            if part["type"] != 2 and len(row["components"]) > 1:
                yield where, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds it"
            if own in seen:
                said = "Component custom id cannot be duplicated"
                yield (*where, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", said
            seen |= {own} if own else set()


def _attachments(body: dict[str, Any], files: int) -> Iterator[DiscordFault]:
    given = body.get("attachments") or []
    if len(given) > 10:
        yield ("attachments",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."
    named = [int(one["id"]) for one in given if int(one["id"]) < 10]
    if any(one >= files for one in named):
        said = "Attachment data mismatched"
        yield ("attachments",), "ATTACHMENT_NOT_FOUND", said


def _mentions(body: dict[str, Any]) -> Iterator[DiscordFault]:
    allowed = body.get("allowed_mentions") or {}
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            said = f"parse:[{kind}] and {kind}: [ids...] are mutually exclusive."
            yield ("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", said


def _named(where: tuple[str, ...], command: dict[str, Any]) -> Iterator[DiscordFault]:
    names = {"name": command["name"], **(command.get("name_localizations") or {})}
    for key, name in names.items():
        if not _NAME.fullmatch(name) or name != name.lower():
            path = (*where, "name") if key == "name" else (*where, "name_localizations", key)
            said = "Command name is invalid"
            yield path, "APPLICATION_COMMAND_INVALID_NAME", said
    if not command.get("description"):
        yield (*where, "description"), "BASE_TYPE_REQUIRED", "This field is required"


def _options(where: tuple[str, ...], options: list[dict[str, Any]]) -> Iterator[DiscordFault]:
    languages = {key for one in options for key in one.get("name_localizations") or {}}
    spoken: list[Callable[[dict[str, Any]], str]] = [
        lambda one: str(one["name"]),
        *(
            lambda one, key=key: str((one.get("name_localizations") or {}).get(key, one["name"]))
            for key in languages
        ),
    ]
    for name_of in spoken:
        if len({name_of(one) for one in options}) < len(options):
            said = "Option names must be unique"
            yield (*where, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", said
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        said = "Required options must be placed before non-required options"
        yield (*where, "options"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", said
    if len({one["type"] in _SUBCOMMANDS for one in options}) > 1:
        said = "Sub-command and sub-command group option types are mutually exclusive to others"
        yield (*where, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", said
    for place, option in enumerate(options):
        path = (*where, "options", str(place))
        yield from _named(path, option)
        yield from _options(path, option.get("options") or [])
        choices = option.get("choices") or []
        if choices and option.get("autocomplete"):
            said = "Autocomplete options cannot have choices"
            yield (*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", said
        for what in ("name", "value"):
            if len({one[what] for one in choices}) < len(choices):
                said = f"Choice {what}s must be unique"
                yield (*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", said


def _length(part: dict[str, Any]) -> int:
    """Characters of a command: of each text, the longest of its languages."""
    found = 0
    for name in ("name", "description"):
        texts = [part.get(name) or "", *(part.get(f"{name}_localizations") or {}).values()]
        found += max(map(len, texts))
    found += len(part["value"]) if isinstance(part.get("value"), str) else 0
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    return found + sum(map(_length, inner))


def _tree(faults: list[DiscordFault]) -> Errors | None:
    found: Errors = {}
    for path, code, said in faults:
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place.setdefault("_errors", []).append({"code": code, "message": said})
    return found or None
