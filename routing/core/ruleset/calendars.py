"""Opening hours, as a release keeps them."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `opens` to `closes` on `weekday` (0 is Monday), local time.

    `closes` at or before `opens` runs past midnight; equal times are a full day.
    """

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DatedHours:
    """What holds from `first` to `last`, both included, instead of the weekly hours.

    Closed where there is no time. Several of the same days are several openings of
    each of them; of several that meet on a day, the one for the fewest days counts.
    """

    name: str
    first: date
    last: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """`holidays_of` is a place of `routing.core.public_holidays`, on whose holidays it

    is closed, but for those in `open_on`.
    """

    key: str
    name: str
    time_zone: str
    spans: tuple[Span, ...] = ()
    exceptions: tuple[DatedHours, ...] = ()
    holidays_of: str = ""
    open_on: frozenset[date] = frozenset()
