"""What hours people may enter, and how a dated exception reads."""

from collections.abc import Iterator, Sequence
from datetime import date

from routing.core.hours import overlaps
from routing.core.ruleset import DatedHours, Span


def exception_words(hours: DatedHours) -> str:
    """For example "24 December 2026, 08:00 to 12:00"."""
    days = day_words(hours.first)
    if hours.last != hours.first:
        days = f"{days} to {day_words(hours.last)}"
    if hours.opens is None or hours.closes is None:
        return f"{days}, closed"
    return f"{days}, {hours.opens:%H:%M} to {hours.closes:%H:%M}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def exception_problems(exceptions: Sequence[DatedHours]) -> Iterator[str]:
    """Two that meet on a day must say which counts: the one for fewer days does."""
    for place, one in enumerate(exceptions):
        for other in exceptions[place + 1 :]:
            problem = clash(one, other)
            if problem:
                yield (
                    f"“{one.name}” ({exception_words(one)}) and “{other.name}” "
                    f"({exception_words(other)}) {problem}"
                )


def clash(one: DatedHours, other: DatedHours) -> str:
    if one.last < other.first or other.last < one.first:
        return ""
    if (one.first, one.last) == (other.first, other.last):
        return clash_of_times(one, other)
    if holds(one, other) or holds(other, one):
        return ""
    return "share some of their days: let one end before the other begins."


def clash_of_times(one: DatedHours, other: DatedHours) -> str:
    if one.opens is None or other.opens is None:
        return "are for the same days, and one of them is closed: remove one."
    if overlaps([as_span(one), as_span(other)]):
        return "overlap: shorten or remove one of them."
    return ""


def holds(wide: DatedHours, narrow: DatedHours) -> bool:
    return wide.first <= narrow.first and narrow.last <= wide.last


def as_span(hours: DatedHours) -> Span:
    """On a day in the middle of a week, for what counts is the time of day."""
    assert hours.opens is not None
    assert hours.closes is not None
    return Span(2, hours.opens, hours.closes)
