"""Each condition of a rule: when it holds, and how it is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from routing.core.decide import decide
from routing.core.decision import CallerKind, Facts, ListKind, OnList
from routing.core.matches import (
    BudgetMatch,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.reasons import rules_in_words
from routing.core.ruleset import (
    Calendar,
    CallerList,
    CallerMatch,
    HoursMatch,
    Rule,
    Ruleset,
)
from routing.core.standing import Budgets, BudgetScope, BudgetStanding, BudgetState
from tests.routing.core.rulesets import (
    CALLER,
    MONDAY_NOON,
    NUMBER,
    facts,
    rule,
    ruleset,
)

CALL = facts()


def told(
    asked: Rule, call: Facts = CALL, now: datetime = MONDAY_NOON
) -> tuple[bool, str, str]:
    """Whether the rule's one condition held, its name, and the value."""
    return told_by(ruleset(asked), call, now)


def told_by(
    release: Ruleset, call: Facts = CALL, now: datetime = MONDAY_NOON
) -> tuple[bool, str, str]:
    looked_at = next(iter(rules_in_words(release, call, now)))
    (condition,) = looked_at.conditions
    assert condition.held is (decide(release, call, now).rule == looked_at.rule)
    return condition.held, condition.name, condition.value


FRIENDS = CallerList("l", "Friends", ListKind.VIP)
ON_FRIENDS = (OnList("l", "Friends", ListKind.VIP),)


def test_a_caller_may_be_on_a_list_or_from_a_country() -> None:
    asked = rule(
        caller_match=CallerMatch.LISTED,
        callers=("+44*",),
        caller_lists=("l", "gone"),
        countries=("DE", "AT"),
    )
    release = replace(ruleset(asked), caller_lists={"l": FRIENDS})
    name = "caller is listed or on “Friends” or on a list that is missing or from DE"
    held, told_name, _ = told_by(release)
    assert (held, told_name) == (False, f"{name} or AT")
    german = replace(CALL, country="DE")
    assert told_by(release, german) == (
        True,
        f"{name} or AT",
        "+1 202 555 0170, from DE",
    )
    friend = replace(CALL, lists=ON_FRIENDS)
    assert told_by(release, friend)[0]
    assert told_by(release, friend)[2] == "+1 202 555 0170, on “Friends”"
    other = replace(asked, caller_match=CallerMatch.NOT_LISTED)
    assert told_by(replace(release, rules=(other,)))[:2] == (
        True,
        f"{name} or AT".replace("caller is", "caller is not"),
    )


def test_a_sip_address_may_be_on_a_list() -> None:
    asked = rule(caller_match=CallerMatch.LISTED, caller_lists=("l",))
    ana = replace(facts("sip:ana@example.com", CallerKind.SIP), lists=ON_FRIENDS)
    assert told_by(replace(ruleset(asked), caller_lists={"l": FRIENDS}), ana)[0]


PASSED_A, PASSED_C = "TN-Validation-Passed-A", "TN-Validation-Passed-C-Diverted"
FAILED, NO_CHECK = "TN-Validation-Failed-B", "No-TN-Validation"


@pytest.mark.parametrize(
    ("wanted", "held_for"),
    [
        (VerificationMatch.FULL, {PASSED_A}),
        (VerificationMatch.PASSED, {PASSED_A, PASSED_C}),
        (VerificationMatch.NOT_PASSED, {FAILED, NO_CHECK, ""}),
        (VerificationMatch.FAILED, {FAILED}),
        (VerificationMatch.MISSING, {NO_CHECK, ""}),
    ],
)
def test_the_spoof_check(wanted: VerificationMatch, held_for: set[str]) -> None:
    asked = rule(verification=wanted)
    verdicts = (PASSED_A, PASSED_C, FAILED, NO_CHECK, "")
    found = {v for v in verdicts if told(asked, replace(CALL, verstat=v))[0]}
    assert found == held_for


