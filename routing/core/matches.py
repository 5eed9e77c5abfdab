"""What a routing rule may ask about a call besides its caller and the opening hours."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class VerificationMatch(StrEnum):
    """How sure the carriers are that the caller's number is the caller's own.

    STIR/SHAKEN, from Twilio's `StirVerstat`: full attestation (A), passed at any
    level, failed, or no verdict at all, which is normal outside the US and Canada.
    """

    ANY = "any"
    FULL = "full"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    FAILED = "failed"
    MISSING = "missing"


class ForwardedMatch(StrEnum):
    """Whether the call was forwarded to us, and from where."""

    ANY = "any"
    FORWARDED = "forwarded"
    NOT_FORWARDED = "not_forwarded"
    LISTED = "listed"


class HistoryMatch(StrEnum):
    """What we know of the caller from earlier calls."""

    ANY = "any"
    KNOWN = "known"
    NEW = "new"
    AGAIN = "again"


class LoadScope(StrEnum):
    """Which calls in progress are counted; `AGENT` is the rule's or the number's."""

    ANY = "any"
    NUMBER = "number"
    AGENT = "agent"
    ACCOUNT = "account"


class BudgetMatch(StrEnum):
    """`WARNED` holds for a spent budget too."""

    ANY = "any"
    WITHIN = "within"
    WARNED = "warned"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """A SIP header the call must bring. `value` is exact, but for a star at its end;

    a star alone: any value. Names are compared without regard to case.
    """

    name: str
    value: str = "*"


@dataclass(frozen=True, slots=True)
class When:
    """Days and hours by the clock of the number that was called.

    `until` at or before `since` runs past midnight, equal times are the whole day.
    Both days are included. What is None or empty is not asked.
    """

    weekdays: frozenset[int] = frozenset()
    since: time | None = None
    until: time | None = None
    first_day: date | None = None
    last_day: date | None = None


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Capacity:
    """Calls at the same time; `most` 0 is no limit.

    `kept` of them are for priority callers: others find it full that much earlier.
    """

    most: int = 0
    kept: int = 0

    def is_full(self, calls: int, *, priority: bool) -> bool:
        if not self.most:
            return False
        return calls >= (self.most if priority else self.most - self.kept)


UNLIMITED = Capacity()
