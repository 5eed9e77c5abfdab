"""Opening hours against the plainest reading of them: look at the clock each minute.

The days around every change of the clocks are tried, in zones that change them in
their own ways: at midnight, by half an hour, and one that left out a whole day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.core.hours import is_open, next_change
from routing.core.public_holidays import public_holidays
from routing.core.ruleset import Calendar, DatedHours, Span

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# A zone, and a day near which something happens to its clocks.
PLACES = (
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/London", date(2026, 12, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 2, 28)),
    ("UTC", date(2024, 2, 29)),
)
BEFORE, AFTER = 3, 4  # days that are walked through around the day


class Walk:
    """Every minute around a day, with what clocks there show."""

    def __init__(self, zone: str, around: date) -> None:
        begin = datetime.combine(around, time(0), UTC) - BEFORE * DAY
        count = (BEFORE + AFTER) * 24 * 60
        self.moments = [begin + n * MINUTE for n in range(count)]
        place = ZoneInfo(zone)
        self.walls = [m.astimezone(place).replace(tzinfo=None) for m in self.moments]

    def first_at_or_after(self, wall: datetime) -> int:
        return next((n for n, w in enumerate(self.walls) if w >= wall), len(self.walls))

    def last_at(self, wall: datetime) -> int:
        """The last minute that shows this; where none does, the first beyond it."""
        showing = [n for n, w in enumerate(self.walls) if w == wall]
        return showing[-1] if showing else self.first_at_or_after(wall)

    def open_minutes(self, calendar: Calendar) -> list[bool]:
        result = [False] * len(self.walls)
        for day in sorted({wall.date() for wall in self.walls} | left_out(self.walls)):
            for opens, closes in plain_hours(calendar, day):
                ends = day if closes > opens else day + DAY
                start = self.first_at_or_after(datetime.combine(day, opens))
                for n in range(start, self.last_at(datetime.combine(ends, closes))):
                    result[n] = True
        return result


def left_out(walls: list[datetime]) -> set[date]:
    first, last = walls[0].date(), walls[-1].date()
    return {first + n * DAY for n in range((last - first).days)}


def plain_hours(calendar: Calendar, day: date) -> Iterator[tuple[time, time]]:
    ranges = {
        (e.first, e.last) for e in calendar.exceptions if e.first <= day <= e.last
    }
    if ranges:
        fewest = min((last - first).days for first, last in ranges)
        chosen = max(r for r in ranges if (r[1] - r[0]).days == fewest)
        for e in calendar.exceptions:
            if (e.first, e.last) == chosen and e.opens and e.closes:
                yield e.opens, e.closes
        return
    named = public_holidays(calendar.holidays_of, day.year)
    if day in named and day not in calendar.open_on:
        return
    for span in calendar.spans:
        if span.weekday == day.weekday():
            yield span.opens, span.closes


CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
SPANS = st.lists(st.builds(Span, st.integers(0, 6), CLOCKS, CLOCKS), max_size=8)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    zone, around = draw(st.sampled_from(PLACES))
    exceptions = []
    for _ in range(draw(st.integers(0, 3))):
        first = around + draw(st.integers(-3, 3)) * DAY
        hours = draw(st.none() | st.tuples(CLOCKS, CLOCKS))
        opens, closes = hours or (None, None)
        last = first + draw(st.integers(0, 3)) * DAY
        exceptions.append(DatedHours("Special", first, last, opens, closes))
    calendar = Calendar(
        key="c",
        name="",
        time_zone=zone,
        spans=tuple(draw(SPANS)),
        exceptions=tuple(exceptions),
        holidays_of=draw(st.sampled_from(["", "US", "DE-BY", "GB", "XX"])),
        open_on=frozenset(
            draw(st.lists(st.sampled_from([around, around + DAY]), max_size=2))
        ),
    )
    return calendar, around


@settings(max_examples=60, deadline=None)
@given(calendars(), st.data())
def test_is_open_as_the_clock_shows_it(
    made: tuple[Calendar, date], data: st.DataObject
) -> None:
    calendar, around = made
    walk = Walk(calendar.time_zone, around)
    expected = walk.open_minutes(calendar)
    # The edges of the walk lack the day before and the day after.
    inner = range(2 * 24 * 60, len(expected) - 2 * 24 * 60)
    changes = [n for n in inner if expected[n] is not expected[n - 1]]
    tried = {n + step for n in changes for step in (-1, 0, 1)}
    tried |= set(data.draw(st.lists(st.sampled_from(inner), max_size=40)))
    for n in tried:
        assert is_open(calendar, walk.moments[n]) is expected[n], walk.moments[n]
    for n in [inner[0], *tried]:
        later = next((m for m in changes if m > n), None)
        if later is not None:
            assert next_change(calendar, walk.moments[n]) == walk.moments[later]
