"""Admission: what happens to a call before the agent speaks.

Plain values in, a decision with its reasons out. The live call, the rule tester and a
dry run over past calls all ask this one function, so it reads nothing and never
raises: whatever cannot be told (a calendar in an unknown time zone) is a condition
that does not hold. The order is fixed:

1. A number we do not know is rejected with 404, an inactive one with 480.
2. A caller on a block list is rejected, unless an allow list names the caller too.
3. A line that was closed by the emergency switch does what the switch says.
4. Rules in order; the first whose conditions all hold decides.
5. Otherwise the number's own agent takes the call, or its hunt list if the number is
   answered by a person.
6. What is spent may change who answers, or how long; see `routing.core.budget`.
7. Where no line is free for a call that would go to an agent, the number's overflow
   is done instead; see `routing.core.overflow`.

Nothing is put into words on the way, which would take a hundred times as long as
deciding: `routing.core.reasons` does that for those who ask.
"""

from datetime import datetime
from zlib import crc32

from routing.core.budget import within_budget
from routing.core.callers import spaced
from routing.core.closed_line import closed_line
from routing.core.decision import (
    Because,
    CallerKind,
    ConditionTrace,
    Decision,
    Facts,
    ListKind,
    RuleTrace,
    Verdict,
)
from routing.core.matches import BudgetMatch, LoadScope
from routing.core.overflow import within_capacity
from routing.core.plan import Found, plan_of
from routing.core.ruleset import (
    CONTACT,
    HoursMatch,
    Number,
    Path,
    Rule,
    RuleAction,
    Ruleset,
)
from routing.core.situation import Situation

UNKNOWN = "Number is not configured"
INACTIVE = "Number is switched off"
BLOCKED = "Caller is blocked"
DEFAULT = "No rule applies"
NOT_FOUND = 404
UNAVAILABLE = 480
DECLINED = 603

VERDICTS = {
    RuleAction.ACCEPT: Verdict.ACCEPT,
    RuleAction.REJECT: Verdict.REJECT,
    RuleAction.MESSAGE: Verdict.REJECT,
    RuleAction.DIVERT: Verdict.DIVERT,
    RuleAction.VOICEMAIL: Verdict.VOICEMAIL,
    RuleAction.CALLBACK: Verdict.CALLBACK,
}


def decide(
    ruleset: Ruleset, facts: Facts, now: datetime, *, traced: bool = True
) -> Decision:
    """`now` is aware. Agent, profile and policy are named whatever the verdict:

    a diverted call still needs its sentences, an accepted one its hunt list. Not
    `traced`, a decision is the same but for its `steps`, which are left out: for who
    looks at many calls and asks only where they go.
    """
    number = ruleset.number_for(facts.dialled)
    refused = refuse(ruleset, facts, number)
    if refused is not None or number is None:
        assert refused is not None
        return refused
    plan = plan_of(ruleset)
    situation = Situation(facts, number, plan.openings, now)
    found = plan.first_that_holds(situation, traced=traced)
    decision = by_rules(ruleset, facts, number, found)
    decision = within_budget(ruleset, facts, number, decision)
    return within_capacity(ruleset, facts, number, decision)


def refuse(ruleset: Ruleset, facts: Facts, number: Number | None) -> Decision | None:
    """What needs no rule."""
    if number is None:
        looked_at = ConditionTrace("dialled number", facts.dialled, True)
        because = Because.UNKNOWN_NUMBER
        return refusal(ruleset, UNKNOWN, because, NOT_FOUND, looked_at)
    if not number.active:
        looked_at = ConditionTrace("dialled number", number.label, True)
        because = Because.INACTIVE_NUMBER
        return refusal(ruleset, INACTIVE, because, UNAVAILABLE, looked_at)
    blocked = [on.name for on in facts.lists if on.kind is ListKind.BLOCK]
    if blocked and not any(on.kind is ListKind.ALLOW for on in facts.lists):
        names = " and ".join(f"“{name}”" for name in blocked)
        name, value = f"caller is on {names}", spaced(facts.caller)
        looked_at = ConditionTrace(name, value, True)
        return refusal(ruleset, BLOCKED, Because.SPAM, DECLINED, looked_at)
    if facts.closure is not None:
        return closed_line(ruleset, number, facts.closure)
    return None


