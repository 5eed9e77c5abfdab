"""A release made ready for deciding: what is worked out once instead of at each call.

For every number the rules that are for it, in order, each as plain functions that
answer one condition, cheap enough that five hundred of them are asked within a
fraction of a millisecond.
"""

from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from routing.core.caller_conditions import caller_conditions
from routing.core.load_conditions import load_conditions
from routing.core.matches import LoadScope
from routing.core.ruleset import Number, Rule, Ruleset
from routing.core.situation import Condition, Openings, Question, Situation, Step
from routing.core.time_conditions import time_conditions


class Planned(NamedTuple):
    """`tests` are the conditions but the number's, as (letter, question)."""

    rule: Rule
    conditions: tuple[Condition, ...]
    tests: tuple[tuple[str, Question], ...]


class Plan:
    def __init__(self, ruleset: Ruleset) -> None:
        # Not the ruleset itself: the plan must not keep alive what it is kept for.
        self.rules = tuple(planned(rule, ruleset) for rule in ruleset.rules)
        self.members = [members(rule, ruleset) for rule in ruleset.rules]
        self.openings = Openings(ruleset.calendars)
        self.by_number: dict[str, tuple[Planned, ...]] = {}
        self.agent_limits = any(a.capacity.most for a in ruleset.agents.values())
        self.account_limit = bool(ruleset.capacity.most)

    def rules_for(self, number: Number) -> tuple[Planned, ...]:
        found = self.by_number.get(number.key)
        if found is None:
            found = self.by_number[number.key] = tuple(
                rule
                for rule, numbers in zip(self.rules, self.members, strict=True)
                if numbers is None or number.key in numbers
            )
        return found

    def counted(self, number: Number) -> LoadScope:
        """Whose calls must be counted without two being counted at the same time.

        `ANY`: nobody's, for no decision about this number depends on a count.
        """
        scopes = {planned.rule.load for planned in self.rules_for(number)}
        wide = scopes & {LoadScope.AGENT, LoadScope.ACCOUNT}
        if wide or self.agent_limits or self.account_limit:
            return LoadScope.ACCOUNT
        if LoadScope.NUMBER in scopes or number.capacity.most:
            return LoadScope.NUMBER
        return LoadScope.ANY


def planned(rule: Rule, ruleset: Ruleset) -> Planned:
    conditions = (
        *caller_conditions(rule, ruleset.caller_lists),
        *time_conditions(rule, ruleset.calendars),
        *load_conditions(rule, ruleset.agents),
    )
    tests = tuple((c.step.value, c.held) for c in conditions)
    return Planned(rule, conditions, tests)


def members(rule: Rule, ruleset: Ruleset) -> frozenset[str] | None:
    """The keys of its numbers, those of its groups included; None for all numbers."""
    if not rule.numbers and not rule.groups:
        return None
    groups = [ruleset.groups[key] for key in rule.groups if key in ruleset.groups]
    return rule.numbers.union(*(group.numbers for group in groups))


def number_condition(numbers: frozenset[str]) -> Condition:
    return Condition(
        Step.NUMBER,
        "call is to one of its numbers",
        partial(is_to, numbers),
        number_words,
    )


def is_to(numbers: frozenset[str], situation: Situation) -> bool:
    return situation.number.key in numbers


def number_words(situation: Situation) -> str:
    return situation.number.label


PLANS: WeakKeyDictionary[Ruleset, Plan] = WeakKeyDictionary()


def plan_of(ruleset: Ruleset) -> Plan:
    """Made at the first use, and kept as long as the ruleset is."""
    found = PLANS.get(ruleset)
    if found is None:
        found = PLANS.setdefault(ruleset, Plan(ruleset))
    return found
