"""A line that was closed by hand is closed before any rule is asked."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.closure import Closure, ClosureAction, read_closure
from routing.core.decide import decide
from routing.core.decision import Because, ListKind, OnList, Verdict
from routing.core.facts_record import facts_as_json, read_facts
from routing.core.reasons import tell
from routing.core.ruleset import CONTACT, Contact, EscalationPolicy, RuleAction
from tests.routing.core.rulesets import MONDAY_NOON, NUMBER, facts, rule, ruleset

CLOSED = Closure(
    name="Emergency closure of all numbers",
    action=ClosureAction.MESSAGE,
    message="Our building is being evacuated.",
    policy="",
    reason="Fire alarm",
    switched_on="Dana, 23 Nov 2026, 11:58 UTC",
)
CLOSED_FACTS = replace(facts(), closure=CLOSED)


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        (ClosureAction.MESSAGE, Verdict.REJECT),
        (ClosureAction.VOICEMAIL, Verdict.VOICEMAIL),
        (ClosureAction.DIVERT, Verdict.DIVERT),
    ],
)
def test_does_what_the_switch_says_and_no_rule(
    action: ClosureAction, verdict: Verdict
) -> None:
    known = replace(facts(), closure=replace(CLOSED, action=action))
    decided = decide(ruleset(rule(action=RuleAction.ACCEPT)), known, MONDAY_NOON)
    assert decided.verdict is verdict
    assert decided.because is Because.EMERGENCY
    assert decided.message == "Our building is being evacuated."
    assert (decided.agent, decided.profile) == (NUMBER.agent, NUMBER.profile)


def test_tells_in_words_who_switched_it_on_and_why() -> None:
    rules = ruleset(rule(name="A rule"))
    decided = decide(rules, CLOSED_FACTS, MONDAY_NOON)
    (told,) = tell(rules, CLOSED_FACTS, MONDAY_NOON, decided)
    assert told.rule == "Emergency closure of all numbers"
    assert told.held
    (condition,) = told.conditions
    assert condition.name == "switched on by Dana, 23 Nov 2026, 11:58 UTC"
    assert condition.value == "Fire alarm"


@pytest.mark.parametrize("key", ["p1", f"{CONTACT}c1"])
def test_puts_the_caller_through_to_a_policy_or_a_contact(key: str) -> None:
    rules = replace(
        ruleset(),
        policies={"p1": EscalationPolicy("p1", "Night", ())},
        contacts={"c1": Contact("c1", "Dana", "+12025550151", "")},
    )
    divert = replace(CLOSED, action=ClosureAction.DIVERT, policy=key)
    decided = decide(rules, replace(facts(), closure=divert), MONDAY_NOON)
    assert decided.policy == key


def test_whoever_the_release_does_not_know_is_replaced_by_the_numbers_policy() -> None:
    divert = replace(CLOSED, action=ClosureAction.DIVERT, policy="gone")
    decided = decide(ruleset(), replace(facts(), closure=divert), MONDAY_NOON)
    assert decided.policy == NUMBER.policy


def test_a_blocked_caller_and_a_number_switched_off_stay_what_they_are() -> None:
    blocked = replace(CLOSED_FACTS, lists=(OnList("l", "Blocked", ListKind.BLOCK),))
    decided = decide(ruleset(), blocked, MONDAY_NOON)
    assert decided.because is Because.SPAM
    inactive = ruleset(number=replace(NUMBER, active=False))
    decided = decide(inactive, CLOSED_FACTS, MONDAY_NOON)
    assert decided.because is Because.INACTIVE_NUMBER


def test_a_stored_call_can_be_asked_again() -> None:
    assert read_facts(facts_as_json(CLOSED_FACTS)).closure == CLOSED
    assert read_facts(facts_as_json(facts())).closure is None


@pytest.mark.parametrize("stored", [None, "on", [], {}, {"name": "x", "action": "?"}])
def test_a_stored_closure_that_cannot_be_read_is_none(stored: object) -> None:
    assert read_closure(stored) is None


@given(
    st.builds(
        Closure,
        *[st.text(max_size=5)],
        action=st.sampled_from(ClosureAction),
        message=st.text(max_size=9),
        policy=st.sampled_from(["", "e", "contact:", "contact:9", "gone"]),
        reason=st.text(max_size=9),
        switched_on=st.text(max_size=9),
    ),
    st.datetimes(timezones=st.timezones()),
)
def test_any_closure_decides_exactly_one_thing(closure: Closure, now: datetime) -> None:
    decided = decide(ruleset(rule()), replace(facts(), closure=closure), now)
    assert decided.because is Because.EMERGENCY
    assert decided.rule == closure.name
