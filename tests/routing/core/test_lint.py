"""Each finding, with the record and the field where it is put right."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from routing.core.lint import Finding, Known, Level, lint
from routing.core.lint.cover import Cover, cover_map, hours
from routing.core.lint.implied import implies
from routing.core.lint.speech import says
from routing.core.matches import (
    BudgetMatch,
    Capacity,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.ruleset import (
    Agent,
    Calendar,
    CallerMatch,
    Contact,
    EscalationPolicy,
    HoursMatch,
    HttpTool,
    HuntStep,
    Limits,
    Number,
    NumberGroup,
    Objective,
    Path,
    PolicyEnd,
    Rule,
    RuleAction,
    Ruleset,
    Span,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
KNOWN = Known(NOW)
CONTACT = Contact("c", "Dana", "+12025550151", "")
POLICY = EscalationPolicy("e", "People", (HuntStep("c"),))
AGENT = Agent("a", "Front desk", Objective.TRIAGE, "x", "gpt-6-luna", "low", 800)
NUMBER = Number(
    "n", "+12025550100", "Main line", "UTC", Path.RELAY, True, "p", "a", "e"
)
WEEKDAYS = Calendar(
    "w", "Office", "UTC", tuple(Span(day, time(8), time(18)) for day in range(5))
)
NEVER = Calendar("x", "Never", "UTC")


def rule(key: str, **values: Any) -> Rule:
    usual: dict[str, Any] = {
        "name": f"Rule {key}",
        "numbers": frozenset(),
        "caller_match": CallerMatch.ANY,
        "callers": (),
        "hours_match": HoursMatch.ANY,
        "calendar": "",
        "action": RuleAction.REJECT,
    }
    return Rule(key=key, **{**usual, **values})


def ruleset(*rules: Rule, **values: Any) -> Ruleset:
    usual: dict[str, Any] = {
        "numbers": {"n": NUMBER},
        "agents": {"a": AGENT},
        "policies": {"e": POLICY},
        "contacts": {"c": CONTACT},
        "calendars": {"w": WEEKDAYS, "x": NEVER},
    }
    return Ruleset(0, rules=rules, **{**usual, **values})


def places(found: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    return [(f.level.value, f.section, f.key, f.field) for f in found]


def findings(made: Ruleset, known: Known = KNOWN) -> list[tuple[str, str, str, str]]:
    return places(lint(made, known))


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert findings(ruleset()) == []
    assert findings(Ruleset(0)) == []


VIP = {"caller_match": CallerMatch.LISTED, "callers": ("+12025550111",)}
AREA = {"caller_match": CallerMatch.LISTED, "callers": ("+1202*",)}


def test_a_rule_behind_one_that_takes_everything_is_never_asked() -> None:
    (found,) = lint(ruleset(rule("1"), rule("2", **VIP)), KNOWN)
    assert (found.level, found.section, found.key) == (Level.WARNING, "rules", "2")
    assert "“Rule 1” stands before it" in found.problem


def test_a_narrower_rule_before_shadows_nothing() -> None:
    assert findings(ruleset(rule("1", **VIP), rule("2", **AREA))) == []


NARROW_AND_WIDE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (VIP, AREA),
    (
        {"caller_match": CallerMatch.LISTED, "callers": ("+1202555*",)},
        AREA,
    ),
    (
        {"verification": VerificationMatch.FULL},
        {"verification": VerificationMatch.PASSED},
    ),
    (
        {"verification": VerificationMatch.MISSING},
        {"verification": VerificationMatch.NOT_PASSED},
    ),
    (
        {"forwarded": ForwardedMatch.LISTED, "forwarded_from": ("+1",)},
        {"forwarded": ForwardedMatch.FORWARDED},
    ),
    (
        {"history": HistoryMatch.AGAIN, "within_minutes": 10},
        {"history": HistoryMatch.AGAIN, "within_minutes": 20},
    ),
    ({"history": HistoryMatch.AGAIN}, {"history": HistoryMatch.KNOWN}),
    (
        {"hours_match": HoursMatch.OPEN, "calendar": "w"},
        {"hours_match": HoursMatch.OPEN, "calendar": "w", "more_calendars": ("x",)},
    ),
    (
        {"hours_match": HoursMatch.CLOSED, "calendar": "w", "more_calendars": ("x",)},
        {"hours_match": HoursMatch.CLOSED, "calendar": "w"},
    ),
    (
        {"load": LoadScope.NUMBER, "load_from": 5},
        {"load": LoadScope.NUMBER, "load_from": 2},
    ),
    ({"budget": BudgetMatch.SPENT}, {"budget": BudgetMatch.WARNED}),
    (
        {"headers": (HeaderMatch("x-a"), HeaderMatch("x-b"))},
        {"headers": (HeaderMatch("x-a"),)},
    ),
    (
        {"when": When(frozenset({1}), time(9), time(12))},
        {"when": When(frozenset({1, 2}), time(9), time(12))},
    ),
    (
        {"when": When(first_day=date(2026, 4, 1), last_day=date(2026, 4, 2))},
        {"when": When(first_day=date(2026, 3, 1))},
    ),
]


@pytest.mark.parametrize("pair", NARROW_AND_WIDE, ids=lambda pair: str(list(pair[0])))
def test_a_wider_rule_shadows_and_a_narrower_one_does_not(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    narrow, wide = (rule(key, **values) for key, values in zip("12", pair, strict=True))
    assert ("warning", "rules", "1", "name") in findings(ruleset(wide, narrow))
    assert ("warning", "rules", "2", "name") not in findings(ruleset(narrow, wide))


def test_only_some_of_its_numbers_taken_leaves_a_rule_alone() -> None:
    other = replace(NUMBER, key="m", e164="+12025550101")
    numbers = {"n": NUMBER, "m": other}
    first = rule("1", numbers=frozenset({"n"}))
    assert findings(ruleset(first, rule("2"), numbers=numbers)) == []
    second = rule("2", numbers=frozenset({"n"}))
    assert ("warning", "rules", "2", "name") in findings(
        ruleset(rule("1"), second, numbers=numbers)
    )


def test_a_rule_for_nobody_is_never_asked() -> None:
    off = replace(NUMBER, key="off", e164="+12025550102", active=False)
    made = ruleset(
        rule("1", numbers=frozenset({"off"})),
        rule("2", groups=frozenset({"g"})),
        numbers={"n": NUMBER, "off": off},
        groups={"g": NumberGroup("g", "Empty")},
    )
    assert findings(made) == [
        ("warning", "rules", "1", "numbers"),
        ("warning", "rules", "2", "numbers"),
    ]


def test_a_rule_whose_time_is_over_or_never_comes() -> None:
    over = rule("1", when=When(last_day=date(2026, 3, 3)))
    never = rule("2", hours_match=HoursMatch.OPEN, calendar="x")
    assert findings(ruleset(over, never)) == [
        ("warning", "rules", "1", "last_day"),
        ("warning", "rules", "2", "calendar"),
    ]


def test_a_number_without_a_default_cannot_be_published() -> None:
    number = replace(NUMBER, agent="", policy="", profile="")
    found = findings(ruleset(numbers={"n": number}))
    assert ("error", "numbers", "n", "agent") in found
    assert ("error", "numbers", "n", "policy") in found
    assert ("error", "numbers", "n", "profile") in found


def test_a_policy_that_leads_nowhere_cannot_be_published() -> None:
    policies = {
        "e": POLICY,
        "1": EscalationPolicy("1", "Empty", (), PolicyEnd.BACK_TO_AGENT),
        "2": EscalationPolicy("2", "Twice", (HuntStep("c"), HuntStep("c"))),
    }
    assert findings(ruleset(policies=policies)) == [
        ("error", "policies", "1", "name"),
        ("error", "policies", "2", "name"),
    ]


def test_a_contact_has_to_have_a_number_of_their_own() -> None:
    for phone in ("", "12", NUMBER.e164):
        contacts = {"c": replace(CONTACT, phone=phone)}
        assert findings(ruleset(contacts=contacts)) == [
            ("error", "contacts", "c", "phone")
        ]


def test_a_contact_whom_nobody_rings_may_be_as_they_are() -> None:
    contacts = {"c": CONTACT, "d": replace(CONTACT, key="d", phone="")}
    assert findings(ruleset(contacts=contacts)) == []


def test_a_contact_who_is_never_on_duty_is_told() -> None:
    contacts = {"c": replace(CONTACT, calendar="x")}
    found = findings(ruleset(contacts=contacts))
    assert ("warning", "contacts", "c", "calendar") in found
    assert ("warning", "policies", "e", "name") in found


def test_hours_in_which_a_handoff_reaches_nobody_are_told() -> None:
    contacts = {"c": replace(CONTACT, calendar="w")}
    (found,) = lint(ruleset(contacts=contacts), KNOWN)
    assert (found.section, found.key) == ("policies", "e")
    assert "118 hours of the coming week" in found.problem
    assert "first on Wednesday at 00:00" in found.problem


def test_where_a_rule_turns_callers_away_nothing_is_promised() -> None:
    contacts = {"c": replace(CONTACT, calendar="w")}
    closed = rule("1", hours_match=HoursMatch.CLOSED, calendar="w")
    assert findings(ruleset(closed, contacts=contacts)) == []


def test_the_cover_map_has_every_minute_once() -> None:
    contacts = {"c": replace(CONTACT, calendar="w")}
    pieces = cover_map(ruleset(contacts=contacts), NUMBER, NOW)
    assert sum(piece.minutes for piece in pieces) == 7 * 24 * 60
    covered = [p for p in pieces if p.cover is Cover.SOMEBODY]
    assert sum(piece.minutes for piece in covered) == 5 * 10 * 60
    for one, other in pairwise(pieces):
        assert one.ends == other.begins


def test_a_week_in_which_the_clocks_change_is_as_long_as_it_is() -> None:
    number = replace(NUMBER, time_zone="Europe/Berlin")
    spring = datetime(2026, 3, 26, 12, tzinfo=UTC)
    pieces = cover_map(ruleset(numbers={"n": number}), number, spring)
    assert sum(piece.minutes for piece in pieces) == 7 * 24 * 60 - 60


def test_minutes_are_told_as_people_do() -> None:
    assert [hours(n) for n in (1, 30, 60, 90, 100)] == [
        "1 minute",
        "30 minutes",
        "1 hour",
        "1.5 hours",
        "1.7 hours",
    ]


def with_limits(**values: Any) -> Ruleset:
    return ruleset(agents={"a": replace(AGENT, limits=Limits(**values))})


@pytest.mark.parametrize(
    ("values", "level", "field"),
    [
        ({"warn_seconds": 900}, "error", "warn_seconds"),
        ({"filler_after": 8.0}, "error", "filler_after"),
        ({"max_cost": Decimal("0.05")}, "warning", "max_cost"),
        (
            {"silence_seconds": 60, "silence_prompts": 5, "max_seconds": 300},
            "warning",
            "silence_seconds",
        ),
    ],
)
def test_limits_that_cannot_hold(
    values: dict[str, Any], level: str, field: str
) -> None:
    assert findings(with_limits(**values)) == [(level, "agents", "a", field)]


def test_more_calls_than_the_account_may_have() -> None:
    made = ruleset(
        numbers={"n": replace(NUMBER, capacity=Capacity(9))},
        agents={"a": replace(AGENT, capacity=Capacity(9))},
        capacity=Capacity(5),
    )
    assert findings(made) == [
        ("warning", "numbers", "n", "max_calls"),
        ("warning", "agents", "a", "max_calls"),
    ]


def test_a_model_that_stops_soon_is_told_and_one_that_has_is_refused() -> None:
    for day, level in ((date(2026, 4, 1), "warning"), (date(2026, 3, 4), "error")):
        known = Known(NOW, {"gpt-6-luna": day})
        assert findings(ruleset(), known) == [(level, "agents", "a", "model")]
    later = Known(NOW, {"gpt-6-luna": date(2027, 1, 1)})
    assert findings(ruleset(), later) == []


def tool(**values: Any) -> HttpTool:
    usual: dict[str, Any] = {"secret_name": "", "allow_private": False}
    made = {**usual, **values}
    return HttpTool(
        "t",
        "slots",
        "x",
        "GET",
        "https://example.com",
        {},
        timeout=5,
        waiting_line="",
        **made,
    )


def test_a_tool_needs_a_secret_that_is_set() -> None:
    place = ("warning", "tools", "t", "secret_name")
    named = ruleset(agents={"a": replace(AGENT, tools=(tool(secret_name="S"),))})
    assert findings(named) == [place]
    assert findings(named, Known(NOW, secrets=frozenset({"S"}))) == []
    assert findings(ruleset(agents={"a": replace(AGENT, tools=(tool(),))})) == [place]
    private = replace(AGENT, tools=(tool(allow_private=True),))
    assert findings(ruleset(agents={"a": private})) == []


def test_a_greeting_says_one_of_the_wordings() -> None:
    assert says(
        "Hello, I am  the AUTOMATED\nassistant.", "machine\nautomated assistant"
    )
    assert not says("Hello.", "machine\n\nautomated assistant")


def test_conditions_of_which_nothing_is_known_do_not_imply_each_other() -> None:
    withheld = (CallerMatch.WITHHELD, (), (), ())
    listed = (CallerMatch.LISTED, ("+1",), (), ())
    assert not implies("callers", withheld, listed)
    assert not implies("budget", BudgetMatch.WITHIN, BudgetMatch.WARNED)
