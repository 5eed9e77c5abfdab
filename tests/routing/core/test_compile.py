import copy
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from routing.core.compile import compile_snapshot
from routing.core.decision import Because
from routing.core.errors import BadSnapshot
from routing.core.phrases import SPANISH
from routing.core.ruleset import (
    HuntStep,
    Limits,
    Path,
    PolicyEnd,
    RuleAction,
    TurnDetection,
    VoiceSettings,
)

SNAPSHOT: dict[str, Any] = {
    "format": 1,
    "numbers": [
        {
            "key": "1",
            "e164": "+12025550100",
            "label": "Main line",
            "time_zone": "America/New_York",
            "path": "relay",
            "active": True,
            "profile": "1",
            "agent": "1",
            "policy": "1",
        }
    ],
    "profiles": [
        {
            "key": "1",
            "name": "Spanish",
            "attributes": {"interruptible": "any"},
            "languages": [
                {
                    "code": "es-US",
                    "transcription_provider": "Deepgram",
                    "speech_model": "nova-3-general",
                    "tts_provider": "Google",
                    "voice": "es-US-Journey-O",
                    "greeting": "Hola.",
                    "hints": "",
                    "phrases": {"closing": "Hasta luego."},
                }
            ],
        }
    ],
    "tools": [
        {
            "key": "1",
            "name": "check_slots",
            "description": "Tells free slots.",
            "method": "POST",
            "url": "https://example.com/",
            "schema": {"type": "object"},
            "secret_name": "",
            "timeout": 5,
            "waiting_line": "",
            "allow_private": False,
        }
    ],
    "agents": [
        {
            "key": "1",
            "name": "Front desk",
            "objective": "triage",
            "instructions": "You answer.",
            "model": "gpt-6-luna",
            "reasoning_effort": "low",
            "max_output_tokens": 800,
            "tools": ["1"],
            "fields": [
                {
                    "name": "caller_name",
                    "description": "the name",
                    "kind": "name",
                    "required_before_handoff": True,
                }
            ],
            "limits": {"max_cost": "1.50", "filler_after": 3},
        }
    ],
    "policies": [
        {
            "key": "1",
            "name": "Front desk first",
            "steps": [{"contact": "1", "ring_seconds": 25}],
            "end": "callback",
        }
    ],
    "contacts": [{"key": "1", "name": "Dana", "phone": "+12025550151", "email": ""}],
    "calendars": [
        {
            "key": "1",
            "name": "Office hours",
            "time_zone": "UTC",
            "spans": [{"weekday": 0, "opens": "08:00", "closes": "18:00"}],
        }
    ],
    "rules": [
        {
            "key": "1",
            "name": "Blocked",
            "numbers": ["1"],
            "caller_match": "listed",
            "callers": ["+12025550199"],
            "hours_match": "any",
            "calendar": "",
            "action": "reject",
            "because": "spam",
        }
    ],
}


def changed(place: str, value: Any) -> dict[str, Any]:
    """The snapshot with one value replaced, at a place such as "rules.0.action"."""
    snapshot = copy.deepcopy(SNAPSHOT)
    target: Any = snapshot
    *steps, last = [int(s) if s.isdigit() else s for s in place.split(".")]
    for step in steps:
        target = target[step]
    if value is KeyError:
        del target[last]
    else:
        target[last] = value
    return snapshot


def test_a_snapshot_becomes_plain_values() -> None:
    ruleset = compile_snapshot(7, SNAPSHOT)
    assert ruleset.number == 7
    number = ruleset.number_for("+12025550100")
    assert number is not None
    assert number.path is Path.RELAY
    assert ruleset.number_for("+12025550000") is None
    agent = ruleset.agents["1"]
    assert agent.tools[0].timeout == 5.0
    assert agent.fields[0].required_before_handoff
    assert ruleset.policies["1"].steps == (HuntStep("1", 25),)
    assert ruleset.policies["1"].end is PolicyEnd.CALLBACK
    assert ruleset.rules[0].action is RuleAction.REJECT
    assert ruleset.rules[0].because is Because.SPAM
    assert ruleset.profiles["1"].attributes == {"interruptible": "any"}


