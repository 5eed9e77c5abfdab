"""Whether one condition of a rule cannot hold without another one holding too.

Only what is certain: where nothing is known of two conditions they count as unrelated,
so that no rule is called unreachable that a call may reach.
"""

from collections.abc import Callable, Mapping
from typing import Any

from routing.core.matches import (
    ALWAYS,
    BudgetMatch,
    ForwardedMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.ruleset import CallerMatch, HoursMatch, Rule


def conditions_of(rule: Rule) -> dict[str, Any]:
    """Those that are set, as values that can be compared."""
    load_of = (rule.agent, rule.second_agent) if rule.load is LoadScope.AGENT else ()
    callers = (rule.callers, rule.caller_lists, rule.countries)
    found: dict[str, tuple[bool, Any]] = {
        "callers": (
            rule.caller_match is not CallerMatch.ANY,
            (rule.caller_match, *callers),
        ),
        "verification": (
            rule.verification is not VerificationMatch.ANY,
            rule.verification,
        ),
        "forwarded": (
            rule.forwarded is not ForwardedMatch.ANY,
            (rule.forwarded, frozenset(rule.forwarded_from)),
        ),
        "history": (
            rule.history is not HistoryMatch.ANY,
            (rule.history, rule.within_minutes),
        ),
        "hours": (
            rule.hours_match is not HoursMatch.ANY,
            (rule.hours_match, frozenset((rule.calendar, *rule.more_calendars))),
        ),
        "when": (rule.when != ALWAYS, rule.when),
        "load": (rule.load is not LoadScope.ANY, (rule.load, load_of, rule.load_from)),
        "budget": (rule.budget is not BudgetMatch.ANY, rule.budget),
        "headers": (bool(rule.headers), frozenset(rule.headers)),
    }
    return {name: value for name, (is_set, value) in found.items() if is_set}


def exact_callers(conditions: Mapping[str, Any]) -> tuple[str, ...]:
    """The numbers of a rule that is for these callers alone; else nothing."""
    match, numbers, lists, countries = conditions.get("callers", (None, (), (), ()))
    exact = match is CallerMatch.LISTED and not lists and not countries
    return numbers if exact and not any(n.endswith("*") for n in numbers) else ()


def implies(name: str, narrow: Any, wide: Any) -> bool:
    """Whether `wide` holds whenever `narrow` does."""
    return bool(narrow == wide or IMPLIED[name](narrow, wide))


def callers(narrow: Any, wide: Any) -> bool:
    if narrow[0] is not CallerMatch.LISTED or wide[0] is not CallerMatch.LISTED:
        return False
    _, numbers, lists, countries = narrow
    _, wide_numbers, wide_lists, wide_countries = wide
    return (
        all(covered(number, wide_numbers) for number in numbers)
        and set(lists) <= set(wide_lists)
        and set(countries) <= set(wide_countries)
    )


def covered(entry: str, wide: tuple[str, ...]) -> bool:
    """ "+1202*" covers itself, "+12025550100" and "+1202555*"."""
    beginnings = tuple(other[:-1] for other in wide if other.endswith("*"))
    return entry in wide or entry.startswith(beginnings)


def verification(narrow: Any, wide: Any) -> bool:
    not_passed = (VerificationMatch.FAILED, VerificationMatch.MISSING)
    full = narrow is VerificationMatch.FULL and wide is VerificationMatch.PASSED
    return full or (narrow in not_passed and wide is VerificationMatch.NOT_PASSED)


def forwarded(narrow: Any, wide: Any) -> bool:
    if narrow[0] is not ForwardedMatch.LISTED:
        return False
    if wide[0] is ForwardedMatch.FORWARDED:
        return True
    return wide[0] is ForwardedMatch.LISTED and bool(narrow[1] <= wide[1])


def history(narrow: Any, wide: Any) -> bool:
    if narrow[0] is not HistoryMatch.AGAIN:
        return bool(narrow[0] is wide[0])
    known = wide[0] is HistoryMatch.KNOWN
    return known or (wide[0] is HistoryMatch.AGAIN and narrow[1] <= wide[1])


def hours(narrow: Any, wide: Any) -> bool:
    """Of several calendars one is enough to be open, and all must be closed."""
    if narrow[0] is not wide[0]:
        return False
    if narrow[0] is HoursMatch.OPEN:
        return bool(narrow[1] <= wide[1])
    return bool(narrow[1] >= wide[1])


def when(narrow: When, wide: When) -> bool:
    same_clock = (narrow.since, narrow.until) == (wide.since, wide.until)
    any_clock = wide.since is None and wide.until is None
    # Past midnight the day of the week is the one on which the span began.
    days = not wide.weekdays or (
        bool(narrow.weekdays) and same_clock and narrow.weekdays <= wide.weekdays
    )
    begins = wide.first_day is None or (
        narrow.first_day is not None and narrow.first_day >= wide.first_day
    )
    ends = wide.last_day is None or (
        narrow.last_day is not None and narrow.last_day <= wide.last_day
    )
    return days and begins and ends and (same_clock or any_clock)


def load(narrow: Any, wide: Any) -> bool:
    return bool(narrow[:2] == wide[:2] and narrow[2] >= wide[2])


def budget(narrow: Any, wide: Any) -> bool:
    return narrow is BudgetMatch.SPENT and wide is BudgetMatch.WARNED


def headers(narrow: Any, wide: Any) -> bool:
    return bool(wide <= narrow)


IMPLIED: Mapping[str, Callable[[Any, Any], bool]] = {
    "callers": callers,
    "verification": verification,
    "forwarded": forwarded,
    "history": history,
    "hours": hours,
    "when": when,
    "load": load,
    "budget": budget,
    "headers": headers,
}
