"""Whether a number is open now, for lists."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from routing.core.hours import in_words
from routing.core.ruleset import Calendar
from routing.models import RoutingRule


def opening_words(now: datetime) -> Callable[[int], str]:
    """For a number's primary key the state of the calendar that decides its calls.

    That is the calendar of the first rule for it that has one. Everything is loaded
    once, on first use; empty where no rule asks for opening hours.
    """

    @cache
    def rules() -> list[tuple[set[int], str]]:
        timed = RoutingRule.objects.exclude(calendar=None).select_related("calendar")
        return [
            ({number.pk for number in rule.numbers.all()}, state(rule, now))
            for rule in timed.prefetch_related("numbers", "calendar__spans")
        ]

    def words(number: int) -> str:
        found = (text for numbers, text in rules() if not numbers or number in numbers)
        return next(found, "")

    return words


def state(rule: RoutingRule, now: datetime) -> str:
    assert rule.calendar is not None
    spans = tuple(span.compiled() for span in rule.calendar.spans.all())
    name, place = rule.calendar.name, rule.calendar.time_zone
    return in_words(Calendar("", name, place, spans), now)
