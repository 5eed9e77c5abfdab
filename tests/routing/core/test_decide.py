from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.decide import decide
from routing.core.decision import (
    Because,
    CallerKind,
    ConditionTrace,
    Decision,
    Facts,
    Verdict,
)
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
from tests.routing.core.rulesets import (
    AGENT,
    CALLER,
    MONDAY_NOON,
    NUMBER,
    OFFICE,
    SATURDAY_NOON,
    facts,
    rule,
    ruleset,
)


def decided(*rules: Rule, now: datetime = MONDAY_NOON, **given_facts: str) -> Decision:
    return decide(ruleset(*rules), facts(**given_facts), now)  # type: ignore[arg-type]


def test_without_a_rule_the_numbers_own_agent_takes_the_call() -> None:
    decision = decided()
    assert decision.verdict is Verdict.ACCEPT
    assert (decision.agent, decision.profile, decision.policy) == ("a", "p", "e")
    assert decision.release == 7
    assert [rule.rule for rule in decision.trace] == ["No rule applies"]


def test_an_unknown_number_is_rejected_as_not_found() -> None:
    stranger = replace(facts(), dialled="+12025550000")
    decision = decide(ruleset(), stranger, MONDAY_NOON)
    assert decision.verdict is Verdict.REJECT
    assert decision.because is Because.UNKNOWN_NUMBER
    assert decision.sip_status == 404
    assert decision.trace[0].conditions[0].value == "+12025550000"


def test_a_number_that_is_switched_off_is_unavailable() -> None:
    off = ruleset(number=replace(NUMBER, active=False))
    decision = decide(off, facts(), MONDAY_NOON)
    assert decision.because is Because.INACTIVE_NUMBER
    assert decision.sip_status == 480


def test_a_number_that_people_answer_is_diverted_to_its_policy() -> None:
    people = ruleset(number=replace(NUMBER, path=Path.PERSON, agent=""))
    decision = decide(people, facts(), MONDAY_NOON)
    assert decision.verdict is Verdict.DIVERT
    assert decision.policy == "e"


def test_the_agents_own_policy_comes_before_the_numbers() -> None:
    decision = decide(ruleset(agent=replace(AGENT, policy="own")), facts(), MONDAY_NOON)
    assert decision.policy == "own"


def test_the_first_rule_that_holds_wins_and_later_ones_are_not_looked_at() -> None:
    never = rule(name="never", caller_match=CallerMatch.WITHHELD)
    first, second = rule(name="first", agent="x"), rule(name="second", agent="y")
    decision = decided(never, first, second)
    assert decision.rule == "first"
    assert decision.agent == "x"
    assert [(r.rule, r.held) for r in decision.trace] == [
        ("never", False),
        ("first", True),
    ]


def test_a_rule_may_be_for_some_numbers_only() -> None:
    assert decided(rule(numbers=frozenset({"1"}))).rule == "A rule"
    other = decided(rule(numbers=frozenset({"2"})))
    assert other.rule == "No rule applies"
    assert other.trace[0].conditions == (
        ConditionTrace("call is to one of its numbers", "Main line", False),
    )


@pytest.mark.parametrize(
    ("entry", "held"),
    [(CALLER, True), ("+1202*", True), ("+1303*", False), ("+12025550171", False)],
)
def test_a_listed_caller_is_a_number_or_a_beginning(entry: str, held: bool) -> None:
    listed = rule(caller_match=CallerMatch.LISTED, callers=(entry,))
    unlisted = rule(caller_match=CallerMatch.NOT_LISTED, callers=(entry,))
    assert decided(listed).trace[0].held is held
    assert decided(unlisted).trace[0].held is not held


def test_every_condition_is_traced_even_when_an_earlier_one_failed() -> None:
    strict = rule(
        numbers=frozenset({"2"}),
        caller_match=CallerMatch.LISTED,
        callers=(CALLER,),
        hours_match=HoursMatch.OPEN,
        calendar="c",
    )
    assert decided(strict).trace[0].conditions == (
        ConditionTrace("call is to one of its numbers", "Main line", False),
        ConditionTrace("caller is listed", "+1 202 555 0170", True),
        ConditionTrace("“Office hours” is open", "open, closes Monday 18:00 UTC", True),
    )


def test_a_sip_name_that_looks_like_a_number_is_on_no_list() -> None:
    listed = rule(caller_match=CallerMatch.LISTED, callers=(CALLER,))
    decision = decide(ruleset(listed), facts(CALLER, CallerKind.SIP), MONDAY_NOON)
    assert not decision.trace[0].held
    assert decision.trace[0].conditions[0].value == CALLER


def test_a_withheld_caller_is_known_as_such() -> None:
    withheld = rule(caller_match=CallerMatch.WITHHELD, action=RuleAction.REJECT)
    decision = decide(ruleset(withheld), facts("", CallerKind.WITHHELD), MONDAY_NOON)
    assert decision.verdict is Verdict.REJECT
    assert decision.trace[0].conditions[0].value == "withheld"


