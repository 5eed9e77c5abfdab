from dataclasses import asdict

from calls.core.explained import Condition, explain
from routing.core.decide import DEFAULT
from routing.core.decision import (
    Because,
    ConditionTrace,
    Decision,
    RuleTrace,
    Verdict,
)

CLOSED = Decision(
    verdict=Verdict.VOICEMAIL,
    because=Because.CLOSED,
    rule="After hours",
    release=7,
    message="We are closed.",
    trace=(
        RuleTrace("VIP", False, (ConditionTrace("caller is listed", "+1 555", False),)),
        RuleTrace("After hours", True, (ConditionTrace("hours", "closed", True),)),
    ),
)


def test_a_stored_decision_is_told_with_its_reason() -> None:
    told = explain(asdict(CLOSED))
    assert told.verdict == "The caller was asked to leave a voicemail"
    assert told.reason == "the line is closed at this hour"
    assert (told.rule, told.message) == ("After hours", "We are closed.")


def test_every_rule_is_told_with_its_conditions_and_which_decided() -> None:
    vip, after_hours = explain(asdict(CLOSED)).rules
    assert (vip.name, vip.held, vip.decided) == ("VIP", False, False)
    assert vip.conditions == (Condition("caller is listed", "+1 555", False),)
    assert (after_hours.held, after_hours.decided) == (True, True)


def test_a_rule_as_reason_needs_no_further_words() -> None:
    told = explain({"verdict": "accept", "because": "rule", "rule": "VIP"})
    assert (told.verdict, told.reason) == ("The call was given to the agent", "")
    assert not told.by_default


def test_the_default_is_not_told_as_a_rule() -> None:
    trace = [{"rule": "VIP", "held": False}, {"rule": DEFAULT, "held": True}]
    told = explain({"verdict": "accept", "rule": DEFAULT, "trace": trace})
    assert told.by_default
    assert [rule.name for rule in told.rules] == ["VIP"]


def test_a_missing_or_broken_decision_is_told_without_failing() -> None:
    assert explain({}).verdict == "No decision was stored for this call"
    assert explain({"trace": "?"}).rules == ()
    (rule,) = explain({"trace": ["?", {"conditions": [None]}]}).rules
    assert (rule.name, rule.held, rule.conditions) == ("", False, ())
