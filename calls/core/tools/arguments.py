"""Reading what the model wrote as the arguments of a tool."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType

from calls.core.tools.definitions import ToolDefinition


@dataclass(frozen=True, slots=True)
class ToolMistake:
    """`message` tells the model what to change."""

    message: str


def parse_arguments(
    definition: ToolDefinition, text: str
) -> dict[str, object] | ToolMistake:
    """What the model wrote, as values that fit the definition.

    Forgiving where the meaning is plain (a number for a text, "Caller asked" for
    caller_asked); else a mistake that names everything to change at once. Of the
    schema only the plain keywords are looked at, which is all that the built-in
    tools use.
    """
    given = read_object(text)
    if given is None:
        return ToolMistake(
            f"{definition.name} was not run: its arguments must be one valid JSON "
            "object. Call it again."
        )
    accepted = unlisted(definition, given)
    mistakes = []
    for name, schema in named(definition).items():
        if given.get(name) is None and not takes(schema, "null"):
            if is_required(definition, name):
                mistakes.append(f"'{name}' is missing")
        elif name in given:
            found = fitted(schema, given[name])
            if isinstance(found, ToolMistake):
                mistakes.append(f"'{name}' {found.message}")
            accepted[name] = found
    if not mistakes:
        return accepted
    return ToolMistake(
        f"{definition.name} was not run: {'; '.join(mistakes)}. Call it again with "
        "this corrected."
    )


def named(definition: ToolDefinition) -> dict[str, Mapping[str, object]]:
    listed = as_mapping(definition.parameters.get("properties"))
    return {name: as_mapping(schema) for name, schema in listed.items()}


def is_required(definition: ToolDefinition, name: str) -> bool:
    required = definition.parameters.get("required")
    return isinstance(required, list) and name in required


def unlisted(
    definition: ToolDefinition, given: Mapping[str, object]
) -> dict[str, object]:
    """Arguments that the schema does not name, if it lets them pass."""
    if definition.parameters.get("additionalProperties") is False:
        return {}
    listed = named(definition)
    return {name: value for name, value in given.items() if name not in listed}


def as_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


DECODER = json.JSONDecoder(strict=False, parse_constant=refuse_constant)
FENCE = re.compile(r"^```(?:json)?\s*|\s*```$", re.I)
TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def read_object(text: str) -> dict[str, object] | None:
    """The JSON object in `text`; none at all reads as an empty one."""
    bare = FENCE.sub("", text.strip()).strip()
    if bare in ("", "null"):
        return {}
    from_brace = bare[max(bare.find("{"), 0) :]
    for attempt in (bare, from_brace, TRAILING_COMMA.sub(r"\1", from_brace)):
        try:
            value, _ = DECODER.raw_decode(attempt)
            if isinstance(value, str):
                value, _ = DECODER.raw_decode(value.strip())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None


def kinds_of(schema: Mapping[str, object]) -> list[str]:
    """The JSON types a value may have; none means that any will do."""
    kinds = schema.get("type", [])
    return [str(k) for k in (kinds if isinstance(kinds, list) else [kinds])]


def takes(schema: Mapping[str, object], kind: str) -> bool:
    return kind in kinds_of(schema)


def fitted(schema: Mapping[str, object], value: object) -> object | ToolMistake:
    """`value` as the schema wants it, or what it must be instead."""
    kinds = kinds_of(schema)
    if not kinds or (value is None and "null" in kinds):
        return allowed(schema, value)
    for kind in kinds:
        found = converted(kind, value)
        if found is not None:
            return allowed(schema, found)
    return ToolMistake(f"must be of type {' or '.join(kinds)}")


def allowed(schema: Mapping[str, object], value: object) -> object | ToolMistake:
    if isinstance(value, str) and not value.strip() and schema.get("minLength"):
        return ToolMistake("must not be empty")
    choices: object = schema.get("enum")
    if not isinstance(choices, list) or value in choices:
        return value
    by_word: dict[str, object] = {as_word(str(choice)): choice for choice in choices}
    if isinstance(value, str) and as_word(value) in by_word:
        return by_word[as_word(value)]
    return ToolMistake(f"must be one of: {', '.join(map(str, choices))}")


def as_word(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())


def converted(kind: str, value: object) -> object | None:
    """`value` as this JSON type where nothing is lost by it, else None."""
    match kind, value:
        case "string", str():
            return storable(value)
        case "string", bool():
            return str(value).lower()
        case "string", int() | float():
            return str(value)
        case "boolean", str() if value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        case "integer" | "number", bool():
            return None
        case "integer", str() if re.fullmatch(r"\s*-?\d{1,18}\s*", value):
            return int(value)
        case "integer", float() if value.is_integer():
            return int(value)
        case "number", str() if re.fullmatch(r"\s*-?\d{1,18}(\.\d+)?\s*", value):
            return float(value)
    return value if isinstance(value, PYTHON_TYPES.get(kind, object)) else None


def storable(text: str) -> str:
    """Without what JSON can write but a database cannot hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


PYTHON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": NoneType,
}
