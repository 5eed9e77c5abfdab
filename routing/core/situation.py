"""One call at one moment, as the conditions of rules see it.

Most of the thousands of conditions of a release are never asked for a call, and many
ask the same. So what is worked out is worked out when it is first asked, and kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.core.decision import Facts
from routing.core.hours import is_open, next_change, zone
from routing.core.ruleset import Calendar, Number

# `next_change` looks a week ahead; when it sees nothing, this much is sure.
FORESEEN = timedelta(days=6)


class Step(StrEnum):
    """The letter that a looked-at rule leaves in a decision: what did not hold."""

    NUMBER = "n"
    CALLER = "c"
    VERIFICATION = "v"
    FORWARDED = "f"
    HISTORY = "p"
    HEADERS = "s"
    HOURS = "h"
    WHEN = "t"
    LOAD = "l"
    BUDGET = "b"
    HELD = "+"


# From when until when, in seconds, it is open or not, or None.
Opening = tuple[float, float, bool | None]


class Openings:
    """Whether calendars are open, remembered until they next open or close.

    Shared by all calls of a release and by threads: an entry is replaced whole, and
    one that another thread has replaced is still right for its own span of time.
    """

    def __init__(self, calendars: Mapping[str, Calendar]) -> None:
        self.calendars = calendars
        self.known: dict[str, Opening] = {}

    def is_open(self, key: str, at: float, now: datetime) -> bool | None:
        """`at` is `now` in seconds. None when it cannot be told."""
        return self.opening(key, at, now)[2]

    def opening(self, key: str, at: float, now: datetime) -> Opening:
        known = self.known.get(key)
        if known is None or not known[0] <= at < known[1]:
            known = self.known[key] = self.look(key, at, now)
        return known

    def look(self, key: str, at: float, now: datetime) -> Opening:
        calendar = self.calendars.get(key)
        if calendar is None:
            return (float("-inf"), float("inf"), None)
        change = next_change(calendar, now) or now + FORESEEN
        return (at, change.timestamp(), is_open(calendar, now))

    def look_ahead(self, now: datetime) -> None:
        """Look at all of them, so that no call has to be the first."""
        for key in self.calendars:
            self.is_open(key, now.timestamp(), now)


class Situation:
    """`now` is aware; `at` is the same in seconds."""

    __slots__ = ("at", "facts", "here", "now", "number", "openings")

    def __init__(
        self, facts: Facts, number: Number, openings: Openings, now: datetime
    ) -> None:
        self.facts = facts
        self.number = number
        self.openings = openings
        self.now = now
        self.at = now.timestamp()
        self.here: datetime | None = None

    def local(self) -> datetime | None:
        """By the clock of the number, or None if its time zone is not known."""
        if self.here is None:
            place = zone(self.number.time_zone)
            self.here = self.now.astimezone(place) if place is not None else None
        return self.here

    def is_open(self, calendar: str) -> bool | None:
        return self.opening(calendar)[2]

    def opening(self, calendar: str) -> Opening:
        return self.openings.opening(calendar, self.at, self.now)


Question = Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` and `value` are for people: "caller is listed", "+1 202 555 0170"."""

    step: Step
    name: str
    held: Question
    value: Callable[[Situation], str]