def refusal(
    ruleset: Ruleset,
    rule: str,
    because: Because,
    sip_status: int,
    looked_at: ConditionTrace,
) -> Decision:
    return Decision(
        verdict=Verdict.REJECT,
        because=because,
        rule=rule,
        release=ruleset.number,
        sip_status=sip_status,
        trace=(RuleTrace(rule, True, (looked_at,)),),
    )


def by_rules(ruleset: Ruleset, facts: Facts, number: Number, found: Found) -> Decision:
    if found.rule is None:
        return default(ruleset, number, found.steps)
    return apply(ruleset, facts, number, found.rule, found.steps)


def apply(
    ruleset: Ruleset, facts: Facts, number: Number, rule: Rule, steps: str
) -> Decision:
    agent = agent_of(rule, facts) or number.agent
    verdict = verdict_of(rule, number)
    return Decision(
        verdict=verdict,
        because=because(rule),
        rule=rule.name,
        release=ruleset.number,
        agent=agent,
        profile=rule.profile or number.profile,
        policy=policy_of(rule) or usual_policy(ruleset, number, verdict, agent),
        sip_status=rule.sip_status,
        message=rule.message,
        rule_key=rule.key,
        steps=steps,
    )


def agent_of(rule: Rule, facts: Facts) -> str:
    """Of two agents always the same one for a caller, whenever they call."""
    if not rule.second_agent:
        return rule.agent
    known = facts.caller_kind in (CallerKind.NUMBER, CallerKind.SIP)
    caller = facts.caller if known else facts.call
    share = crc32(f"{rule.key}:{caller}".encode()) % 100
    return rule.second_agent if share < rule.second_share else rule.agent


def verdict_of(rule: Rule, number: Number) -> Verdict:
    """A number that a person answers has no agent to accept with but a rule's."""
    named = rule.agent or rule.second_agent
    if rule.action is RuleAction.ACCEPT and not (named or has_agent(number)):
        return Verdict.DIVERT
    return VERDICTS[rule.action]


def policy_of(rule: Rule) -> str:
    return f"{CONTACT}{rule.contact}" if rule.contact else rule.policy


def has_agent(number: Number) -> bool:
    return bool(number.agent) and number.path is not Path.PERSON


def usual_policy(
    ruleset: Ruleset, number: Number, verdict: Verdict, agent_key: str
) -> str:
    """Who an accepted caller is handed to is the agent's business first."""
    agent = ruleset.agents.get(agent_key)
    if verdict is Verdict.ACCEPT and agent is not None and agent.policy:
        return agent.policy
    return number.policy


def default(ruleset: Ruleset, number: Number, steps: str) -> Decision:
    verdict = Verdict.ACCEPT if has_agent(number) else Verdict.DIVERT
    return Decision(
        verdict=verdict,
        because=Because.RULE,
        rule=DEFAULT,
        release=ruleset.number,
        agent=number.agent,
        profile=number.profile,
        policy=usual_policy(ruleset, number, verdict, number.agent),
        steps=steps,
    )


def because(rule: Rule) -> Because:
    """A caller turned away because we are closed is counted as that, and so on."""
    if rule.action in (RuleAction.REJECT, RuleAction.MESSAGE):
        return rule.because
    if rule.action is RuleAction.ACCEPT:
        return Because.RULE
    if rule.hours_match is HoursMatch.CLOSED:
        return Because.CLOSED
    if rule.load is not LoadScope.ANY:
        return Because.OVERFLOW
    if rule.budget in (BudgetMatch.WARNED, BudgetMatch.SPENT):
        return Because.BUDGET
    return Because.RULE
