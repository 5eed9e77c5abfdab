"""The conditions of a rule of a snapshot, in the words of its form."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from routing.core.callers import spaced
from routing.core.hours import WEEKDAYS
from routing.models import RoutingRule
from routing.services.labels import label

Values = Mapping[str, Any]
Names = Mapping[tuple[str, str], str]
Rows = Iterator[tuple[str, str]]
Words = Callable[[Any, Names], Rows]

# A rule says what it asks; what it does not ask would fill the page with "any".
UNASKED: Values = {
    "groups": [],
    "caller_lists": [],
    "countries": [],
    "more_calendars": [],
    "verification": "any",
    "forwarded": "any",
    "forwarded_from": [],
    "history": "any",
    "within_minutes": 60,
    "weekdays": [],
    "since": "",
    "until": "",
    "first_day": "",
    "last_day": "",
    "load": "any",
    "load_from": 1,
    "budget": "any",
    "headers": [],
    "second_agent": "",
    "second_share": 0,
    "contact": "",
}


def named(name: str, section: str) -> Words:
    def rows(keys: list[str], names: Names) -> Rows:
        found = (names.get((section, key), key) for key in keys)
        yield label(RoutingRule, name), ", ".join(found)

    return rows


def numbers_in_lines(name: str) -> Words:
    def rows(callers: list[str], names: Names) -> Rows:
        yield label(RoutingRule, name), "\n".join(map(spaced, callers))

    return rows


def country_rows(countries: list[str], names: Names) -> Rows:
    yield label(RoutingRule, "countries"), ", ".join(countries)


def weekday_rows(days: list[str], names: Names) -> Rows:
    text = ", ".join(WEEKDAYS[int(day)] for day in days)
    yield label(RoutingRule, "weekdays"), text


def header_rows(headers: list[Values], names: Names) -> Rows:
    text = "\n".join(f"{header['name']}: {header['value']}" for header in headers)
    yield label(RoutingRule, "headers"), text


SPECIAL: Mapping[str, Words] = {
    "groups": named("groups", "groups"),
    "caller_lists": named("caller_lists", "caller_lists"),
    "more_calendars": named("more_calendars", "calendars"),
    "callers": numbers_in_lines("callers"),
    "forwarded_from": numbers_in_lines("forwarded_from"),
    "countries": country_rows,
    "weekdays": weekday_rows,
    "headers": header_rows,
}
