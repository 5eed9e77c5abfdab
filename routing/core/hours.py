"""When a calendar is open.

A span is written in local time and means two moments, and moments are what is
compared. So a day on which the clocks change is as long as it really is: a span that
ends in the hour that comes twice ends with the second one, and a time that the clocks
skip is the moment they jump.

An opening belongs to the day on which it begins: what opens on Christmas Eve at 22:00
for four hours runs into Christmas Day, also where that is a holiday.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from routing.core.public_holidays import public_holidays
from routing.core.ruleset import Calendar, DatedHours, Span

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
# Looks of eight days each, which is more than a leap year.
LONGEST_LOOK = 50

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
    around = openings(calendar, place, today - DAY, days=2)
    return any(start <= now < end for start, end in around)


def next_change(calendar: Calendar, now: datetime) -> datetime | None:
    """When it next opens or closes, or None if it does neither for long.

    That is a week for a calendar that has weekly hours alone, else the time in which
    every holiday has come once.
    """
    place = zone(calendar.time_zone)
    if place is None:
        return None
    dated = bool(calendar.exceptions or calendar.holidays_of)
    moment = now
    for _ in range(LONGEST_LOOK if dated else 1):
        first = moment.astimezone(place).date() - DAY
        horizon = instant(first + 9 * DAY, time(0), place)
        change = change_until(horizon, calendar, moment, first, place)
        if change is not None:
            return change
        moment = horizon
    return None


def change_until(
    horizon: datetime, calendar: Calendar, now: datetime, first: date, place: tzinfo
) -> datetime | None:
    for start, end in joined(openings(calendar, place, first, days=10)):
        if now < start:
            return start
        if now < end:
            return end if end < horizon else None
    return None


def openings(
    calendar: Calendar, place: tzinfo, first: date, *, days: int
) -> Iterator[Opening]:
    """The openings that begin on each of `days` days from `first`, unordered."""
    for day in (first + n * DAY for n in range(days)):
        for opens, closes in hours_on(calendar, day):
            ends = day if closes > opens else day + DAY
            start = instant(day, opens, place)
            end = instant(ends, closes, place, last=True)
            if start < end:  # else the clocks skip all of it
                yield start, end


def hours_on(calendar: Calendar, day: date) -> Iterator[tuple[time, time]]:
    """The openings that begin on this day: dated hours, else none on a public

    holiday, else the weekly ones.
    """
    dated = dated_hours(calendar, day)
    if dated:
        for hours in dated:
            if hours.opens is not None and hours.closes is not None:
                yield hours.opens, hours.closes
    elif not holiday(calendar, day):
        for span in calendar.spans:
            if span.weekday == day.weekday():
                yield span.opens, span.closes


def dated_hours(calendar: Calendar, day: date) -> list[DatedHours]:
    """Those that count: for the fewest days, of these the ones that begin last."""
    met = [hours for hours in calendar.exceptions if hours.first <= day <= hours.last]
    if len(met) < 2:
        return met
    closest = min(map(width, met))
    return [hours for hours in met if width(hours) == closest]


def width(hours: DatedHours) -> tuple[timedelta, int]:
    return hours.last - hours.first, -hours.first.toordinal()


def holiday(calendar: Calendar, day: date) -> str:
    """The name of the public holiday on which it is closed, or nothing."""
    if not calendar.holidays_of or day in calendar.open_on:
        return ""
    return public_holidays(calendar.holidays_of, day.year).get(day, "")


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
    when = when_words(calendar, change.astimezone(place), now)
    if opened:
        return f"open, closes {when}"
    why = reason(calendar, now.astimezone(place).date())
    return f"closed{f' ({why})' if why else ''}, opens {when}"


def when_words(calendar: Calendar, local: datetime, now: datetime) -> str:
    """With the date where the day of the week would be taken for this week's."""
    near = local - now < 6 * DAY
    day = WEEKDAYS[local.weekday()]
    date_words = "" if near else f" {local.day} {local:%B %Y}"
    name = f"{local:%Z}"
    zone_name = name if name.isalpha() else calendar.time_zone
    return f"{day}{date_words} {local:%H:%M} {zone_name}"


def reason(calendar: Calendar, day: date) -> str:
    """Why this is no day like others, in the words of whoever entered it."""
    dated = dated_hours(calendar, day)
    return dated[0].name if dated else holiday(calendar, day)


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
