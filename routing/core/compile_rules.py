"""Rules of a snapshot, and what they refer to, as frozen values."""

from datetime import date, time

from routing.core.decision import Because, ListKind
from routing.core.entries import Entry, to_texts
from routing.core.matches import (
    UNLIMITED,
    BudgetMatch,
    Capacity,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)
from routing.core.ruleset import (
    CallerList,
    CallerMatch,
    HoursMatch,
    NumberGroup,
    Rule,
    RuleAction,
)

WEEKDAYS = 'a list of days, each "0" (Monday) to "6" (Sunday)'


def read_rule(entry: Entry) -> Rule:
    return Rule(
        key=entry.text("key"),
        name=entry.text("name"),
        numbers=frozenset(entry.texts("numbers")),
        caller_match=entry.choice("caller_match", CallerMatch),
        callers=entry.texts("callers"),
        hours_match=entry.choice("hours_match", HoursMatch),
        calendar=entry.text("calendar"),
        action=entry.choice("action", RuleAction),
        agent=entry.text("agent", ""),
        profile=entry.text("profile", ""),
        policy=entry.text("policy", ""),
        sip_status=entry.whole("sip_status", 603),
        message=entry.text("message", ""),
        because=entry.choice("because", Because, Because.RULE),
        groups=frozenset(entry.texts("groups")),
        caller_lists=entry.texts("caller_lists"),
        countries=entry.texts("countries"),
        more_calendars=entry.texts("more_calendars"),
        verification=entry.choice(
            "verification", VerificationMatch, VerificationMatch.ANY
        ),
        forwarded=entry.choice("forwarded", ForwardedMatch, ForwardedMatch.ANY),
        forwarded_from=entry.texts("forwarded_from"),
        history=entry.choice("history", HistoryMatch, HistoryMatch.ANY),
        within_minutes=entry.whole("within_minutes", 60),
        when=read_when(entry),
        load=entry.choice("load", LoadScope, LoadScope.ANY),
        load_from=entry.whole("load_from", 1),
        budget=entry.choice("budget", BudgetMatch, BudgetMatch.ANY),
        headers=tuple(
            HeaderMatch(header.text("name"), header.text("value"))
            for header in entry.entries("headers")
        ),
        second_agent=entry.text("second_agent", ""),
        second_share=entry.whole("second_share", 0),
        contact=entry.text("contact", ""),
    )


def read_when(entry: Entry) -> When:
    return When(
        weekdays=entry.read("weekdays", to_weekdays, WEEKDAYS, frozenset()),
        since=clock(entry, "since"),
        until=clock(entry, "until"),
        first_day=day(entry, "first_day"),
        last_day=day(entry, "last_day"),
    )


def to_weekdays(value: object) -> frozenset[int]:
    days = frozenset(int(day) for day in to_texts(value))
    if not days <= frozenset(range(7)):
        raise ValueError
    return days


def clock(entry: Entry, name: str) -> time | None:
    return entry.clock(name) if entry.text(name, "") else None


def day(entry: Entry, name: str) -> date | None:
    return entry.day(name) if entry.text(name, "") else None


def read_group(entry: Entry) -> NumberGroup:
    return NumberGroup(
        key=entry.text("key"),
        name=entry.text("name"),
        numbers=frozenset(entry.texts("numbers")),
    )


def read_caller_list(entry: Entry) -> CallerList:
    return CallerList(
        key=entry.text("key"),
        name=entry.text("name"),
        kind=entry.choice("kind", ListKind),
    )


def read_capacity(entry: Entry) -> Capacity:
    return Capacity(entry.whole("max_calls", 0), entry.whole("kept_calls", 0))


def read_account(top: Entry) -> Capacity:
    """One entry at most; none where the account has no limit."""
    return next(map(read_capacity, top.entries("account")), UNLIMITED)
