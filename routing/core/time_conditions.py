"""Conditions about when a call comes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from routing.core.hours import WEEKDAYS, in_words
from routing.core.matches import ALWAYS, When
from routing.core.ruleset import Calendar, HoursMatch, Rule
from routing.core.situation import Condition, Situation, Step

DAY = timedelta(days=1)
MIDNIGHT = time(0)


def time_conditions(
    rule: Rule, calendars: Mapping[str, Calendar]
) -> Iterator[Condition]:
    if rule.hours_match is not HoursMatch.ANY:
        yield is_within_hours(rule, calendars)
    if rule.when != ALWAYS:
        name = f"it is {when_words(rule.when)}"
        yield Condition(Step.WHEN, name, partial(is_in, rule.when), moment_words)


def is_within_hours(rule: Rule, calendars: Mapping[str, Calendar]) -> Condition:
    keys = tuple(dict.fromkeys((rule.calendar, *rule.more_calendars)))
    wanted = rule.hours_match is HoursMatch.OPEN
    held = (
        partial(one_is, keys[0], wanted)
        if len(keys) == 1
        else partial(any_is, keys, wanted)
    )
    known = tuple(calendars.get(key) for key in keys)
    return Condition(
        Step.HOURS, hours_name(known, wanted), held, partial(hours_words, known)
    )


def one_is(key: str, wanted: bool, situation: Situation) -> bool:
    return situation.is_open(key) is wanted


def any_is(keys: tuple[str, ...], wanted: bool, situation: Situation) -> bool:
    """Open when one of them is; closed only when all are known to be."""
    states = [situation.is_open(key) for key in keys]
    if True in states:
        return wanted
    return not wanted and None not in states


def hours_name(calendars: tuple[Calendar | None, ...], wanted: bool) -> str:
    state = "open" if wanted else "closed"
    names = [f"“{calendar.name}”" for calendar in calendars if calendar is not None]
    if not names:
        return f"calendar is {state}"
    if len(names) == 1:
        return f"{names[0]} is {state}"
    return f"{' or '.join(names)} is open" if wanted else f"{joined(names)} are closed"


def joined(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def hours_words(calendars: tuple[Calendar | None, ...], situation: Situation) -> str:
    if len(calendars) == 1:
        return state_words(calendars[0], situation)
    return "; ".join(
        f"{calendar.name}: {state_words(calendar, situation)}"
        if calendar
        else state_words(None, situation)
        for calendar in calendars
    )


def state_words(calendar: Calendar | None, situation: Situation) -> str:
    if calendar is None:
        return "calendar is missing"
    return in_words(calendar, situation.now)


def is_in(when: When, situation: Situation) -> bool:
    """A span that runs past midnight belongs to the day on which it began."""
    here = situation.local()
    if here is None:
        return False
    day, clock = here.date(), here.time()
    since, until = when.since or MIDNIGHT, when.until
    if until is not None and until <= since and since != until:
        if clock < until:
            day -= DAY
        elif clock < since:
            return False
    elif until != since and (clock < since or (until and clock >= until)):
        return False
    return is_on(when, day)


def is_on(when: When, day: date) -> bool:
    return (
        (not when.weekdays or day.weekday() in when.weekdays)
        and (when.first_day is None or when.first_day <= day)
        and (when.last_day is None or day <= when.last_day)
    )


def when_words(when: When) -> str:
    return ", ".join(part for part in (days_words(when), clock_words(when)) if part)


def days_words(when: When) -> str:
    weekdays = " or ".join(
        WEEKDAYS[day] for day in sorted(when.weekdays) if day in range(7)
    )
    first, last = when.first_day, when.last_day
    if first and first == last:
        dates = f"on {day_words(first)}"
    else:
        since = f"from {day_words(first)}" if first else ""
        until = f"until {day_words(last)}" if last else ""
        dates = f"{since} {until}".strip()
    return ", ".join(part for part in (weekdays, dates) if part)


def clock_words(when: When) -> str:
    if when.since is None and when.until is None:
        return ""
    if when.until is None:
        return f"{when.since:%H:%M} or later"
    if when.since is None:
        return f"before {when.until:%H:%M}"
    return f"between {when.since:%H:%M} and {when.until:%H:%M}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moment_words(situation: Situation) -> str:
    here = situation.local()
    if here is None:
        return f"time zone {situation.number.time_zone} is not known"
    return moment(here)


def moment(here: datetime) -> str:
    return f"{WEEKDAYS[here.weekday()]}, {day_words(here.date())}, {here:%H:%M %Z}"
