"""The body of accept and of `session.update`, checked to the last field.

https://developers.openai.com/api/reference/resources/realtime and the SDK's
`CallAcceptParams` (3.54.0). Nothing is quietly ignored: a body that the real API was
seen to accept and then to die of is refused here.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from calls.simulator.openai_api import models
from calls.simulator.openai_api.errors import ApiError, invalid
from calls.simulator.openai_api.tools import Tool
from calls.simulator.openai_api.tools import check_schema as check_tool_schema
from calls.simulator.realtime.shapes import (
    Check,
    each,
    either,
    fields,
    flag,
    free,
    missing,
    nullable,
    number,
    tagged,
    text,
    unless,
    word,
)

Body = Mapping[str, Any]
VOICES = (
    *("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse"),
    *("marin", "cedar"),
)
MODALITIES = (["audio"], ["text"])
LISTS_LANGUAGES = frozenset({"gpt-transcribe", "gpt-live-transcribe"})
WHISPER = "gpt-realtime-whisper"
REASONING = "gpt-realtime-2"

FORMAT = tagged(
    {
        "audio/pcm": fields({"type": text(), "rate": number(24_000, 24_000)}),
        "audio/pcmu": fields({"type": text()}),
        "audio/pcma": fields({"type": text()}),
    }
)
TURNS = {"type": text(), "create_response": flag, "interrupt_response": flag}
TURN_DETECTION = tagged(
    {
        "server_vad": fields(
            {
                **TURNS,
                "threshold": number(0, 1),
                "prefix_padding_ms": number(0, 10_000, whole=True),
                "silence_duration_ms": number(0, 30_000, whole=True),
                "idle_timeout_ms": nullable(number(5000, 30_000, whole=True)),
            }
        ),
        "semantic_vad": fields(
            {**TURNS, "eagerness": word("low", "medium", "high", "auto")}
        ),
    }
)
TRANSCRIPTION = fields(
    {
        "model": text(),
        "language": text("[a-z]{2,3}(-[A-Za-z]+)?"),
        "languages": each(text("[a-z]{2,3}(-[A-Za-z]+)?")),
        "keywords": each(text()),
        "prompt": text(),
        "delay": word("minimal", "low", "medium", "high", "xhigh"),
    }
)
INPUT = fields(
    {
        "format": FORMAT,
        "noise_reduction": nullable(
            fields(
                {"type": word("near_field", "far_field"), "strength": number(0, 1)},
                "type",
            )
        ),
        "transcription": nullable(TRANSCRIPTION),
        "turn_detection": nullable(TURN_DETECTION),
    }
)
VOICE = either(word(*VOICES), fields({"id": text()}, "id"))
OUTPUT = fields({"format": FORMAT, "voice": VOICE, "speed": number(0.25, 1.5)})
NAME = text("[a-zA-Z0-9_-]{1,64}")
TOOL = tagged(
    {
        "function": fields(
            {"type": text(), "name": NAME, "description": text(), "parameters": free},
            "name",
        ),
        "mcp": fields(
            {
                **dict.fromkeys(
                    ("type", "server_label", "server_url", "authorization"), text()
                ),
                "server_description": text(),
                "connector_id": text(),
                "headers": free,
                "allowed_tools": either(each(text()), free),
                "require_approval": either(word("always", "never"), free),
                "defer_loading": flag,
            },
            "server_label",
        ),
    }
)
TOOL_CHOICE = either(
    word("none", "auto", "required"),
    tagged(
        {
            "function": fields({"type": text(), "name": NAME}, "name"),
            "mcp": fields(
                {"type": text(), "server_label": text(), "name": nullable(text())}
            ),
        }
    ),
)
TRUNCATION = either(
    word("auto", "disabled"),
    tagged(
        {
            "retention_ratio": fields(
                {
                    "type": text(),
                    "retention_ratio": number(0, 1),
                    "token_limits": fields(
                        {"post_instructions": number(0, 128_000, whole=True)}
                    ),
                },
                "retention_ratio",
            )
        }
    ),
)
EFFORT = word("minimal", "low", "medium", "high", "xhigh")
OUTPUT_TOKENS = unless("inf", number(1, 4096, whole=True))
TRACING = either(
    word("auto"),
    fields({"workflow_name": text(), "group_id": text(), "metadata": free}),
)


def _modalities(value: Any, param: str) -> None:
    if value not in MODALITIES:
        raise invalid(
            f"Invalid '{param}': supported combinations are ['audio'] and ['text'], "
            "never both.",
            param,
            "invalid_value",
        )


def _no_prompt(value: Any, param: str) -> None:
    """Stored prompts end on 2026-11-30 (…/docs/deprecations)."""
    raise invalid("Stored prompts are no longer available.", param, "invalid_value")


SHARED: Mapping[str, Check] = {
    "instructions": text(),
    "output_modalities": _modalities,
    "tools": each(TOOL, most=128),
    "tool_choice": TOOL_CHOICE,
    "parallel_tool_calls": flag,
    "reasoning": fields({"effort": EFFORT}),
    "max_output_tokens": OUTPUT_TOKENS,
    "prompt": _no_prompt,
}
SESSION: Mapping[str, Check] = {
    **SHARED,
    "type": word("realtime"),
    "model": text(),
    "audio": fields({"input": INPUT, "output": OUTPUT}),
    "truncation": TRUNCATION,
    "tracing": nullable(TRACING),
    "include": each(word("item.input_audio_transcription.logprobs")),
}


def check_accept(body: Any) -> None:
    fields(SESSION, "type", "model")(body, "")
    check_model(body["model"])
    check_meaning(body, body["model"], "")


def check_update(session: Any, model: str) -> None:
    fields(SESSION, "type")(session, "session")
    if session.get("model", model) != model:
        raise invalid(
            "Cannot change the model of a session.", "session.model", "cannot_update"
        )
    check_meaning(session, model, "session.")


def check_model(model: str) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    if not model.startswith("gpt-realtime") or not models.exists(model, today):
        raise invalid(
            f"Model '{model}' is not supported in realtime mode.",
            "model",
            "invalid_model",
        )
    if model == WHISPER:
        raise invalid(f"Model '{model}' only transcribes.", "model", "invalid_model")


def check_meaning(body: Body, model: str, before: str) -> None:
    """What the fields' types alone do not say."""
    for name in ("parallel_tool_calls", "reasoning"):
        if name in body and not model.startswith(REASONING):
            raise invalid(
                f"Unsupported parameter: '{name}' is not supported with the "
                f"'{model}' model.",
                before + name,
                "unsupported_parameter",
            )
    audio = body.get("audio", {})
    if transcription := audio.get("input", {}).get("transcription"):
        _check_transcription(transcription, f"{before}audio.input.transcription")
    names = _check_tools(body.get("tools", []), f"{before}tools")
    choice = body.get("tool_choice")
    chosen = choice.get("name") if isinstance(choice, dict) else None
    if "tools" in body and chosen is not None and chosen not in names:
        raise invalid(
            f"Tool choice '{chosen}' not found in 'tools' parameter.",
            f"{before}tool_choice",
            "invalid_value",
        )


