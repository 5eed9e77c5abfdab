"""What a report says, as plain values: of some days, beside the days before them.

Everything about calls goes by the moment at which a call was offered. Amounts are in
the currency of the prices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from billing.core.report_period import Period
from calls.core.ledger import Ledger
from calls.core.words import Disposition

NOTHING = Decimal(0)
# What is moved by fewer calls than this may well be chance.
ENOUGH_CALLS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """`answered`: somebody or something of ours spoke with the caller. `accepted`: the

    agent was to take the call, and it is over; `contained` of those ended well
    without a person.
    """

    ledger: Ledger = field(default_factory=Ledger)
    answered: int = 0
    accepted: int = 0
    contained: int = 0

    @property
    def offered(self) -> int:
        return self.ledger.offered

    @property
    def handed_off(self) -> int:
        return self.ledger.ended.get(Disposition.HANDED_OFF, 0)

    @property
    def lost(self) -> int:
        return self.ledger.ended.get(Disposition.LOST, 0)

    @property
    def containment(self) -> Decimal | None:
        return share(self.contained, self.accepted)


@dataclass(frozen=True, slots=True)
class Spend:
    """`unpriced` counts usage without a price: with any, the total is too low.

    `cached_share` is of all that the models read; None when they read nothing.
    """

    total: Decimal = NOTHING
    estimated: Decimal = NOTHING
    unpriced: int = 0
    cached_share: Decimal | None = None
    by_component: Mapping[str, Decimal] = field(default_factory=dict)
    by_cause: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WithoutPrice:
    """What was used without there being a price for it, and why."""

    item: str
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class HandoffSum:
    """Handoffs of one reason; a corrected reason counts as the reason."""

    reason: str
    asked: int
    connected: int
    nobody: int
    caller_left: int
    pending: int


@dataclass(frozen=True, slots=True)
class BudgetState:
    """`share` of the budget that is used; `forecast` is for the end of its span."""

    name: str
    span: str
    limit: Decimal
    spent: Decimal
    forecast: Decimal | None = None
    reached: str = ""

    @property
    def share(self) -> Decimal | None:
        return self.spent / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Served:
    """How the calls went that were decided by one release, or by those before it."""

    calls: int = 0
    accepted: int = 0
    contained: int = 0
    handed_off: int = 0
    lost: int = 0
    spent: Decimal = NOTHING

    def shares(self) -> dict[str, Decimal | None]:
        return {
            "contained": share(self.contained, self.accepted),
            "handed_off": share(self.handed_off, self.calls),
            "lost": share(self.lost, self.calls),
            "cost": self.spent / self.calls if self.calls else None,
        }


@dataclass(frozen=True, slots=True)
class Published:
    """A release of these days, and what moved after it.

    `after` are the calls it decided, `earlier` those of the release before it.
    """

    number: int
    at: datetime
    author: str
    note: str
    changes: tuple[str, ...]
    earlier: Served
    after: Served

    @property
    def few(self) -> bool:
        return min(self.earlier.calls, self.after.calls) < ENOUGH_CALLS


@dataclass(frozen=True, slots=True)
class IncidentSum:
    kind: str
    cause: str
    count: int
    open: int
    latest: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class FollowUps:
    """`opened` by calls of these days; `open` and `overdue` at this moment, of all."""

    opened: int = 0
    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class ToHear:
    """A call worth hearing, and why: `detail` or `cost` go with some reasons."""

    call_id: int
    reason: str
    detail: str
    line: str
    offered_at: datetime
    zone: str
    seconds: int | None
    recorded: bool
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One bar of the charts. `calls` by disposition, and "" for calls not over yet."""

    day: date
    calls: Mapping[str, int]
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """`numbers` are the lines it is about, none for all of them; `agent` is a key.

    `days` reach back further than the period where it is short, for the charts.
    """

    period: Period
    before: Period
    as_of: datetime
    currency: str
    numbers: tuple[str, ...]
    agent: str
    counted: Counted
    counted_before: Counted
    spend: Spend
    spend_before: Spend
    handoffs: tuple[HandoffSum, ...]
    budgets: tuple[BudgetState, ...]
    published: tuple[Published, ...]
    incidents: tuple[IncidentSum, ...]
    to_hear: tuple[ToHear, ...]
    follow_ups: FollowUps
    days: tuple[Day, ...]
    without_price: tuple[WithoutPrice, ...] = ()

    @property
    def per_contained_call(self) -> Decimal | None:
        return self._per(self.counted.contained)

    @property
    def per_call(self) -> Decimal | None:
        return self._per(self.counted.offered)

    def _per(self, calls: int) -> Decimal | None:
        return self.spend.total / calls if calls else None


def share(part: int, of: int) -> Decimal | None:
    return Decimal(part) / Decimal(of) if of else None


def chart_days(period: Period) -> Sequence[date]:
    """At least a fortnight, so that a day's bar stands beside others."""
    if period.days >= 14:
        return period.dates()
    first = period.last.toordinal() - 13
    return [date.fromordinal(first + number) for number in range(14)]