def test_hours_hold_when_the_calendar_says_so() -> None:
    closed = rule(hours_match=HoursMatch.CLOSED, calendar="c")
    assert decided(closed, now=SATURDAY_NOON).rule == "A rule"
    assert decided(closed, now=MONDAY_NOON).rule == "No rule applies"


def test_a_missing_calendar_holds_neither_way() -> None:
    for match in (HoursMatch.OPEN, HoursMatch.CLOSED):
        decision = decided(rule(hours_match=match, calendar="gone"))
        assert not decision.trace[0].held
        assert decision.trace[0].conditions[0].value == "calendar is missing"


def test_an_unknown_time_zone_holds_neither_way() -> None:
    lost = replace(OFFICE, time_zone="Nowhere/Land")
    for match in (HoursMatch.OPEN, HoursMatch.CLOSED):
        rules = ruleset(rule(hours_match=match, calendar="c"))
        decision = decide(replace(rules, calendars={"c": lost}), facts(), MONDAY_NOON)
        assert not decision.trace[0].held
        assert "Nowhere/Land is not known" in decision.trace[0].conditions[0].value


def test_a_rejected_call_carries_status_and_reason() -> None:
    spam = rule(action=RuleAction.REJECT, sip_status=486, because=Because.SPAM)
    decision = decided(spam)
    assert decision.verdict is Verdict.REJECT
    assert (decision.sip_status, decision.because) == (486, Because.SPAM)


def test_turning_away_because_of_closing_time_counts_as_closed() -> None:
    closed = rule(
        action=RuleAction.VOICEMAIL,
        hours_match=HoursMatch.CLOSED,
        calendar="c",
        message="We are closed.",
    )
    decision = decided(closed, now=SATURDAY_NOON)
    assert decision.verdict is Verdict.VOICEMAIL
    assert decision.because is Because.CLOSED
    assert decision.message == "We are closed."


def test_an_agent_that_takes_over_after_hours_is_not_a_closed_door() -> None:
    after_hours = rule(hours_match=HoursMatch.CLOSED, calendar="c", agent="night")
    decision = decided(after_hours, now=SATURDAY_NOON)
    assert decision.verdict is Verdict.ACCEPT
    assert decision.because is Because.RULE
    assert decision.agent == "night"


def test_accepting_without_any_agent_means_a_person() -> None:
    people = replace(NUMBER, path=Path.PERSON, agent="")
    plain, named = rule(), rule(agent="a")
    assert decide(ruleset(plain, number=people), facts(), MONDAY_NOON).verdict is (
        Verdict.DIVERT
    )
    assert decide(ruleset(named, number=people), facts(), MONDAY_NOON).verdict is (
        Verdict.ACCEPT
    )


def test_a_diverting_rule_rings_its_own_policy() -> None:
    decision = decided(rule(action=RuleAction.DIVERT, policy="vip"))
    assert decision.verdict is Verdict.DIVERT
    assert decision.policy == "vip"


SHORT = st.text(max_size=8)
KEYS = st.sampled_from(["", "1", "2", "c", "x"])
SPANS = st.builds(Span, st.integers(-1, 8), st.times(), st.times())
ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Asia/Kathmandu", "America", "", "x"]
)
CALENDARS = st.builds(
    Calendar, KEYS, SHORT, ZONES, st.lists(SPANS, max_size=4).map(tuple)
)
NUMBERS = st.builds(
    Number,
    key=KEYS,
    e164=st.sampled_from(["+12025550100", ""]) | SHORT,
    label=SHORT,
    time_zone=ZONES,
    path=st.sampled_from(Path),
    active=st.booleans(),
    profile=KEYS,
    agent=KEYS,
    policy=KEYS,
)
RULES = st.builds(
    Rule,
    key=KEYS,
    name=SHORT,
    numbers=st.frozensets(KEYS, max_size=2),
    caller_match=st.sampled_from(CallerMatch),
    callers=st.lists(SHORT, max_size=3).map(tuple),
    hours_match=st.sampled_from(HoursMatch),
    calendar=KEYS,
    action=st.sampled_from(RuleAction),
    agent=KEYS,
)
RULESETS = st.builds(
    Ruleset,
    number=st.integers(),
    numbers=st.dictionaries(KEYS, NUMBERS, max_size=2),
    calendars=st.dictionaries(KEYS, CALENDARS, max_size=2),
    rules=st.lists(RULES, max_size=4).map(tuple),
)
FACTS = st.builds(
    Facts,
    dialled=st.sampled_from(["+12025550100", ""]) | SHORT,
    caller=SHORT,
    caller_kind=st.sampled_from(CallerKind),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(RULESETS, FACTS, MOMENTS)
def test_every_call_gets_a_verdict_and_a_trace_that_ends_in_it(
    rules: Ruleset, call: Facts, now: datetime
) -> None:
    decision = decide(rules, call, now)
    assert decision.verdict in Verdict
    assert [entry.held for entry in decision.trace].count(True) == 1
    assert decision.trace[-1].held
    assert decision.trace[-1].rule == decision.rule
