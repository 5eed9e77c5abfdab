"""The `tools` of a request, and arguments that fit a tool's schema.

A real model fills in the arguments that the schema allows; the rule book only knows the
gist. `fit` closes the gap: it drops what the schema does not name, picks the first
candidate that an enumeration has, and fills in what is required.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calls.simulator.openai_api.errors import (
    ApiError,
    invalid,
    unknown_parameter,
    wrong_type,
)

FIELDS = frozenset(
    {
        "type",
        "name",
        "description",
        "parameters",
        "strict",
        "defer_loading",
        "allowed_callers",
        "output_schema",
        "async",
    }
)
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
EVERY_TEXT = "*"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    parameters: Schema


def read_tools(found: Any) -> dict[str, Tool]:
    if not isinstance(found, list):
        raise wrong_type("tools", "an array", found)
    tools = [_tool(tool, f"tools[{number}]") for number, tool in enumerate(found)]
    return {tool.name: tool for tool in tools}


def _tool(tool: Any, param: str) -> Tool:
    if not isinstance(tool, dict):
        raise wrong_type(param, "an object", tool)
    if tool.get("type") != "function":
        raise invalid(
            f"Invalid value: '{tool.get('type')}'.", f"{param}.type", "invalid_value"
        )
    for name in tool:
        if name not in FIELDS:
            raise unknown_parameter(f"{param}.{name}")
    name = tool.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise invalid(
            f"Invalid '{param}.name': string does not match pattern. Expected a string "
            "that matches the pattern '^[a-zA-Z0-9_-]+$'.",
            f"{param}.name",
            "invalid_value",
        )
    parameters = tool.get("parameters")
    if parameters is not None:
        check_schema(name, parameters, f"{param}.parameters")
        if tool.get("strict"):
            _check_strict(name, parameters, f"{param}.parameters")
    return Tool(name, parameters or {})


def _bad_schema(name: str, why: str, param: str) -> ApiError:
    return invalid(
        f"Invalid schema for function '{name}': {why}",
        param,
        "invalid_function_parameters",
    )


def check_schema(name: str, schema: Any, param: str) -> None:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        got = schema.get("type") if isinstance(schema, dict) else None
        raise _bad_schema(
            name,
            f"schema must be a JSON Schema of 'type: \"object\"', got 'type: {got}'.",
            param,
        )
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        raise _bad_schema(name, "'properties' is not an object.", param)
    for required in schema.get("required", []):
        if required not in properties:
            raise _bad_schema(
                name, f"In context=(), extra required key '{required}'.", param
            )


def _check_strict(name: str, schema: Schema, param: str) -> None:
    """Strict mode takes closed objects only, with every property required."""
    if schema.get("additionalProperties") is not False:
        raise _bad_schema(
            name,
            "In context=(), 'additionalProperties' is required to be supplied and to "
            "be false.",
            param,
        )
    missing = set(schema.get("properties", {})) - set(schema.get("required", []))
    if missing:
        raise _bad_schema(
            name,
            "In context=(), 'required' is required to be supplied and to be an array "
            f"including every key in properties. Missing '{min(missing)}'.",
            param,
        )


def fit(arguments: Mapping[str, Any], schema: Schema) -> dict[str, Any] | None:
    """Arguments as the schema wants them; None when that cannot be done."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    fitted: dict[str, Any] = {}
    for name, wanted in properties.items():
        if name in arguments:
            value = _choose(arguments[name], wanted)
        elif EVERY_TEXT in arguments and _takes_text(wanted):
            value = _choose(arguments[EVERY_TEXT], wanted)
        elif name in schema.get("required", []):
            value = _filler(wanted)
        else:
            continue
        if value is None and not _takes(wanted, "null"):
            return None
        fitted[name] = value
    return fitted


def _types(schema: Schema) -> set[str]:
    kind = schema.get("type", "string")
    return set(kind) if isinstance(kind, list) else {kind}


def _takes(schema: Schema, kind: str) -> bool:
    return kind in _types(schema)


def _takes_text(schema: Schema) -> bool:
    return _takes(schema, "string") and "enum" not in schema


def _choose(value: Any, schema: Schema) -> Any:
    """The first candidate of a list that the schema allows; a plain value as it is."""
    candidates = (
        value if isinstance(value, list) and not _takes(schema, "array") else [value]
    )
    if "enum" not in schema:
        return candidates[0]
    return next((c for c in candidates if c in schema["enum"]), None)


def _filler(schema: Schema) -> Any:
    if _takes(schema, "null"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    kinds: Mapping[str, Any] = {
        "string": "",
        "integer": 0,
        "number": 0,
        "boolean": False,
        "array": [],
        "object": {},
    }
    return next((kinds[k] for k in sorted(_types(schema)) if k in kinds), "")
