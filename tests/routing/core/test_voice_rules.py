from dataclasses import replace
from typing import Any

import pytest

from routing.core.ruleset import TurnDetection, VoiceSettings
from routing.core.voice_rules import check_voice

MEANING = {"turn_detection": TurnDetection.MEANING}


def test_the_usual_settings_are_right() -> None:
    assert check_voice(VoiceSettings()) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"idle_timeout_ms": 5000},
        {"idle_timeout_ms": 30_000},
        {**MEANING, "eagerness": "low"},
        {"model": "gpt-realtime-2.1-2026-07-06"},
        {"transcription_models": ("gpt-live-transcribe",)},
    ],
)
def test_what_goes_together_is_right(changes: dict[str, Any]) -> None:
    assert check_voice(replace(VoiceSettings(), **changes)) == {}


@pytest.mark.parametrize(
    ("name", "changes", "remedy"),
    [
        ("model", {"model": "GPT Realtime"}, "such as gpt-realtime-2.1"),
        ("voice", {"voice": "Marin!"}, "such as marin"),
        ("idle_timeout_ms", {"idle_timeout_ms": 4999}, "from 5000 to 30000"),
        ("idle_timeout_ms", {"idle_timeout_ms": 30_001}, "from 5000 to 30000"),
        ("idle_timeout_ms", {**MEANING, "idle_timeout_ms": 8000}, "write 0"),
        ("eagerness", {"eagerness": "high"}, "choose “Automatic”"),
        ("transcription_models", {"transcription_models": ()}, "at least one"),
        (
            "transcription_models",
            {"transcription_models": ("a", "b", "c", "d", "e", "f")},
            "5 models at most",
        ),
        (
            "transcription_models",
            {"transcription_models": ("Whisper, please",)},
            "“Whisper, please” is not",
        ),
        (
            "transcription_models",
            {"transcription_models": ("whisper-1", "whisper-1")},
            "remove one of the two",
        ),
    ],
)
def test_what_would_fail_on_a_call_says_what_to_write_instead(
    name: str, changes: dict[str, Any], remedy: str
) -> None:
    (found,) = check_voice(replace(VoiceSettings(), **changes)).items()
    assert found[0] == name
    assert remedy in found[1]