def test_what_is_absent_takes_its_default() -> None:
    ruleset = compile_snapshot(1, SNAPSHOT)
    limits = ruleset.agents["1"].limits
    assert limits == Limits(max_cost=Decimal("1.50"), filler_after=3.0)
    language = ruleset.profiles["1"].languages[0]
    assert language.phrases.closing == "Hasta luego."
    assert language.phrases.filler == SPANISH.filler
    assert ruleset.contacts["1"].calendar == ""


def test_an_empty_snapshot_is_an_empty_ruleset() -> None:
    assert compile_snapshot(1, {}).numbers == {}


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("format", 2, "format: this release was made by a newer version"),
        ("numbers", {}, "numbers: expected a list"),
        ("numbers.0", "x", "numbers[0]: expected an object"),
        ("numbers.0.label", KeyError, "numbers[0].label is missing"),
        ("numbers.0.label", 5, "numbers[0].label: expected text"),
        ("numbers.0.path", "pigeon", "numbers[0].path: expected one of relay, sip"),
        ("numbers.0.active", "yes", "numbers[0].active: expected true or false"),
        ("numbers.0.time_zone", "Mars", "Mars is not a known time zone"),
        ("numbers.0.agent", "9", "number Main line: there is no agent 9"),
        ("profiles.0.languages", [], "profiles[0].languages: a profile needs one"),
        ("profiles.0.attributes", [], "profiles[0].attributes: expected an object"),
        ("agents.0.tools", ["9"], "agents[0].tools: there is no tool 9"),
        ("agents.0.tools", "1", "agents[0].tools: expected a list of texts"),
        ("agents.0.max_output_tokens", True, "expected a whole number"),
        ("agents.0.limits.max_cost", "a lot", "agents[0].limits.max_cost: expected a"),
        ("agents.0.limits.filler_after", "2", "filler_after: expected a number"),
        ("agents.0.policy", "9", "agent Front desk: there is no policy 9"),
        ("tools.0.timeout", False, "tools[0].timeout: expected a number"),
        ("contacts.0.calendar", "9", "contact Dana: there is no calendar 9"),
        ("policies.0.steps.0.contact", "9", "there is no contact 9"),
        ("calendars.0.spans.0.weekday", 7, "calendars[0].spans[0].weekday: expected 0"),
        ("calendars.0.spans.0.opens", "8 am", "opens: expected a time such as 08:00"),
        ("rules.0.numbers", ["9"], "rule Blocked: there is no number 9"),
        ("rules.0.policy", "9", "rule Blocked: there is no policy 9"),
    ],
)
def test_a_bad_snapshot_is_refused_and_the_place_named(
    place: str, value: Any, message: str
) -> None:
    with pytest.raises(BadSnapshot) as refusal:
        compile_snapshot(1, changed(place, value))
    assert message in str(refusal.value)


def test_two_records_may_not_share_a_key() -> None:
    twice = {**SNAPSHOT, "contacts": SNAPSHOT["contacts"] * 2}
    with pytest.raises(BadSnapshot, match="contacts: two have the key 1"):
        compile_snapshot(1, twice)


def test_an_agent_without_voice_settings_speaks_as_usual() -> None:
    assert compile_snapshot(1, SNAPSHOT).agents["1"].voice == VoiceSettings()
    empty = changed("agents.0.voice", {})
    assert compile_snapshot(1, empty).agents["1"].voice == VoiceSettings()


def test_voice_settings_that_are_there_are_kept() -> None:
    wanted = VoiceSettings(
        model="gpt-realtime-2",
        voice="cedar",
        speed=1.2,
        noise_reduction="",
        turn_detection=TurnDetection.MEANING,
        vad_threshold=0.7,
        prefix_padding_ms=200,
        silence_duration_ms=700,
        idle_timeout_ms=9000,
        eagerness="high",
        transcription_models=("gpt-transcribe",),
        max_output_tokens=2048,
        reasoning_effort="medium",
        retention_ratio=0.6,
        post_instructions_tokens=9000,
        dead_air_seconds=5.0,
        ghost_seconds=20.0,
    )
    values = {**asdict(wanted), "transcription_models": ["gpt-transcribe"]}
    ruleset = compile_snapshot(1, changed("agents.0.voice", values))
    assert ruleset.agents["1"].voice == wanted


def test_a_voice_setting_of_the_wrong_kind_is_named() -> None:
    broken = changed("agents.0.voice", {"turn_detection": "guesswork"})
    with pytest.raises(BadSnapshot, match=r"agents\[0\].voice.turn_detection"):
        compile_snapshot(1, broken)
