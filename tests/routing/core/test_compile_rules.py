"""Rules of a snapshot: of today, of before there was most of it, and wrong ones."""

import copy
from datetime import date, time
from typing import Any

import pytest

from routing.core.compile import compile_snapshot
from routing.core.decision import ListKind
from routing.core.errors import BadSnapshot
from routing.core.matches import (
    ALWAYS,
    UNLIMITED,
    BudgetMatch,
    Capacity,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.ruleset import RuleAction
from tests.routing.core.test_compile import SNAPSHOT

ASKED = {
    "groups": ["7"],
    "caller_match": "listed",
    "caller_lists": ["8"],
    "countries": ["US"],
    "verification": "passed",
    "forwarded": "listed",
    "forwarded_from": ["+1202*"],
    "history": "again",
    "within_minutes": 5,
    "weekdays": ["0", "6"],
    "since": "22:00",
    "until": "06:00",
    "first_day": "2026-12-24",
    "last_day": "2026-12-26",
    "load": "agent",
    "load_from": 3,
    "budget": "spent",
    "headers": [{"name": "X-Line", "value": "sales"}],
    "second_agent": "1",
    "second_share": 20,
}


def snapshot(**changes: Any) -> dict[str, Any]:
    found = copy.deepcopy(SNAPSHOT)
    found["rules"][0].update({**ASKED, **changes})
    found["groups"] = [{"key": "7", "name": "Sales", "numbers": ["1"]}]
    found["caller_lists"] = [{"key": "8", "name": "Friends", "kind": "vip"}]
    found["account"] = [{"key": "1", "max_calls": 9, "kept_calls": 2}]
    return found


def test_everything_a_rule_asks_is_read() -> None:
    ruleset = compile_snapshot(1, snapshot())
    rule = ruleset.rules[0]
    assert rule.groups == {"7"}
    assert (rule.caller_lists, rule.countries) == (("8",), ("US",))
    assert rule.verification is VerificationMatch.PASSED
    assert rule.forwarded is ForwardedMatch.LISTED
    assert rule.forwarded_from == ("+1202*",)
    assert (rule.history, rule.within_minutes) == (HistoryMatch.AGAIN, 5)
    assert rule.when == When(
        weekdays=frozenset({0, 6}),
        since=time(22),
        until=time(6),
        first_day=date(2026, 12, 24),
        last_day=date(2026, 12, 26),
    )
    assert (rule.load, rule.load_from) == (LoadScope.AGENT, 3)
    assert rule.budget is BudgetMatch.SPENT
    assert rule.headers == (HeaderMatch("X-Line", "sales"),)
    assert (rule.second_agent, rule.second_share) == ("1", 20)
    assert ruleset.groups["7"].numbers == {"1"}
    assert ruleset.caller_lists["8"].kind is ListKind.VIP
    assert ruleset.capacity == Capacity(9, 2)


def test_a_release_from_before_asks_none_of_it() -> None:
    ruleset = compile_snapshot(1, SNAPSHOT)
    rule = ruleset.rules[0]
    assert (rule.when, rule.load, rule.groups) == (ALWAYS, LoadScope.ANY, frozenset())
    assert (rule.second_agent, rule.contact, rule.headers) == ("", "", ())
    assert ruleset.capacity == UNLIMITED
    assert ruleset.numbers["1"].capacity == UNLIMITED
    assert ruleset.numbers["1"].overflow is RuleAction.VOICEMAIL
    assert ruleset.agents["1"].capacity == UNLIMITED
    assert (ruleset.groups, ruleset.caller_lists) == ({}, {})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"groups": ["9"]}, "there is no group of numbers 9"),
        ({"caller_lists": ["9"]}, "there is no caller list 9"),
        ({"more_calendars": ["9"]}, "there is no calendar 9"),
        ({"second_agent": "9"}, "there is no agent 9"),
        ({"contact": "9"}, "there is no contact 9"),
        ({"weekdays": ["7"]}, "weekdays: expected a list of days"),
        ({"since": "late"}, "since: expected a time"),
        ({"first_day": "soon"}, "first_day: expected a day"),
        ({"load": "much"}, "load: expected one of any, number, agent, account"),
        ({"headers": [{"name": "X"}]}, "headers[0].value is missing"),
    ],
)
def test_what_leads_nowhere_or_is_no_value_is_refused(
    changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadSnapshot) as refused:
        compile_snapshot(1, snapshot(**changes))
    assert problem in str(refused.value)


def test_a_group_of_a_number_that_is_gone_is_refused() -> None:
    wrong = snapshot()
    wrong["groups"][0]["numbers"] = ["9"]
    with pytest.raises(BadSnapshot, match="group Sales: there is no number 9"):
        compile_snapshot(1, wrong)
