"""Discord's own description of its requests: what does not fit it is refused as there."""

import gzip
import json
import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

Errors = dict[str, Any]
"""By field: errors of what lies in it, and under ``_errors`` those of itself."""
_DOCUMENT = Path("shared", "data", "discord-openapi.json.gz")
_CODES = {
    "maxLength": ("BASE_TYPE_MAX_LENGTH", "Must be {} or fewer in length."),
    "minLength": ("BASE_TYPE_MIN_LENGTH", "Must be {} or more in length."),
    "maxItems": ("BASE_TYPE_MAX_LENGTH", "Must be {} or fewer in length."),
    "required": ("BASE_TYPE_REQUIRED", "This field is required"),
}


class RequestCheck:
    """Knows which bodies each request may have."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = _lenient(document["components"])
        self._ways = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path.count("{"), operations)
            for path, operations in document["paths"].items()
        ]
        self._known: dict[str, Any] = {}

    def errors(self, method: str, path: str, body: Any) -> Errors | None:
        """What is wrong with a request's body; None if nothing is.

        Raises:
            LookupError: there is no such request.
        """
        schema = self._body_of(method, path)
        if schema is None:
            return None
        name = json.dumps(schema)
        if name not in self._known:
            whole = {**schema, "components": self._components}
            self._known[name] = jsonschema_rs.validator_for(whole, validate_formats=False)
        found: Errors = {}
        for error in chain.from_iterable(map(_causes, self._known[name].iter_errors(body))):
            place = found
            for part in error.instance_path:
                place = place.setdefault(str(part), {})
            place.setdefault("_errors", []).append(_described(error))
        return found or None

    def _body_of(self, method: str, path: str) -> dict[str, Any] | None:
        fitting = [
            (braces, operations[method.lower()])
            for way, braces, operations in self._ways
            if way.fullmatch(path) and method.lower() in operations
        ]
        if not fitting:
            raise LookupError(f"{method} {path} is no request of Discord's")
        _, operation = min(fitting, key=lambda one: one[0])
        if "requestBody" not in operation:
            return None
        schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
        return schema


@cache
def request_check() -> RequestCheck | None:
    """The check by Discord's document; None where that is not at hand."""
    above = [folder / _DOCUMENT for folder in Path(__file__).resolve().parents]
    found = next((path for path in above if path.is_file()), None)
    return None if found is None else RequestCheck(json.loads(gzip.decompress(found.read_bytes())))


def _lenient(components: dict[str, Any]) -> dict[str, Any]:
    """What Discord takes as well: whole numbers for ids, and media channels."""
    schemas = dict(components["schemas"])
    number = {"type": "integer", "minimum": 0}
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], number]}
    channels = schemas["ChannelTypes"]
    schemas["ChannelTypes"] = {**channels, "oneOf": [*channels["oneOf"], {"const": 16}]}
    return {**components, "schemas": schemas}


def _causes(error: ValidationError) -> list[ValidationError]:
    """The errors behind one: where kinds are told apart by a ``type``, those of the kind meant."""
    match error.kind:
        case Kind.AnyOf(branches) | Kind.OneOfNotValid(branches):
            found = [[cause for one in branch for cause in _causes(one)] for branch in branches]
            meant = [causes for causes in found if not any(map(_is_other_kind, causes))]
            same = [one for one in meant if any(len(e.instance_path) for e in one)] or meant
            return min(same, key=len) if same else [error]
        case _:
            return [error]


def _is_other_kind(error: ValidationError) -> bool:
    is_type = bool(error.instance_path) and error.instance_path[-1] == "type"
    return isinstance(error.kind, Kind.Type) or (is_type and isinstance(error.kind, Kind.Enum))


def _described(error: ValidationError) -> dict[str, str]:
    word = str(error.schema_path[-1])
    code, sentence = _CODES.get(word, ("BASE_TYPE_INVALID", ""))
    bound = re.search(r"(\d+)\D*$", error.message)
    return {
        "code": code,
        "message": sentence.format(bound[1] if bound else "") or error.message[:300],
    }
