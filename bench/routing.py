"""Deciding one call under a large release: 500 rules over 50 calendars."""

from datetime import UTC, datetime, time, timedelta
from time import perf_counter

from routing.core.decide import decide
from routing.core.decision import CallerKind, Facts, Verdict
from routing.core.matches import LoadScope
from routing.core.plan import plan_of
from routing.core.ruleset import (
    Calendar,
    CallerMatch,
    HoursMatch,
    Number,
    Path,
    Rule,
    RuleAction,
    Ruleset,
    Span,
)

RULES, CALENDARS = 500, 50
# A day of calls, one every ten seconds: every calendar opens and closes in it.
DECISIONS, APART = 8_640, timedelta(seconds=10)
NEVER = 1_000_000
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles")
START = datetime(2026, 3, 2, tzinfo=UTC)
FACTS = Facts("+12025550100", "+12025550133", CallerKind.NUMBER)


def measure() -> list[float]:
    """Sorted milliseconds. No rule holds, so all of them are looked at, and each is

    asked for the caller and the hours, and where it is open for the load too.
    """
    ruleset = large_release()
    plan_of(ruleset).openings.look_ahead(START)
    took = []
    for number in range(DECISIONS):
        now = START + number * APART
        began = perf_counter()
        decision = decide(ruleset, FACTS, now)
        took.append((perf_counter() - began) * 1000)
        assert decision.verdict is Verdict.ACCEPT
    return sorted(took)


def large_release() -> Ruleset:
    number = Number(
        "1", FACTS.dialled, "Main", ZONES[0], Path.RELAY, True, "p", "a", ""
    )
    return Ruleset(
        number=1,
        numbers={"1": number},
        calendars={str(n): calendar(n) for n in range(CALENDARS)},
        rules=tuple(rule(n) for n in range(RULES)),
    )


def calendar(number: int) -> Calendar:
    spans = tuple(
        Span(weekday, opens, closes)
        for weekday in range(6)
        for opens, closes in ((time(8), time(12)), (time(13), time(18)))
    )
    return Calendar(str(number), f"Hours {number}", ZONES[number % len(ZONES)], spans)


def rule(number: int) -> Rule:
    return Rule(
        key=str(number),
        name=f"Rule {number}",
        numbers=frozenset({"1"}),
        caller_match=CallerMatch.NOT_LISTED,
        callers=tuple(f"+1202556{number:04d}" for _ in range(5)),
        hours_match=HoursMatch.OPEN if number % 2 else HoursMatch.CLOSED,
        calendar=str(number % CALENDARS),
        action=RuleAction.REJECT,
        load=LoadScope.NUMBER,
        load_from=NEVER,
    )
