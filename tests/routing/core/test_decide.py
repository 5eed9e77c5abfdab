from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from routing.core.decide import decide
from routing.core.decision import (
    Because,
    CallerKind,
    ConditionTrace,
    Decision,
    Facts,
    ListKind,
    OnList,
    RuleTrace,
    Verdict,
)
from routing.core.matches import BudgetMatch, LoadScope
from routing.core.reasons import tell
from routing.core.ruleset import (
    CallerMatch,
    Contact,
    HoursMatch,
    Path,
    Rule,
    RuleAction,
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

CALL = facts()


def decided(*rules: Rule, now: datetime = MONDAY_NOON) -> Decision:
    return decide(ruleset(*rules), facts(), now)


def told(*rules: Rule, call: Facts = CALL) -> tuple[RuleTrace, ...]:
    """Every rule looked at, in words."""
    release = ruleset(*rules)
    return tell(release, call, MONDAY_NOON, decide(release, call, MONDAY_NOON))


def test_without_a_rule_the_numbers_own_agent_takes_the_call() -> None:
    decision = decided()
    assert decision.verdict is Verdict.ACCEPT
    assert (decision.agent, decision.profile, decision.policy) == ("a", "p", "e")
    assert decision.release == 7
    assert (decision.rule, decision.rule_key) == ("No rule applies", "")
    assert [rule.rule for rule in told()] == ["No rule applies"]


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
    assert decision.steps == "c+"
    assert [(r.rule, r.held) for r in told(never, first, second)] == [
        ("never", False),
        ("first", True),
    ]


def test_a_rule_may_be_for_some_numbers_only() -> None:
    assert decided(rule(numbers=frozenset({"1"}))).rule == "A rule"
    elsewhere = rule(numbers=frozenset({"2"}))
    assert decided(elsewhere).rule == "No rule applies"
    assert told(elsewhere)[0].conditions == (
        ConditionTrace("call is to one of its numbers", "Main line", False),
    )


@pytest.mark.parametrize(
    ("entry", "held"),
    [(CALLER, True), ("+1202*", True), ("+1303*", False), ("+12025550171", False)],
)
def test_a_listed_caller_is_a_number_or_a_beginning(entry: str, held: bool) -> None:
    listed = rule(caller_match=CallerMatch.LISTED, callers=(entry,))
    unlisted = rule(caller_match=CallerMatch.NOT_LISTED, callers=(entry,))
    assert told(listed)[0].held is held
    assert told(unlisted)[0].held is not held


def test_every_condition_is_traced_even_when_an_earlier_one_failed() -> None:
    strict = rule(
        numbers=frozenset({"2"}),
        caller_match=CallerMatch.LISTED,
        callers=(CALLER,),
        hours_match=HoursMatch.OPEN,
        calendar="c",
    )
    assert told(strict)[0].conditions == (
        ConditionTrace("call is to one of its numbers", "Main line", False),
        ConditionTrace("caller is listed", "+1 202 555 0170", True),
        ConditionTrace("“Office hours” is open", "open, closes Monday 18:00 UTC", True),
    )


def test_a_sip_name_that_looks_like_a_number_is_on_no_list() -> None:
    listed = rule(caller_match=CallerMatch.LISTED, callers=(CALLER,))
    trace = told(listed, call=facts(CALLER, CallerKind.SIP))
    assert not trace[0].held
    assert trace[0].conditions[0].value == CALLER


def test_a_withheld_caller_is_known_as_such() -> None:
    withheld = rule(caller_match=CallerMatch.WITHHELD, action=RuleAction.REJECT)
    caller = facts("", CallerKind.WITHHELD)
    assert decide(ruleset(withheld), caller, MONDAY_NOON).verdict is Verdict.REJECT
    assert told(withheld, call=caller)[0].conditions[0].value == "withheld"


def test_hours_hold_when_the_calendar_says_so() -> None:
    closed = rule(hours_match=HoursMatch.CLOSED, calendar="c")
    assert decided(closed, now=SATURDAY_NOON).rule == "A rule"
    assert decided(closed, now=MONDAY_NOON).rule == "No rule applies"


def test_a_missing_calendar_holds_neither_way() -> None:
    for match in (HoursMatch.OPEN, HoursMatch.CLOSED):
        (looked_at, default) = told(rule(hours_match=match, calendar="gone"))
        assert (looked_at.held, default.held) == (False, True)
        assert looked_at.conditions[0].value == "calendar is missing"


def test_an_unknown_time_zone_holds_neither_way() -> None:
    lost = replace(OFFICE, time_zone="Nowhere/Land")
    for match in (HoursMatch.OPEN, HoursMatch.CLOSED):
        rules = ruleset(rule(hours_match=match, calendar="c"))
        rules = replace(rules, calendars={"c": lost})
        decision = decide(rules, CALL, MONDAY_NOON)
        looked_at = tell(rules, CALL, MONDAY_NOON, decision)[0]
        assert not looked_at.held
        assert "Nowhere/Land is not known" in looked_at.conditions[0].value


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


def test_a_message_is_played_and_the_call_counts_as_the_rule_says() -> None:
    notice = rule(
        action=RuleAction.MESSAGE,
        message="We have moved.",
        because=Because.CLOSED,
        sip_status=480,
    )
    decision = decided(notice)
    assert (decision.verdict, decision.message) == (Verdict.REJECT, "We have moved.")
    assert (decision.because, decision.sip_status) == (Because.CLOSED, 480)


def test_a_rule_may_offer_to_call_back() -> None:
    assert decided(rule(action=RuleAction.CALLBACK)).verdict is Verdict.CALLBACK


def test_a_rule_may_ring_one_person_instead_of_a_hunt_list() -> None:
    decision = decided(rule(action=RuleAction.DIVERT, policy="vip", contact="7"))
    assert decision.policy == "contact:7"
    ana = Contact("7", "Ana", "+12025550151", "")
    release = replace(ruleset(), contacts={"7": ana})
    policy = release.policy_for(decision.policy)
    assert policy is not None
    assert (policy.name, [step.contact for step in policy.steps]) == ("Ana", ["7"])
    assert release.policy_for("contact:8") is None


def split_between(caller: Facts, share: int = 30) -> str:
    rules = ruleset(rule(agent="a", second_agent="b", second_share=share))
    return decide(rules, caller, MONDAY_NOON).agent


def test_callers_are_split_between_two_agents_and_stay_with_theirs() -> None:
    callers = [facts(f"+1202555{n:04d}") for n in range(1000)]
    chosen = [split_between(caller) for caller in callers]
    assert chosen == [split_between(caller) for caller in callers]
    assert 240 < chosen.count("b") < 360
    assert {split_between(caller, share=100) for caller in callers} == {"b"}


def test_callers_without_a_number_are_split_by_their_calls() -> None:
    unknown = facts("", CallerKind.WITHHELD)
    calls = [replace(unknown, call=f"CA{n}") for n in range(200)]
    assert {split_between(call) for call in calls} == {"a", "b"}


def on(kind: ListKind) -> OnList:
    return OnList("1", f"{kind} list", kind)


def test_a_caller_on_a_block_list_is_refused_before_any_rule() -> None:
    blocked = replace(facts(), lists=(on(ListKind.BLOCK),))
    decision = decide(ruleset(rule()), blocked, MONDAY_NOON)
    assert (decision.verdict, decision.because) == (Verdict.REJECT, Because.SPAM)
    assert (decision.rule, decision.steps) == ("Caller is blocked", "")
    (trace,) = told(rule(), call=blocked)
    assert trace.conditions[0].name == "caller is on “block list”"


def test_an_allow_list_overrules_a_block_list() -> None:
    both = replace(facts(), lists=(on(ListKind.BLOCK), on(ListKind.ALLOW)))
    assert decide(ruleset(), both, MONDAY_NOON).verdict is Verdict.ACCEPT


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"load": LoadScope.NUMBER, "load_from": 0}, Because.OVERFLOW),
        ({"budget": BudgetMatch.WITHIN}, Because.RULE),
    ],
)
def test_what_a_rule_asks_says_how_its_calls_are_counted(
    fields: dict[str, Any], because: Because
) -> None:
    voicemail = rule(action=RuleAction.VOICEMAIL, **fields)
    assert decided(voicemail).because is because
    assert decided(rule(**fields)).because is Because.RULE