def test_the_spoof_check_is_told_with_the_carriers_word() -> None:
    asked = rule(verification=VerificationMatch.PASSED)
    told_of = {v: told(asked, replace(CALL, verstat=v))[2] for v in (PASSED_A, "")}
    assert told_of == {PASSED_A: f"passed ({PASSED_A})", "": "no verdict"}
    for verstat, word in ((FAILED, "failed"), (NO_CHECK, "no verdict")):
        assert told(asked, replace(CALL, verstat=verstat))[2] == f"{word} ({verstat})"


@pytest.mark.parametrize(
    ("wanted", "number", "held"),
    [
        (ForwardedMatch.FORWARDED, "+12025550142", True),
        (ForwardedMatch.FORWARDED, "", False),
        (ForwardedMatch.NOT_FORWARDED, "", True),
        (ForwardedMatch.NOT_FORWARDED, "+12025550142", False),
        (ForwardedMatch.LISTED, "+12025550142", True),
        (ForwardedMatch.LISTED, "+13035550142", True),
        (ForwardedMatch.LISTED, "+14045550142", False),
        (ForwardedMatch.LISTED, "", False),
    ],
)
def test_forwarding(wanted: ForwardedMatch, number: str, held: bool) -> None:
    asked = rule(forwarded=wanted, forwarded_from=("+12025550142", "+1303*"))
    assert told(asked, replace(CALL, forwarded_from=number))[0] is held


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (None, "no earlier call"),
        (30, "last called less than a minute ago"),
        (90, "last called 1 minute ago"),
        (7200, "last called 2 hours ago"),
        (90_000, "last called 1 day ago"),
    ],
)
def test_earlier_calls(since: int | None, words: str) -> None:
    call = replace(CALL, since_last_call=since)
    known, new = rule(history=HistoryMatch.KNOWN), rule(history=HistoryMatch.NEW)
    again = rule(history=HistoryMatch.AGAIN, within_minutes=60)
    assert told(known, call)[::2] == (since is not None, words)
    assert told(new, call)[0] is (since is None)
    assert told(again, call)[0] is (since in (30, 90))


def test_a_caller_without_a_number_is_neither_known_nor_new() -> None:
    caller = facts("", CallerKind.WITHHELD)
    for wanted in (HistoryMatch.KNOWN, HistoryMatch.NEW, HistoryMatch.AGAIN):
        held, _, value = told(rule(history=wanted), caller)
        assert (held, value) == (False, "cannot be told, as there is no number")


def test_all_headers_must_be_there() -> None:
    asked = rule(headers=(HeaderMatch("X-Line", "sales*"), HeaderMatch("X-Any")))
    name = "SIP header X-Line is sales* and X-Any is there"
    both = replace(CALL, headers={"x-line": "Sales 2", "x-any": ""})
    assert told(asked, both) == (True, name, "X-Line: Sales 2; X-Any: ")
    one = replace(CALL, headers={"x-line": "sales"})
    assert told(asked, one) == (False, name, "X-Line: sales; X-Any: missing")


NIGHT = When(since=time(22), until=time(6), weekdays=frozenset({0}))


@pytest.mark.parametrize(
    ("when", "now", "held"),
    [
        (NIGHT, datetime(2026, 11, 23, 22, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 11, 24, 5, 59, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 11, 24, 6, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 11, 23, 5, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 11, 23, 12, tzinfo=UTC), False),
        (When(since=time(13)), MONDAY_NOON, False),
        (When(until=time(12)), MONDAY_NOON, False),
        (When(since=time(12), until=time(13)), MONDAY_NOON, True),
        (
            When(since=time(9), until=time(9), weekdays=frozenset({0})),
            MONDAY_NOON,
            True,
        ),
        (When(first_day=date(2026, 11, 24)), MONDAY_NOON, False),
        (When(last_day=date(2026, 11, 23)), MONDAY_NOON, True),
        (When(last_day=date(2026, 11, 22)), MONDAY_NOON, False),
    ],
)
def test_days_and_times(when: When, now: datetime, held: bool) -> None:
    assert told(rule(when=when), now=now)[0] is held


