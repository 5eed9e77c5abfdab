"""The body a call is accepted with: complete, checked here, and taken over there."""

import re
from dataclasses import replace
from typing import Any

import pytest

from calls.core.tools import ToolDefinition
from calls.providers.openai_realtime.session_body import (
    BadSession,
    session_body,
    smallest_body,
)
from calls.simulator.realtime.session_body import check_accept
from routing.core.ruleset import TurnDetection, VoiceSettings

TOOL = ToolDefinition("look_up", "Finds it.", {"type": "object", "properties": {}})


def body(voice: VoiceSettings | None = None, **given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "instructions": "Be kind.",
        "tools": [TOOL],
        "languages": ["en-US", "es-US"],
        "transcription_model": "gpt-live-transcribe",
    }
    found: dict[str, Any] = session_body(voice or VoiceSettings(), **fields | given)
    check_accept(found)  # as strict as the provider, and written apart from ours
    return found


def test_everything_is_written_out_and_nothing_left_to_a_default() -> None:
    found = body()
    assert set(found) == {
        "type",
        "model",
        "instructions",
        "output_modalities",
        "audio",
        "tools",
        "tool_choice",
        "max_output_tokens",
        "truncation",
        "tracing",
        "parallel_tool_calls",
        "reasoning",
    }
    assert found["truncation"] == {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 8000},
    }
    assert found["audio"]["output"] == {"voice": "marin", "speed": 1.0}
    assert found["max_output_tokens"] == 1024


def test_formats_are_negotiated_over_sip_and_stored_prompts_are_gone() -> None:
    found = body()
    assert "prompt" not in found
    assert not any("format" in side for side in found["audio"].values())


def test_turns_by_silence_have_their_own_fields() -> None:
    voice = VoiceSettings(vad_threshold=0.7, silence_duration_ms=700)
    assert body(voice)["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.7,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 700,
        "create_response": True,
        "interrupt_response": True,
    }


def test_turns_by_meaning_have_theirs() -> None:
    voice = VoiceSettings(
        turn_detection=TurnDetection.MEANING, eagerness="low", idle_timeout_ms=8000
    )
    assert body(voice)["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": True,
        "interrupt_response": True,
    }


def test_the_provider_asks_again_only_where_it_was_told_to() -> None:
    voice = VoiceSettings(idle_timeout_ms=8000)
    turns = body(voice)["audio"]["input"]["turn_detection"]
    assert turns["idle_timeout_ms"] == 8000


@pytest.mark.parametrize("kind", ["near_field", "far_field", ""])
def test_noise_reduction_can_be_off(kind: str) -> None:
    found = body(VoiceSettings(noise_reduction=kind))
    expected = {"type": kind} if kind else None
    assert found["audio"]["input"]["noise_reduction"] == expected


@pytest.mark.parametrize(
    ("model", "languages", "expected"),
    [
        ("gpt-live-transcribe", ["en-US", "es-US"], {"languages": ["en", "es"]}),
        ("gpt-transcribe", ["en-US", "multi"], {"languages": ["en"]}),
        ("gpt-transcribe", ["multi"], {}),
        ("gpt-4o-transcribe", ["en-US", "en-GB"], {"language": "en"}),
        ("gpt-4o-transcribe", ["en-US", "es-US"], {}),
    ],
)
def test_each_transcription_model_is_told_languages_its_own_way(
    model: str, languages: list[str], expected: dict[str, Any]
) -> None:
    found = body(transcription_model=model, languages=languages)
    assert found["audio"]["input"]["transcription"] == {"model": model, **expected}


def test_a_call_may_go_without_a_transcript() -> None:
    assert body(transcription_model=None)["audio"]["input"]["transcription"] is None


def test_older_models_do_not_reason() -> None:
    found = body(VoiceSettings(model="gpt-realtime-1.5"))
    assert not {"reasoning", "parallel_tool_calls"} & set(found)


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("speed", 2.0, "audio.output.speed"),
        ("vad_threshold", 1.5, "audio.input.turn_detection"),
        ("idle_timeout_ms", 100, "audio.input.turn_detection"),
        ("noise_reduction", "all", "audio.input.noise_reduction"),
        ("max_output_tokens", 0, "max_output_tokens"),
        ("retention_ratio", 1.2, "truncation.retention_ratio"),
        ("post_instructions_tokens", 1, "truncation.token_limits"),
        ("reasoning_effort", "none", "reasoning.effort"),
        ("voice", "", "audio.output.voice"),
        ("model", "", "model"),
    ],
)
def test_what_would_kill_the_call_is_refused_here(
    field: str, value: Any, where: str
) -> None:
    voice = replace(VoiceSettings(), **{field: value})
    with pytest.raises(BadSession, match=re.escape(where)):
        body(voice)


def test_a_tool_needs_a_name_that_the_model_can_say() -> None:
    with pytest.raises(BadSession, match=r"tools\.0\.name"):
        body(tools=[ToolDefinition("look up", "", {})])


def test_the_smallest_body_is_taken_too() -> None:
    check_accept(smallest_body("Be kind."))
