"""What the money spent so far changes about a call.

Where the budgets stand is known before the first rule is looked at, so rules may ask
for it. What a budget does by itself happens to a call that would go to an agent, and
to no other: a caller who is turned away as spam or put through to a person costs the
agent nothing. A caller is never turned away for money: whatever a budget does ends
with an agent, a person, a voicemail or a promise to call back.
"""

from collections.abc import Iterable
from dataclasses import replace

from routing.core.decision import (
    Because,
    CallerKind,
    ConditionTrace,
    Decision,
    Facts,
    RuleTrace,
    Verdict,
)
from routing.core.ruleset import Agent, Number, Ruleset
from routing.core.standing import BudgetAction, BudgetStanding

BY_BUDGET = "Budget"
LEAVES_THE_AGENT = (
    BudgetAction.PERSON,
    BudgetAction.CALLBACK,
    BudgetAction.VOICEMAIL,
    BudgetAction.NO_AI,
)
STRICTNESS = {action: place for place, action in enumerate(BudgetAction)}
DONE = {
    BudgetAction.CHEAPER_AGENT: "a cheaper agent answers",
    BudgetAction.SHORTER_CALLS: "calls are kept shorter",
    BudgetAction.PERSON: "callers are put through to people",
    BudgetAction.CALLBACK: "callers are called back",
    BudgetAction.VOICEMAIL: "callers are asked for a voicemail",
    BudgetAction.NO_AI: "no agent takes calls any more",
}


def within_budget(
    ruleset: Ruleset, facts: Facts, number: Number, decision: Decision
) -> Decision:
    """The decision of the rules, or what the budgets make of it, with the reason."""
    if decision.verdict is not Verdict.ACCEPT:
        return decision
    for standing in acting(facts, decision.agent):
        leaves = standing.action in LEAVES_THE_AGENT
        if leaves:
            return leave_agent(facts, number, decision, standing)
        decision = go_easy(ruleset, decision, standing)
    return decision


def acting(facts: Facts, agent: str) -> Iterable[BudgetStanding]:
    """What must be done, the strictest first."""
    known = facts.budgets.concerning(facts.dialled, agent)
    acts = [s for s in known if s.action not in (None, BudgetAction.WARN)]
    return sorted(acts, key=lambda s: -STRICTNESS[s.action or BudgetAction.WARN])


def leave_agent(
    facts: Facts, number: Number, decision: Decision, standing: BudgetStanding
) -> Decision:
    """Over a bare trunk nobody can leave a voicemail, so people are tried there."""
    verdict = {
        BudgetAction.VOICEMAIL: Verdict.VOICEMAIL,
        BudgetAction.CALLBACK: Verdict.CALLBACK,
    }.get(standing.action or BudgetAction.PERSON, Verdict.DIVERT)
    if number.trunk:
        verdict = Verdict.DIVERT
    elif verdict is Verdict.CALLBACK and facts.caller_kind is not CallerKind.NUMBER:
        verdict = Verdict.VOICEMAIL
    return replace(
        decision,
        verdict=verdict,
        because=Because.BUDGET,
        rule=name_of(standing),
        policy=number.policy,
        message="",
        trace=(*decision.trace, told(standing)),
    )


def go_easy(ruleset: Ruleset, decision: Decision, standing: BudgetStanding) -> Decision:
    if standing.action is BudgetAction.SHORTER_CALLS:
        least = min(
            decision.most_seconds or standing.most_seconds, standing.most_seconds
        )
        trace = (*decision.trace, told(standing))
        return replace(decision, most_seconds=least, trace=trace)
    agent = ruleset.agents.get(standing.agent)
    if agent is None:
        # It was deleted since the budget was written: better the dear one than none.
        name, value = "its cheaper agent is in this release", standing.words
        missing = ConditionTrace(name, value, False)
        trace = (*decision.trace, RuleTrace(name_of(standing), False, (missing,)))
        return replace(decision, trace=trace)
    return replace(
        decision,
        agent=agent.key,
        policy=agent.policy or decision.policy,
        trace=(*decision.trace, told(standing)),
    )


def shortened(agent: Agent, most_seconds: int) -> Agent:
    """The agent as it answers a call that is kept short; 0 leaves it as it is.

    The spoken warning still comes before the end.
    """
    limits = agent.limits
    if not 0 < most_seconds < limits.max_seconds:
        return agent
    warn = min(limits.warn_seconds, most_seconds // 2)
    kept = replace(limits, max_seconds=most_seconds, warn_seconds=warn)
    return replace(agent, limits=kept)


def name_of(standing: BudgetStanding) -> str:
    return f"{BY_BUDGET} “{standing.name}”"


def told(standing: BudgetStanding) -> RuleTrace:
    done = DONE[standing.action or BudgetAction.PERSON]
    condition = ConditionTrace(f"so much is spent that {done}", standing.words, True)
    return RuleTrace(name_of(standing), True, (condition,))
