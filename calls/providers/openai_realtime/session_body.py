"""The session that an accepted call runs under, complete and checked before it goes.

A body that is subtly wrong has been seen to be accepted and then to kill the call, so
everything is checked here. The audio formats are left out on purpose: SIP negotiates
them. Stored prompts end on 2026-11-30 and are never sent.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calls.core.tools import ToolDefinition
from routing.core.ruleset import TurnDetection, VoiceSettings

KNOWN_GOOD_MODEL = "gpt-realtime-2.1"
REASONING_MODELS = ("gpt-realtime-2",)
LISTS_LANGUAGES = ("gpt-transcribe", "gpt-live-transcribe")


class BadSession(Exception):
    """The body would not work; the text says which field and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _NoiseReduction(_Strict):
    type: Literal["near_field", "far_field"]


class _Transcription(_Strict):
    model: str = Field(min_length=1)
    languages: list[str] | None = None
    language: str | None = None
    keywords: list[str] | None = None


class _SilenceTurns(_Strict):
    type: Literal["server_vad"]
    threshold: float = Field(ge=0, le=1)
    prefix_padding_ms: int = Field(ge=0, le=5000)
    silence_duration_ms: int = Field(ge=100, le=10_000)
    create_response: bool
    interrupt_response: bool
    idle_timeout_ms: int | None = Field(default=None, ge=5000, le=30_000)


class _MeaningTurns(_Strict):
    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"]
    create_response: bool
    interrupt_response: bool


class _Input(_Strict):
    noise_reduction: _NoiseReduction | None
    transcription: _Transcription | None
    turn_detection: _SilenceTurns | _MeaningTurns


class _Output(_Strict):
    voice: str = Field(min_length=1)
    speed: float = Field(ge=0.25, le=1.5)


class _Audio(_Strict):
    input: _Input
    output: _Output


class _Tool(_Strict):
    type: Literal["function"]
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    description: str
    parameters: dict[str, Any]


class _TokenLimits(_Strict):
    post_instructions: int = Field(ge=500)


class _Truncation(_Strict):
    type: Literal["retention_ratio"]
    retention_ratio: float = Field(ge=0, le=1)
    token_limits: _TokenLimits


class _Reasoning(_Strict):
    effort: Literal["minimal", "low", "medium", "high", "xhigh"]


class _Session(_Strict):
    type: Literal["realtime"]
    model: str = Field(min_length=1)
    instructions: str = Field(min_length=1)
    output_modalities: list[Literal["audio"]]
    audio: _Audio
    tools: list[_Tool]
    tool_choice: Literal["auto"]
    max_output_tokens: int = Field(ge=1, le=4096)
    truncation: _Truncation
    tracing: None
    parallel_tool_calls: bool | None = None
    reasoning: _Reasoning | None = None


def session_body(
    voice: VoiceSettings,
    *,
    instructions: str,
    tools: Sequence[ToolDefinition],
    languages: Sequence[str],
    transcription_model: str | None,
) -> dict[str, object]:
    """Raises BadSession. `transcription_model` None goes without a transcript."""
    body: dict[str, object] = {
        "type": "realtime",
        "model": voice.model,
        "instructions": instructions,
        "output_modalities": ["audio"],
        "audio": {
            "input": {
                "noise_reduction": _noise_reduction(voice),
                "transcription": _transcription(transcription_model, languages),
                "turn_detection": _turn_detection(voice),
            },
            "output": {"voice": voice.voice, "speed": voice.speed},
        },
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            }
            for tool in tools
        ],
        "tool_choice": "auto",
        "max_output_tokens": voice.max_output_tokens,
        "truncation": {
            "type": "retention_ratio",
            "retention_ratio": voice.retention_ratio,
            "token_limits": {"post_instructions": voice.post_instructions_tokens},
        },
        "tracing": None,
    }
    if voice.model.startswith(REASONING_MODELS):
        body |= {
            "parallel_tool_calls": True,
            "reasoning": {"effort": voice.reasoning_effort},
        }
    check(body)
    return body


def check(body: dict[str, object]) -> None:
    try:
        _Session.model_validate(body)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
        ]
        raise BadSession("; ".join(problems)) from error


def smallest_body(instructions: str) -> dict[str, object]:
    """Known to work, for when the complete one is refused: talk, and no tools."""
    return {
        "type": "realtime",
        "model": KNOWN_GOOD_MODEL,
        "instructions": instructions,
        "output_modalities": ["audio"],
    }


def _noise_reduction(voice: VoiceSettings) -> dict[str, object] | None:
    return {"type": voice.noise_reduction} if voice.noise_reduction else None


def transcription_change(model: str, languages: Sequence[str]) -> dict[str, object]:
    """What names only this leaves the cached part of the prompt as it is."""
    transcription = _transcription(model, languages)
    return {"type": "realtime", "audio": {"input": {"transcription": transcription}}}


def _transcription(
    model: str | None, languages: Sequence[str]
) -> dict[str, object] | None:
    if model is None:
        return None
    spoken = list(dict.fromkeys(c.split("-")[0] for c in languages if c != "multi"))
    if model.startswith(LISTS_LANGUAGES):
        return {"model": model, **({"languages": spoken} if spoken else {})}
    return {"model": model, **({"language": spoken[0]} if len(spoken) == 1 else {})}


def _turn_detection(voice: VoiceSettings) -> dict[str, object]:
    """`create_response`: the model answers by itself; nothing of ours is waited for."""
    turns: dict[str, object] = {
        "type": voice.turn_detection.value,
        "create_response": True,
        "interrupt_response": True,
    }
    if voice.turn_detection is TurnDetection.MEANING:
        return turns | {"eagerness": voice.eagerness}
    turns |= {
        "threshold": voice.vad_threshold,
        "prefix_padding_ms": voice.prefix_padding_ms,
        "silence_duration_ms": voice.silence_duration_ms,
    }
    if voice.idle_timeout_ms:
        turns["idle_timeout_ms"] = voice.idle_timeout_ms
    return turns
