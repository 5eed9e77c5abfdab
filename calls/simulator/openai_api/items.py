"""The `input` of a request: which items there are and what each must look like.

https://developers.openai.com/api/reference/resources/responses. The messages for a call
without its output and an output without its call are the real ones.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from calls.simulator.openai_api.errors import invalid, unknown_parameter, wrong_type

Item = Mapping[str, Any]

FIELDS: Mapping[str, frozenset[str]] = {
    "message": frozenset({"type", "role", "content", "id", "status", "phase"}),
    "function_call": frozenset(
        {"type", "call_id", "name", "arguments", "id", "status", "namespace"}
    ),
    "function_call_output": frozenset(
        {"type", "call_id", "output", "id", "status", "name"}
    ),
    "reasoning": frozenset(
        {"type", "id", "summary", "encrypted_content", "content", "status"}
    ),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "message": ("role", "content"),
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "reasoning": ("id", "summary"),
}
ROLES = ("user", "assistant", "system", "developer")
PARTS: Mapping[str, tuple[str, ...]] = {
    "user": ("input_text", "input_image", "input_file"),
    "system": ("input_text",),
    "developer": ("input_text",),
    "assistant": ("output_text", "refusal"),
}


def read_input(found: Any) -> list[Item]:
    if isinstance(found, str):
        return [{"type": "message", "role": "user", "content": found}]
    if not isinstance(found, list):
        raise wrong_type("input", "a string or an array", found)
    items = [_item(item, f"input[{number}]") for number, item in enumerate(found)]
    _check_pairs(items)
    return items


def _item(item: Any, param: str) -> Item:
    if not isinstance(item, dict):
        raise wrong_type(param, "an object", item)
    kind = item.get("type", "message")
    if kind not in FIELDS:
        known = ", ".join(f"'{name}'" for name in FIELDS)
        raise invalid(
            f"Invalid value: '{kind}'. Supported values are: {known}.",
            f"{param}.type",
            "invalid_value",
        )
    for name in item:
        if name not in FIELDS[kind]:
            raise unknown_parameter(f"{param}.{name}")
    for name in NEEDED[kind]:
        if item.get(name) is None:
            raise invalid(
                f"Missing required parameter: '{param}.{name}'.",
                f"{param}.{name}",
                "missing_required_parameter",
            )
    CHECKS.get(kind, _nothing)(item, param)
    return {"type": kind, **item}


def _nothing(item: Item, param: str) -> None:
    return


def _check_message(item: Item, param: str) -> None:
    role = item["role"]
    if role not in ROLES:
        raise invalid(f"Invalid value: '{role}'.", f"{param}.role", "invalid_value")
    content = item["content"]
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise wrong_type(f"{param}.content", "a string or an array", content)
    for number, part in enumerate(content):
        where = f"{param}.content[{number}]"
        if not isinstance(part, dict):
            raise wrong_type(where, "an object", part)
        if part.get("type") not in PARTS[role]:
            known = ", ".join(f"'{name}'" for name in PARTS[role])
            raise invalid(
                f"Invalid value: '{part.get('type')}'. Supported values are: {known}.",
                f"{where}.type",
                "invalid_value",
            )


def _check_call(item: Item, param: str) -> None:
    for name in ("call_id", "name", "arguments"):
        if not isinstance(item[name], str):
            raise wrong_type(f"{param}.{name}", "a string", item[name])
    try:
        orjson.loads(item["arguments"])
    except orjson.JSONDecodeError:
        raise invalid(
            f"Invalid '{param}.arguments': expected valid JSON.",
            f"{param}.arguments",
        ) from None
    if item.get("id") and not str(item["id"]).startswith("fc"):
        raise invalid(
            f"Invalid '{param}.id': '{item['id']}'. Expected an ID that begins with "
            "'fc'.",
            f"{param}.id",
            "invalid_value",
        )


def _check_output(item: Item, param: str) -> None:
    if not isinstance(item["output"], str | list):
        raise wrong_type(f"{param}.output", "a string or an array", item["output"])


CHECKS = {
    "message": _check_message,
    "function_call": _check_call,
    "function_call_output": _check_output,
}


def _check_pairs(items: list[Item]) -> None:
    called: set[str] = set()
    answered: set[str] = set()
    for item in items:
        if item["type"] == "function_call":
            called.add(item["call_id"])
        elif item["type"] == "function_call_output":
            if item["call_id"] not in called:
                raise invalid(
                    "No tool call found for function call output with call_id "
                    f"{item['call_id']}.",
                    "input",
                )
            answered.add(item["call_id"])
    for call_id in sorted(called - answered):
        raise invalid(f"No tool output found for function call {call_id}.", "input")


def text_of(item: Item) -> str:
    """The words of a message or of a tool's output."""
    content = item.get("content", item.get("output", ""))
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content)