def test_days_and_times_are_told_by_the_clock_of_the_number() -> None:
    day = date(2026, 12, 24)
    for when, name in (
        (NIGHT, "it is Monday, between 22:00 and 06:00"),
        (When(since=time(9)), "it is 09:00 or later"),
        (When(until=time(9)), "it is before 09:00"),
        (When(first_day=day, last_day=day), "it is on 24 December 2026"),
        (When(first_day=day), "it is from 24 December 2026"),
        (When(last_day=day), "it is until 24 December 2026"),
    ):
        _, told_name, value = told(rule(when=when))
        assert (told_name, value) == (name, "Monday, 23 November 2026, 12:00 UTC")


def test_a_number_in_an_unknown_zone_has_no_time() -> None:
    lost = replace(NUMBER, time_zone="Nowhere/Land")
    release = ruleset(rule(when=NIGHT), number=lost)
    held, _, value = told_by(release)
    assert (held, value) == (False, "time zone Nowhere/Land is not known")


def two_calendars(match: HoursMatch, *more: str) -> Ruleset:
    asked = rule(hours_match=match, calendar="c", more_calendars=more)
    never = Calendar("n", "Night desk", "UTC")
    release = ruleset(asked)
    return replace(release, calendars={**release.calendars, "n": never})


def test_several_calendars_are_open_when_one_is() -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=UTC)
    opened = two_calendars(HoursMatch.OPEN, "n")
    held, name, value = told_by(opened)
    assert (held, name) == (True, "“Office hours” or “Night desk” is open")
    assert value.startswith("Office hours: open, closes")
    assert not told_by(opened, now=saturday)[0]
    closed = two_calendars(HoursMatch.CLOSED, "n")
    assert told_by(closed)[0] is False
    assert told_by(closed, now=saturday)[:2] == (
        True,
        "“Office hours” and “Night desk” are closed",
    )


def test_a_missing_calendar_among_several_leaves_closed_in_doubt() -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert not told_by(two_calendars(HoursMatch.CLOSED, "gone"), now=saturday)[0]
    held, _, value = told_by(two_calendars(HoursMatch.OPEN, "gone"))
    assert (held, value.endswith("calendar is missing")) == (True, True)


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (LoadScope.NUMBER, "at least 3 calls are in progress on this number"),
        (LoadScope.ACCOUNT, "at least 3 calls are in progress on all numbers"),
        (LoadScope.AGENT, "at least 3 calls are in progress with “Front desk”"),
    ],
)
def test_how_busy_it_is(scope: LoadScope, name: str) -> None:
    asked = rule(load=scope, load_from=3, agent="a")
    busy = {"live_calls": 3, "account_calls": 3, "agent_calls": {"a": 3}}
    quiet = {"live_calls": 2, "account_calls": 2, "agent_calls": {"b": 9}}
    assert told(asked, changed(**busy))[:2] == (True, name)
    assert not told(asked, changed(**quiet))[0]


def changed(**values: Any) -> Facts:
    return replace(CALL, **values)


@pytest.mark.parametrize(
    ("wanted", "held_for"),
    [
        (BudgetMatch.WITHIN, {BudgetState.OK}),
        (BudgetMatch.WARNED, set(BudgetState) - {BudgetState.OK}),
        (BudgetMatch.SPENT, {BudgetState.SPENT}),
    ],
)
def test_how_the_budgets_stand(wanted: BudgetMatch, held_for: set[BudgetState]) -> None:
    asked = rule(budget=wanted)
    found = set()
    for state in BudgetState:
        standing = BudgetStanding(BudgetScope.ACCOUNT, "", "Month", state, "81 %")
        held, _, value = told(asked, changed(budgets=Budgets((standing,))))
        assert value == "Month: 81 %"
        found |= {state} if held else set()
    assert found == held_for
    assert told(asked)[2] == "there is no budget"


def test_a_number_is_looked_up_by_its_first_of_two() -> None:
    twin = replace(NUMBER, key="2", label="Twin")
    release = replace(ruleset(), numbers={"1": NUMBER, "2": twin})
    assert release.number_for(NUMBER.e164) is NUMBER
    assert CALLER not in release.by_e164
