"""Rules that no call can reach."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from routing.core.lint.finding import Finding, Known, warning
from routing.core.lint.implied import conditions_of, exact_callers, implies
from routing.core.plan import members
from routing.core.ruleset import Calendar, HoursMatch, Rule, Ruleset

Conditions = Mapping[str, Any]
Asked = tuple[Rule, frozenset[str], Conditions]


def unreachable_rules(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    active = frozenset(n.key for n in ruleset.numbers.values() if n.active)
    earlier = Earlier()
    for rule in ruleset.rules:
        named = members(rule, ruleset)
        numbers = active if named is None else active & named
        if not numbers:
            yield of(rule, "numbers", *for_nobody(named))
            continue
        conditions = conditions_of(rule)
        first = earlier.shadow(numbers, conditions)
        if first is not None:
            yield shadowed(rule, first)
        elif reason := never_holds(rule, ruleset, known.today):
            yield of(rule, *reason)
        earlier.add(rule, numbers, conditions)


def of(rule: Rule, field: str, problem: str, remedy: str) -> Finding:
    return warning("rules", rule.key, field, f"Rule “{rule.name}”", problem, remedy)


def for_nobody(named: frozenset[str] | None) -> tuple[str, str]:
    if named is None:
        return "No number is switched on, so it is never asked.", "Switch a number on."
    if not named:
        return (
            "Its groups have no number, so it is never asked.",
            "Add numbers to the group, or remove the rule.",
        )
    return (
        "All of its numbers are switched off, so it is never asked.",
        "Switch one of them on, choose others, or remove the rule.",
    )


class Earlier:
    """The rules before one. Those that are for nothing but a few numbers are found by

    these, for of five hundred rules most are like that.
    """

    def __init__(self) -> None:
        self.wide: list[Asked] = []
        self.by_caller: dict[str, list[Asked]] = {}

    def add(self, rule: Rule, numbers: frozenset[str], conditions: Conditions) -> None:
        asked = (rule, numbers, conditions)
        callers = exact_callers(conditions)
        if not callers:
            self.wide.append(asked)
        for caller in callers:
            self.by_caller.setdefault(caller, []).append(asked)

    def shadow(self, numbers: frozenset[str], conditions: Conditions) -> Rule | None:
        """One that takes every call that this could."""
        callers = exact_callers(conditions)
        named = self.by_caller.get(callers[0], []) if callers else []
        for rule, its_numbers, its_conditions in (*self.wide, *named):
            if len(its_conditions) > len(conditions) or not numbers <= its_numbers:
                continue
            for name, asked in its_conditions.items():
                if name not in conditions or not implies(name, conditions[name], asked):
                    break
            else:
                return rule
        return None


def shadowed(rule: Rule, first: Rule) -> Finding:
    return of(
        rule,
        "name",
        f"“{first.name}” stands before it and takes every call that this one is for.",
        f"Drag it above “{first.name}”, or narrow that one down.",
    )


def never_holds(
    rule: Rule, ruleset: Ruleset, today: date
) -> tuple[str, str, str] | None:
    if rule.when.last_day is not None and rule.when.last_day < today:
        return "last_day", "Its last day is over.", "Choose a later day, or remove it."
    calendars = [
        ruleset.calendars[key]
        for key in (rule.calendar, *rule.more_calendars)
        if key in ruleset.calendars
    ]
    if rule.hours_match is HoursMatch.OPEN and not any(map(ever_opens, calendars)):
        return (
            "calendar",
            "It waits for a calendar to be open that never opens.",
            "Add hours to the calendar, or choose another.",
        )
    return None


def ever_opens(calendar: Calendar) -> bool:
    dated = any(hours.opens is not None for hours in calendar.exceptions)
    return bool(calendar.spans) or dated
