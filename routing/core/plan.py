"""A release made ready for deciding: what is worked out once instead of at each call.

Every rule as plain functions that answer one condition each, which is what a decision
is told from afterwards, and the sieves that find the first rule that holds without
asking them one by one; see `routing.core.sieve`.
"""

from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from routing.core.caller_conditions import caller_conditions
from routing.core.load_conditions import load_conditions
from routing.core.matches import LoadScope
from routing.core.ruleset import Number, Rule, Ruleset
from routing.core.sieve import Rules, letters, sieves
from routing.core.situation import Condition, Openings, Situation, Step
from routing.core.time_conditions import time_conditions


class Planned(NamedTuple):
    """`conditions` are all but the number's."""

    rule: Rule
    conditions: tuple[Condition, ...]


class Found(NamedTuple):
    """The first rule that holds, if any does, and a letter for each rule looked at."""

    rule: Rule | None
    steps: str


class Plan:
    def __init__(self, ruleset: Ruleset) -> None:
        # Not the ruleset itself: the plan must not keep alive what it is kept for.
        self.rules = tuple(planned(rule, ruleset) for rule in ruleset.rules)
        self.members = [members(rule, ruleset) for rule in ruleset.rules]
        self.openings = Openings(ruleset.calendars)
        self.sieves = sieves(ruleset.rules, [one.conditions for one in self.rules])
        self.by_number: dict[str, Rules] = {}
        self.agent_limits = any(a.capacity.most for a in ruleset.agents.values())
        self.account_limit = bool(ruleset.capacity.most)

    def first_that_holds(self, situation: Situation, *, traced: bool = True) -> Found:
        """Not `traced`: without the letters, which take as long as all the rest."""
        own = rules = self.bits_for(situation.number)
        failures = []
        for step, sieve in self.sieves:
            failed = sieve.failing(situation, rules)
            if failed:
                failures.append((step, failed))
                rules ^= failed
        if not rules:
            return Found(None, letters(failures, own.bit_length()) if traced else "")
        place = (rules & -rules).bit_length() - 1  # the lowest bit that is left
        steps = letters(failures, place) + Step.HELD if traced else ""
        return Found(self.rules[place].rule, steps)

    def bits_for(self, number: Number) -> Rules:
        """The rules that are for this number."""
        found = self.by_number.get(number.key)
        if found is None:
            found = self.by_number[number.key] = sum(
                1 << place
                for place, numbers in enumerate(self.members)
                if numbers is None or number.key in numbers
            )
        return found

    def rules_for(self, number: Number) -> tuple[Planned, ...]:
        own = self.bits_for(number)
        return tuple(rule for place, rule in enumerate(self.rules) if own >> place & 1)

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
    return Planned(rule, conditions)


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
