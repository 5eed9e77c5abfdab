"""Which days a report is about, and when it is due.

A day is one of the subscription's time zone, as long as the clock makes it: 23 or 25
hours where the clocks change. A report is due at a time of day; a time that the
clocks skip is the moment they jump, one that comes twice is the first of the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from routing.core.hours import instant, zone

DAY = timedelta(days=1)
DAYS_OF_WEEK = 7
# What was not sent within a week is no news any more.
CAUGHT_UP = timedelta(days=7)


class Rhythm(StrEnum):
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def starts_at(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return midnight(self.last + DAY, self.zone)

    def dates(self) -> list[date]:
        return [self.first + DAY * number for number in range(self.days)]

    def before(self) -> "Period":
        """What it is compared with, as long and with the same days of the week where

        it can be: up to a week the same days a week earlier, else the days before.
        """
        back = DAY * max(self.days, DAYS_OF_WEEK)
        return Period(self.first - back, self.last - back, self.zone)


def midnight(day: date, zone_name: str) -> datetime:
    return moment(day, time(), zone_name)


def moment(day: date, at: time, zone_name: str) -> datetime:
    """A zone that this machine does not know counts as UTC."""
    return instant(day, at, zone(zone_name) or UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a subscription is served. `weekday` is 0 for Monday, and of weeks only."""

    rhythm: Rhythm
    weekday: int
    send_at: time
    zone: str

    def period_sent_on(self, day: date) -> Period:
        """The days that the report of that day is about: they end the day before."""
        last = day - DAY
        days = DAYS_OF_WEEK if self.rhythm is Rhythm.WEEK else 1
        return Period(last - DAY * (days - 1), last, self.zone)

    def period_of(self, day: date) -> Period:
        """The period that the day is in."""
        if self.rhythm is Rhythm.DAY:
            return Period(day, day, self.zone)
        sent_on = day + DAY
        while sent_on.weekday() != self.weekday:
            sent_on += DAY
        return self.period_sent_on(sent_on)

    def is_sent_on(self, day: date) -> bool:
        return self.rhythm is Rhythm.DAY or day.weekday() == self.weekday


def due(timing: Timing, since: datetime, now: datetime) -> Iterator[Period]:
    """What was to be sent after `since` and not after `now`, the oldest first.

    Days on which nothing could be sent are caught up, a week back at most.
    """
    earliest = max(since, now - CAUGHT_UP)
    place: tzinfo = zone(timing.zone) or UTC
    day = earliest.astimezone(place).date()
    while (at := moment(day, timing.send_at, timing.zone)) <= now:
        if at > earliest and timing.is_sent_on(day):
            yield timing.period_sent_on(day)
        day += DAY


def next_due(timing: Timing, now: datetime) -> datetime:
    """When the next report goes out."""
    place: tzinfo = zone(timing.zone) or UTC
    day = now.astimezone(place).date()
    while True:
        at = moment(day, timing.send_at, timing.zone)
        if at > now and timing.is_sent_on(day):
            return at
        day += DAY
