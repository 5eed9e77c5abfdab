"""Why a call went where it went: every rule that was looked at, in words.

Told from what the decision was made from (the release, the facts and the moment), so
a call needs to keep only those, whatever it is asked later. Slow beside deciding: for
one call, not for many.
"""

from collections.abc import Iterator
from datetime import datetime

from routing.core.decide import DEFAULT, refuse
from routing.core.decision import ConditionTrace, Decision, Facts, RuleTrace
from routing.core.plan import Planned, members, number_condition, plan_of
from routing.core.ruleset import Ruleset
from routing.core.situation import Condition, Situation


def tell(
    ruleset: Ruleset, facts: Facts, now: datetime, decision: Decision
) -> tuple[RuleTrace, ...]:
    """Everything that was looked at, in its order, the last being what decided."""
    return (*rules_in_words(ruleset, facts, now), *decision.trace)


def rules_in_words(
    ruleset: Ruleset, facts: Facts, now: datetime
) -> Iterator[RuleTrace]:
    """Rules in order up to the one that held, each with every condition it sets."""
    number = ruleset.number_for(facts.dialled)
    if number is None or refuse(ruleset, facts, number) is not None:
        return
    plan = plan_of(ruleset)
    situation = Situation(facts, number, plan.openings, now)
    for planned in plan.rules:
        trace = in_words(planned, ruleset, situation)
        yield trace
        if trace.held:
            return
    yield RuleTrace(DEFAULT, True, ())


def in_words(planned: Planned, ruleset: Ruleset, situation: Situation) -> RuleTrace:
    asked = list(planned.conditions)
    numbers = members(planned.rule, ruleset)
    if numbers is not None:
        asked.insert(0, number_condition(numbers))
    conditions = tuple(answered(condition, situation) for condition in asked)
    return RuleTrace(planned.rule.name, all(c.held for c in conditions), conditions)


def answered(condition: Condition, situation: Situation) -> ConditionTrace:
    held = condition.held(situation)
    return ConditionTrace(condition.name, condition.value(situation), held)
