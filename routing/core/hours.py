"""When a calendar is open.

A span is written in local time and means two moments, and moments are what is
compared. So a day on which the clocks change is as long as it really is: a span that
ends in the hour that comes twice ends with the second one, and a time that the clocks
skip is the moment they jump.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from routing.core.ruleset import Calendar, Span

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES

Opening = tuple[datetime, datetime]


def zone(name: str) -> tzinfo | None:
    """The named zone, or None: a ZoneInfo that cannot be found raises three ways."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def is_open(calendar: Calendar, now: datetime) -> bool | None:
    """None when the calendar's time zone is not known here, so nothing can be said."""
    place = zone(calendar.time_zone)
    if place is None:
        return None
    today = now.astimezone(place).date()
    # A span is a day long at most, so none that began before yesterday still runs.
    around = openings(calendar.spans, place, today - DAY, days=2)
    return any(start <= now < end for start, end in around)


def next_change(calendar: Calendar, now: datetime) -> datetime | None:
    """When it next opens or closes, or None if it does neither within a week."""
    place = zone(calendar.time_zone)
    if place is None:
        return None
    first = now.astimezone(place).date() - DAY
    horizon = instant(first + 9 * DAY, time(0), place)
    for start, end in joined(openings(calendar.spans, place, first, days=10)):
        if now < start:
            return start
        if now < end:
            return end if end < horizon else None
    return None


def openings(
    spans: Iterable[Span], place: tzinfo, first: date, *, days: int
) -> Iterator[Opening]:
    """The openings that begin on each of `days` days from `first`, unordered."""
    wanted = list(spans)
    for day in (first + n * DAY for n in range(days)):
        for span in wanted:
            if span.weekday == day.weekday():
                ends = day if span.closes > span.opens else day + DAY
                yield (
                    instant(day, span.opens, place),
                    instant(ends, span.closes, place, last=True),
                )


def joined(spans: Iterable[Opening]) -> list[Opening]:
    """In order, with those that touch or overlap made one."""
    result: list[Opening] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def instant(day: date, clock: time, place: tzinfo, *, last: bool = False) -> datetime:
    """The moment at which clocks in `place` show this; the last if it comes twice."""
    wall = datetime.combine(day, clock.replace(tzinfo=None), place)
    early, late = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return late if last else early
    # PEP 495: in a gap fold=1 comes before fold=0 and the clocks jump between them.
    return jump(late, early, place)


def jump(before: datetime, after: datetime, place: tzinfo) -> datetime:
    """The first minute at which the offset of `after` holds."""
    goal = after.astimezone(place).utcoffset()
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if middle.astimezone(place).utcoffset() == goal:
            after = middle
        else:
            before = middle
    return after


def in_words(calendar: Calendar, now: datetime) -> str:
    """For example "closed, opens Monday 08:00 EST"."""
    place = zone(calendar.time_zone)
    if place is None:
        return f"time zone {calendar.time_zone} is not known"
    opened = is_open(calendar, now)
    change = next_change(calendar, now)
    if change is None:
        return "always open" if opened else "always closed"
    local = change.astimezone(place)
    when = f"{WEEKDAYS[local.weekday()]} {local:%H:%M %Z}"
    return f"open, closes {when}" if opened else f"closed, opens {when}"


def overlaps(spans: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Every pair of spans that share a minute of the week."""
    return [
        (one, other)
        for place, one in enumerate(spans)
        for other in spans[place + 1 :]
        if share_a_minute(one, other)
    ]


def share_a_minute(one: Span, other: Span) -> bool:
    (start, length), (other_start, other_length) = (
        week_minutes(one),
        week_minutes(other),
    )
    # The week is a circle: how far the other begins after the one, and the reverse.
    return (other_start - start) % WEEK_MINUTES < length or (
        start - other_start
    ) % WEEK_MINUTES < other_length


def week_minutes(span: Span) -> tuple[int, int]:
    """The minute of the week at which a span begins, and its length in minutes."""
    opens = span.opens.hour * 60 + span.opens.minute
    closes = span.closes.hour * 60 + span.closes.minute
    return span.weekday * DAY_MINUTES + opens, (closes - opens) % DAY_MINUTES or (
        DAY_MINUTES
    )
