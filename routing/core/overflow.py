"""Calls for which no line is free.

How many calls there may be at the same time is said for the account, for a number and
for an agent; some of each may be kept for priority callers. Above that a call is not
an error: what the number does then is its own choice, and counted as overflow.
"""

from collections.abc import Iterator
from dataclasses import replace

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
from routing.core.matches import Capacity
from routing.core.ruleset import Number, RuleAction, Ruleset

NO_LINE_FREE = "No line is free"
BUSY = 486
VERDICTS = {
    RuleAction.DIVERT: Verdict.DIVERT,
    RuleAction.VOICEMAIL: Verdict.VOICEMAIL,
    RuleAction.CALLBACK: Verdict.CALLBACK,
    RuleAction.REJECT: Verdict.REJECT,
    RuleAction.MESSAGE: Verdict.REJECT,
}


def within_capacity(
    ruleset: Ruleset, facts: Facts, number: Number, decision: Decision
) -> Decision:
    """Only a call that would go to an agent needs a line."""
    if decision.verdict is not Verdict.ACCEPT:
        return decision
    full = tuple(reasons(ruleset, facts, number, decision.agent))
    if not full:
        return decision
    message = number.overflow_message
    return replace(
        decision,
        verdict=overflow(number, facts),
        because=Because.OVERFLOW,
        rule=NO_LINE_FREE,
        rule_key="",
        policy=number.policy,
        sip_status=BUSY,
        message="" if number.overflow is RuleAction.REJECT else message,
        trace=(*decision.trace, RuleTrace(NO_LINE_FREE, True, full)),
    )


def overflow(number: Number, facts: Facts) -> Verdict:
    """Nobody can be called back who has no number."""
    verdict = VERDICTS.get(number.overflow, Verdict.VOICEMAIL)
    if verdict is Verdict.CALLBACK and facts.caller_kind is not CallerKind.NUMBER:
        return Verdict.VOICEMAIL
    return verdict


def reasons(
    ruleset: Ruleset, facts: Facts, number: Number, agent_key: str
) -> Iterator[ConditionTrace]:
    priority = is_priority(facts)
    agent = ruleset.agents.get(agent_key)
    limits = [
        (ruleset.capacity, facts.account_calls, "all lines of the account are taken"),
        (number.capacity, facts.live_calls, "all lines of this number are taken"),
    ]
    if agent is not None:
        calls = facts.agent_calls.get(agent_key, 0)
        limits.append((agent.capacity, calls, f"“{agent.name}” has no time for more"))
    for capacity, calls, name in limits:
        if capacity.is_full(calls, priority=priority):
            yield ConditionTrace(name, words(capacity, calls, priority), True)


def is_priority(facts: Facts) -> bool:
    return any(on.kind is ListKind.VIP for on in facts.lists)


def words(capacity: Capacity, calls: int, priority: bool) -> str:
    text = f"{calls} of {capacity.most}"
    if capacity.kept and not priority:
        text += f", {capacity.kept} kept for priority callers"
    return text
