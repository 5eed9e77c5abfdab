"""A rule in one line, for lists."""

from collections.abc import Iterator

from routing.core.callers import spaced
from routing.core.matches import (
    BudgetMatch,
    ForwardedMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
)
from routing.core.ruleset import CallerMatch, HoursMatch, RuleAction
from routing.models import RoutingRule


def conditions(row: RoutingRule) -> list[str]:
    """The conditions that are set, short enough for a list."""
    return list(filter(None, (*about_caller(row), *about_moment(row))))


def about_caller(row: RoutingRule) -> Iterator[str]:
    where = " or ".join(places(row))
    match row.caller_match:
        case CallerMatch.LISTED:
            yield f"the caller is {where}"
        case CallerMatch.NOT_LISTED:
            yield f"the caller is not {where}"
        case CallerMatch.WITHHELD:
            yield "the caller withholds the number"
    if row.history != HistoryMatch.ANY:
        yield HISTORIES[HistoryMatch(row.history)].format(minutes=row.within_minutes)
    if row.verification != VerificationMatch.ANY:
        yield f"spoof check: {row.get_verification_display().lower()}"
    if row.forwarded != ForwardedMatch.ANY:
        yield FORWARDINGS[ForwardedMatch(row.forwarded)]
    yield " and ".join(f"{name} is {value}" for name, value in row.header_list())


HISTORIES = {
    HistoryMatch.KNOWN: "they called before",
    HistoryMatch.NEW: "they never called before",
    HistoryMatch.AGAIN: "they called in the last {minutes} minutes",
}
FORWARDINGS = {
    ForwardedMatch.FORWARDED: "the call was forwarded",
    ForwardedMatch.NOT_FORWARDED: "the call was not forwarded",
    ForwardedMatch.LISTED: "the call was forwarded from certain numbers",
}


def places(row: RoutingRule) -> Iterator[str]:
    yield from (f"on “{chosen.name}”" for chosen in row.caller_lists.all())
    if row.caller_list():
        yield some(row.caller_list())
    if row.country_list():
        yield f"from {' or '.join(row.country_list())}"


def about_moment(row: RoutingRule) -> Iterator[str]:
    if row.hours_match != HoursMatch.ANY and row.calendar is not None:
        more = [calendar.name for calendar in row.more_calendars.all()]
        names = " or ".join(f"“{name}”" for name in (row.calendar.name, *more))
        yield f"{names} is {row.hours_match}"
    yield row.time_words()
    if row.load != LoadScope.ANY:
        whose = {LoadScope.NUMBER: "here", LoadScope.AGENT: "with the agent"}
        where = whose.get(LoadScope(row.load), "on all numbers")
        yield f"{row.load_from} calls or more are going on {where}"
    if row.budget != BudgetMatch.ANY:
        text = row.get_budget_display()
        yield text[:1].lower() + text[1:]


def some(callers: list[str]) -> str:
    """Two of them at most, for a list must stay short."""
    if len(callers) > 2:
        return f"one of {len(callers)} numbers"
    return " or ".join(spaced(caller) for caller in callers)


def what_happens(row: RoutingRule) -> str:
    target = row.agent if row.action == RuleAction.ACCEPT else row.contact or row.policy
    name = f": {target.name}" if target is not None else ""
    share = f", {row.second_share} % by another agent" if row.second_share else ""
    return f"{row.get_action_display()}{name}{share}"
