"""The rules that hold, found at once, are those found by asking one after the other."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.core.decision import Facts
from routing.core.matches import LoadScope
from routing.core.plan import Found, Plan, members
from routing.core.ruleset import (
    Calendar,
    CallerMatch,
    HoursMatch,
    Number,
    Ruleset,
    Span,
)
from routing.core.sieve import Questions, letters
from routing.core.situation import Openings, Situation, Step
from tests.routing.core.rulesets import NUMBER, facts, rule, ruleset
from tests.routing.core.test_decide_properties import (
    CALENDARS,
    FACTS,
    NUMBERS,
    RULES,
    RULESETS,
)

MANY = st.builds(
    lambda found, rules, calendars: replace(
        found, rules=tuple(rules), calendars={c.key: c for c in calendars}
    ),
    RULESETS,
    st.lists(RULES, max_size=24),
    st.lists(CALENDARS, max_size=5),
)
STEPS = st.lists(st.timedeltas(timedelta(0), timedelta(hours=9)), max_size=6)
SPRING = datetime(2026, 3, 27, tzinfo=UTC)


def one_by_one(
    plan: Plan, release: Ruleset, call: Facts, number: Number, now: datetime
) -> Found:
    """As it is told: rule by rule, condition by condition, remembering nothing."""
    situation = Situation(call, number, Openings(release.calendars), now)
    steps = ""
    for planned in plan.rules:
        own = members(planned.rule, release)
        if own is not None and number.key not in own:
            continue
        failed = (c.step for c in planned.conditions if not c.held(situation))
        step = next(failed, Step.HELD)
        steps += step
        if step is Step.HELD:
            return Found(planned.rule, steps)
    return Found(None, steps)


@settings(max_examples=200)
@given(
    MANY, NUMBERS, st.lists(st.tuples(FACTS, NUMBERS), min_size=1, max_size=3), STEPS
)
def test_the_same_rule_is_found_for_the_same_reasons(
    release: Ruleset,
    number: Number,
    calls: list[tuple[Facts, Number]],
    apart: list[timedelta],
) -> None:
    """Over days on which clocks change, with all that is remembered in between."""
    plan, now = Plan(release), SPRING
    for pause in [timedelta(0), *apart, -timedelta(days=1)]:
        now += pause
        for call, other in calls:
            for dialled in (number, other):
                situation = Situation(call, dialled, plan.openings, now)
                plainly = one_by_one(plan, release, call, dialled, now)
                assert plan.first_that_holds(situation) == plainly


def test_what_many_rules_ask_is_asked_once_and_only_while_it_matters() -> None:
    asked = []

    def no(word: str, situation: Situation) -> bool:
        asked.append(word)
        return False

    questions = Questions(
        [
            (0b001, partial(no, "a")),
            (0b010, partial(no, "b")),
            (0b100, partial(no, "a")),
        ]
    )
    situation = Situation(facts(), NUMBER, Openings({}), SPRING)
    assert questions.failing(situation, 0b101) == 0b101
    assert questions.failing(situation, 0b010) == 0b010
    assert asked == ["a", "b"]


def calendar(key: str, time_zone: str) -> Calendar:
    hours = ((time(8), time(12)), (time(13), time(2, 30)))
    spans = tuple(Span(day, *its) for day in (4, 5, 6) for its in hours)
    return Calendar(key, key, time_zone, spans)


@pytest.mark.parametrize("backwards", [False, True])
def test_hours_are_remembered_no_longer_than_they_last(backwards: bool) -> None:
    """From one moment to the next over a week-end on which the clocks change."""
    zones = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "nowhere")
    calendars = {zone: calendar(zone, zone) for zone in zones}
    rules = [
        rule(
            key=f"{zone} {match}", hours_match=match, calendar=zone, more_calendars=more
        )
        for zone in zones
        for more in ((), ("UTC", "Europe/Berlin"))
        for match in (HoursMatch.OPEN, HoursMatch.CLOSED)
    ]
    never = [replace(r, key=f"{r.key} never", load=LoadScope.NUMBER) for r in rules]
    release = replace(ruleset(*never, *rules), calendars=calendars)
    plan, call = Plan(release), facts()
    minutes = range(0, 3 * 24 * 60, 5)
    for minute in reversed(minutes) if backwards else minutes:
        now = SPRING + timedelta(minutes=minute)
        situation = Situation(call, NUMBER, plan.openings, now)
        plainly = one_by_one(plan, release, call, NUMBER, now)
        assert plan.first_that_holds(situation) == plainly


def test_a_rule_in_the_middle_is_found() -> None:
    rules = [
        rule(key=str(n), caller_match=CallerMatch.LISTED, callers=(f"+1202555{n:04d}",))
        for n in range(500)
    ]
    plan = Plan(ruleset(*rules))
    situation = Situation(facts("+12025550317"), NUMBER, plan.openings, SPRING)
    found = plan.first_that_holds(situation)
    assert found.rule is plan.rules[317].rule
    assert found.steps == "c" * 317 + "+"


def test_each_rule_that_failed_has_its_letter() -> None:
    failures = [(Step.CALLER, 0b1000101), (Step.HOURS, 0b10)]
    assert letters(failures, 3) == "chc"
    assert letters(failures, 7) == "chcc"
    assert letters([], 5) == ""
    assert letters([], 0) == ""