def _check_transcription(found: Body, param: str) -> None:
    model = found.get("model")
    if model is None:
        raise missing(f"{param}.model")
    today = datetime.datetime.now(datetime.UTC).date()
    speech = "transcribe" in model or "whisper" in model
    if not speech or not models.exists(model, today):
        raise _unsupported("model", model, param)
    listing = model in LISTS_LANGUAGES
    for name, right in (
        ("languages", listing),
        ("keywords", listing),
        ("language", not listing),
        ("delay", model == WHISPER),
        ("prompt", model != WHISPER),
    ):
        if name in found and not right:
            raise _unsupported(name, model, param)


def _unsupported(name: str, model: str, param: str) -> ApiError:
    return invalid(
        f"Unsupported parameter: '{param}.{name}' is not supported with the "
        f"transcription model '{model}'.",
        f"{param}.{name}",
        "unsupported_parameter",
    )


def _check_tools(found: list[Body], param: str) -> set[str]:
    names = [tool["name"] for tool in found if tool["type"] == "function"]
    for place, tool in enumerate(found):
        if "parameters" in tool:
            where = f"{param}[{place}].parameters"
            check_tool_schema(tool["name"], tool["parameters"], where)
    if len(set(names)) < len(names):
        raise invalid("Tool names must be unique.", param, "invalid_value")
    return set(names)


def tools_of(found: list[Body]) -> dict[str, Tool]:
    """The functions that the model may call."""
    return {
        tool["name"]: Tool(tool["name"], tool.get("parameters") or {})
        for tool in found
        if tool["type"] == "function"
    }
