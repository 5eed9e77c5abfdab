"""Plain rulesets for core tests: what a test names, and the least that goes with it."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from routing.core.decision import CallerKind, Facts
from routing.core.phrases import ENGLISH
from routing.core.ruleset import (
    Agent,
    Calendar,
    CallerMatch,
    HoursMatch,
    Language,
    LanguageProfile,
    Number,
    Objective,
    Path,
    Rule,
    RuleAction,
    Ruleset,
    Span,
)

MAIN = "+12025550100"
CALLER = "+12025550170"
SATURDAY_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

NUMBER = Number("1", MAIN, "Main line", "UTC", Path.RELAY, True, "p", "a", "e")
OFFICE = Calendar(
    "c", "Office hours", "UTC", tuple(Span(d, time(8), time(18)) for d in range(5))
)
RULE = Rule(
    key="r",
    name="A rule",
    numbers=frozenset(),
    caller_match=CallerMatch.ANY,
    callers=(),
    hours_match=HoursMatch.ANY,
    calendar="",
    action=RuleAction.ACCEPT,
)
LANGUAGE = Language(
    code="en-US",
    transcription_provider="Deepgram",
    speech_model="nova-3-general",
    tts_provider="Google",
    voice="en-US-Chirp3-HD-Aoede",
    greeting="Hello.",
    hints="",
    phrases=ENGLISH,
)
PROFILE = LanguageProfile("p", "English", (LANGUAGE,), {})
AGENT = Agent(
    key="a",
    name="Front desk",
    objective=Objective.TRIAGE,
    instructions="You answer the phone.",
    model="gpt-6-luna",
    reasoning_effort="low",
    max_output_tokens=800,
)


def rule(**fields: Any) -> Rule:
    return replace(RULE, **fields)


def ruleset(*rules: Rule, number: Number = NUMBER, agent: Agent = AGENT) -> Ruleset:
    return Ruleset(
        number=7,
        numbers={number.key: number},
        profiles={"p": PROFILE},
        agents={agent.key: agent},
        calendars={"c": OFFICE},
        rules=rules,
    )


def facts(caller: str = CALLER, kind: CallerKind = CallerKind.NUMBER) -> Facts:
    return Facts(dialled=MAIN, caller=caller, caller_kind=kind)
