"""What we ask for, and how it is written for the Responses API."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from calls.core.actions import (
    AgentTurn,
    CallerTurn,
    HistoryItem,
    NoticeTurn,
    ToolTurn,
)
from calls.core.tools import ToolDefinition

# The API answers 400 to anything longer.
LONGEST_CACHE_KEY = 64
LONGEST_SAFETY_IDENTIFIER = 128


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """`cache_key` is the same for every call of an agent under one release.

    `safety_identifier` stands for the caller and must not be the number itself.
    `first_token_seconds` is the time until the first word or tool call, all tries
    together.
    """

    model: str
    instructions: str
    history: tuple[HistoryItem, ...]
    tools: tuple[ToolDefinition, ...]
    reasoning_effort: str
    max_output_tokens: int
    cache_key: str
    safety_identifier: str
    first_token_seconds: float


def body_of(request: AnswerRequest) -> dict[str, object]:
    """The request body. What stays the same from turn to turn stands first."""
    body: dict[str, object] = {
        "model": request.model,
        "instructions": request.instructions,
        "tools": [tool_entry(tool) for tool in request.tools],
        "input": input_of(request.history),
        "max_output_tokens": request.max_output_tokens,
        "prompt_cache_key": fitted(request.cache_key, LONGEST_CACHE_KEY),
        "safety_identifier": fitted(
            request.safety_identifier, LONGEST_SAFETY_IDENTIFIER
        ),
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
    }
    if request.reasoning_effort:
        body["reasoning"] = {"effort": request.reasoning_effort}
    return {key: value for key, value in body.items() if value not in ("", [])}


def fitted(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return hashlib.sha256(text.encode()).hexdigest()[:longest]


def tool_entry(tool: ToolDefinition) -> dict[str, object]:
    # Not strict: a strict schema is compiled at its first use, which would make the
    # first caller after every release wait, and arguments are checked here anyway.
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


def input_of(history: Iterable[HistoryItem]) -> list[dict[str, object]]:
    """Input items without ids: nothing is stored, so there is nothing to refer to."""
    entries: list[dict[str, object]] = []
    caller_words: list[str] = []

    def finish_caller() -> None:
        if caller_words:
            entries.append({"role": "user", "content": " ".join(caller_words)})
            caller_words.clear()

    for item in history:
        if isinstance(item, CallerTurn):
            # Two user messages in a row confuse some models.
            caller_words.extend([item.text] if item.text else [])
            continue
        written = entries_of(item)
        if written:
            finish_caller()
            entries.extend(written)
    finish_caller()
    return entries


def entries_of(item: AgentTurn | ToolTurn | NoticeTurn) -> list[dict[str, object]]:
    match item:
        case AgentTurn(text):
            return [{"role": "assistant", "content": text}] if text else []
        case NoticeTurn(text):
            return [{"role": "developer", "content": text}] if text else []
        case ToolTurn(tool_call, name, arguments, output):
            return [
                {
                    "type": "function_call",
                    "call_id": tool_call,
                    "name": name,
                    "arguments": arguments or "{}",
                },
                {
                    "type": "function_call_output",
                    "call_id": tool_call,
                    "output": output,
                },
            ]
