"""A request to `POST /v1/responses`, checked field by field.

Field names are those of the SDK's `ResponseCreateParams` (3.54.0). What the simulator
cannot honour (stored prompts, conversations, earlier responses) is refused with the
error that the real API gives for an unknown one, never ignored.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from calls.simulator.openai_api import models
from calls.simulator.openai_api.errors import (
    ApiError,
    invalid,
    unknown_parameter,
    wrong_type,
)
from calls.simulator.openai_api.items import Item, read_input
from calls.simulator.openai_api.tools import Tool, read_tools

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")
Check = tuple[str, Callable[[Any], bool]]


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, types) and (bool in types or not isinstance(value, bool))
    )


def _words(*allowed: str) -> Check:
    return "one of " + ", ".join(allowed), lambda value: value in allowed


def _short(length: int) -> Check:
    return (
        f"a string of at most {length} characters",
        lambda value: isinstance(value, str) and len(value) <= length,
    )


BOOL: Check = ("a boolean", _is(bool))
OBJECT: Check = ("an object", _is(dict))
LIST: Check = ("an array", _is(list))
STRING: Check = ("a string", _is(str))
FIELDS: Mapping[str, Check] = {
    "model": STRING,
    "input": ("a string or an array", _is(str, list)),
    "instructions": STRING,
    "tools": LIST,
    "tool_choice": ("a string or an object", _is(str, dict)),
    "stream": BOOL,
    "stream_options": OBJECT,
    "store": BOOL,
    "parallel_tool_calls": BOOL,
    "background": BOOL,
    "temperature": (
        "a number from 0 to 2",
        lambda v: _is(int, float)(v) and 0 <= v <= 2,
    ),
    "top_p": ("a number from 0 to 1", lambda v: _is(int, float)(v) and 0 <= v <= 1),
    "top_logprobs": ("an integer", _is(int)),
    "max_output_tokens": (
        "an integer of at least 16",
        lambda v: _is(int)(v) and v >= 16,
    ),
    "max_tool_calls": ("an integer", _is(int)),
    "reasoning": OBJECT,
    "text": OBJECT,
    "metadata": (
        "an object of at most 16 keys",
        lambda v: _is(dict)(v) and len(v) <= 16,
    ),
    "include": LIST,
    "truncation": _words("auto", "disabled"),
    "service_tier": _words(*TIERS),
    "safety_identifier": _short(128),
    "prompt_cache_key": STRING,
    "prompt_cache_options": OBJECT,
    "prompt_cache_retention": _words("in_memory", "24h"),
    "context_management": LIST,
    "user": STRING,
    "previous_response_id": STRING,
    "conversation": ("a string or an object", _is(str, dict)),
    "prompt": OBJECT,
}


@dataclass(frozen=True, slots=True)
class ModelRequest:
    model: str
    items: list[Item]
    instructions: str
    tools: Mapping[str, Tool]
    body: Mapping[str, Any]

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def effort(self) -> str:
        return str((self.body.get("reasoning") or {}).get("effort") or "none")

    @property
    def obfuscates(self) -> bool:
        """Delta events carry padding unless `include_obfuscation` is false."""
        options = self.body.get("stream_options") or {}
        return options.get("include_obfuscation") is not False


def read_request(body: Any) -> ModelRequest:
    if not isinstance(body, dict):
        raise invalid("We could not parse the JSON body of your request.", "body")
    for name, value in body.items():
        if name not in FIELDS:
            raise unknown_parameter(name)
        expected, accepts = FIELDS[name]
        if value is not None and not accepts(value):
            raise wrong_type(name, expected, value)
    _check_model(body)
    _check_state(body)
    _check_options(body)
    if body.get("input") is None:
        raise invalid(
            "Missing required parameter: 'input'.",
            "input",
            "missing_required_parameter",
        )
    tools = read_tools(body.get("tools") or [])
    _check_choice(body.get("tool_choice"), tools)
    offered = {} if body.get("tool_choice") == "none" else tools
    return ModelRequest(
        body["model"],
        read_input(body["input"]),
        body.get("instructions") or "",
        offered,
        body,
    )


def _check_model(body: Mapping[str, Any]) -> None:
    if not body.get("model"):
        raise invalid(
            "Missing required parameter: 'model'.",
            "model",
            "missing_required_parameter",
        )
    today = datetime.datetime.now(datetime.UTC).date()
    model = body["model"]
    if not models.exists(model, today) or not models.answers_text(model):
        raise invalid(
            f"The requested model '{model}' does not exist.", "model", "model_not_found"
        )


def _check_state(body: Mapping[str, Any]) -> None:
    if body.get("previous_response_id") and body.get("conversation"):
        raise invalid(
            "Cannot provide both 'previous_response_id' and 'conversation'.",
            "previous_response_id",
            "mutually_exclusive_parameters",
        )
    if earlier := body.get("previous_response_id"):
        raise invalid(
            f"Previous response with id '{earlier}' not found.",
            "previous_response_id",
            "previous_response_not_found",
        )
    for name in ("conversation", "prompt"):
        if body.get(name):
            raise ApiError(404, f"The {name} was not found.", param=name)


def _check_options(body: Mapping[str, Any]) -> None:
    if body.get("stream_options") is not None and not body.get("stream"):
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    effort = (body.get("reasoning") or {}).get("effort")
    if effort is None:
        return
    unsupported = effort == "none" and body["model"] in models.WITHOUT_NONE_EFFORT
    if effort not in EFFORTS or unsupported:
        raise invalid(
            f"Unsupported value: '{effort}' is not supported with the "
            f"'{body['model']}' model.",
            "reasoning.effort",
            "unsupported_value",
        )


def _check_choice(choice: Any, tools: Mapping[str, Tool]) -> None:
    if choice is None or choice in ("none", "auto", "required"):
        return
    if isinstance(choice, dict) and choice.get("type") == "function":
        if choice.get("name") in tools:
            return
        raise invalid(
            f"Tool choice '{choice.get('name')}' not found in 'tools' parameter.",
            "tool_choice",
        )
    raise invalid(f"Invalid value: {choice!r}.", "tool_choice", "invalid_value")
