"""What was spent, on what and on whom: sums over any period.

Everything here reads the ledger's totals by day, not calls, so a month of a million
calls costs as little as a day. Days are those of each number's own zone, both ends of
a period included. Amounts are exact decimals of `currency`, to twelve places.

    sums(first, last)                     everything, as one line
    sums(first, last, By.COMPONENT)       a line for each part of the bill
    sums(first, last, By.DAY, By.CAUSE, numbers=[…])
    calls(first, last, By.DISPOSITION)    how many calls, and what became of them
    unit_costs(first, last)               per call, contained call, handoff, lead
    without_price(first, last)            what no amount could be given for

The ledger is entered every few seconds while calls go on, so today is at most that old.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from billing.core.pricing import DOLLARS
from billing.core.reading import NOTHING, Why
from billing.core.units import Unit
from billing.models import CallTotal, DayPrice, DayTotal
from billing.models.ledger import Concerns

Row = TypeVar("Row", bound=Concerns)


class By(StrEnum):
    """What sums may be kept apart by; the last two are of money only."""

    DAY = "day"
    NUMBER = "number"
    AGENT = "agent"
    RELEASE = "release"
    LANGUAGE = "language"
    DISPOSITION = "disposition"
    COMPONENT = "component"
    CAUSE = "cause"


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """`key` has one entry for each dimension asked for, in the order asked.

    `gaps` counts what was used and has no price, so with any the amount is a lower
    bound. `estimated` is the part that rests on our own figures.
    """

    key: tuple[object, ...]
    amount: Decimal = NOTHING
    estimated: Decimal = NOTHING
    charges: int = 0
    gaps: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0

    @property
    def cached_share(self) -> Decimal | None:
        """Of all tokens put in; None when there were none."""
        if not self.tokens_in:
            return None
        return Decimal(self.tokens_cached) / self.tokens_in


@dataclass(frozen=True, slots=True)
class CallLine:
    """How many calls were offered, and what became of them."""

    key: tuple[object, ...]
    calls: int = 0
    answered: int = 0
    contained: int = 0
    handed_off: int = 0
    leads: int = 0


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """All money of a period for each of what it was spent for; None where none was."""

    total: MoneyLine
    calls: CallLine

    def per_call(self) -> Decimal | None:
        return self._per(self.calls.calls)

    def per_contained(self) -> Decimal | None:
        return self._per(self.calls.contained)

    def per_handoff(self) -> Decimal | None:
        return self._per(self.calls.handed_off)

    def per_lead(self) -> Decimal | None:
        return self._per(self.calls.leads)

    def _per(self, count: int) -> Decimal | None:
        return self.total.amount / count if count else None


@dataclass(frozen=True, slots=True)
class WithoutPrice:
    provider: str
    item: str
    unit: Unit
    why: Why
    days: int


def sums(
    first: date,
    last: date,
    *by: By,
    numbers: Collection[str] | None = None,
    agents: Collection[str] | None = None,
    currency: str = DOLLARS,
) -> list[MoneyLine]:
    """One query. Without dimensions one line, of nothing where nothing was spent.

    `numbers` are in E.164, `agents` their keys; an empty collection is nobody.
    """
    rows = of_period(DayTotal.objects.all(), first, last, numbers, agents)
    rows = rows.filter(currency=currency)
    return [MoneyLine(*line) for line in add_up(rows, by, MONEY_COLUMNS)]


def calls(
    first: date,
    last: date,
    *by: By,
    numbers: Collection[str] | None = None,
    agents: Collection[str] | None = None,
) -> list[CallLine]:
    """One query; without dimensions one line."""
    rows = of_period(CallTotal.objects.all(), first, last, numbers, agents)
    return [CallLine(*line) for line in add_up(rows, by, CALL_COLUMNS)]


def unit_costs(
    first: date, last: date, *, numbers: Collection[str] | None = None
) -> UnitCosts:
    """Two queries."""
    (money,) = sums(first, last, numbers=numbers)
    (counted,) = calls(first, last, numbers=numbers)
    return UnitCosts(money, counted)


def without_price(first: date, last: date) -> list[WithoutPrice]:
    """By days of UTC; one query."""
    rows = (
        DayPrice.objects.filter(day__range=(first, last), amount=None)
        .order_by("provider", "item", "unit")
        .values("provider", "item", "unit", "why")
        .annotate(days=Count("day"))
    )
    return [
        WithoutPrice(
            row["provider"],
            row["item"],
            Unit(row["unit"]),
            Why(row["why"]),
            row["days"],
        )
        for row in rows
    ]


MONEY_COLUMNS = (
    "amount",
    "estimated",
    "charges",
    "gaps",
    "tokens_in",
    "tokens_cached",
)
CALL_COLUMNS = ("calls", "answered", "contained", "handed_off", "leads")


def add_up(
    rows: QuerySet[Row], by: tuple[By, ...], columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """The key of each line, and its sums."""
    added = {f"sum_{column}": Sum(column) for column in columns}
    if not by:
        found = rows.aggregate(**added)
        nothing = {"amount": NOTHING, "estimated": NOTHING}
        return [((), *(found[f"sum_{c}"] or nothing.get(c, 0) for c in columns))]
    table = rows.order_by().values(*by).annotate(**added).order_by(*by)
    lines = table.values_list(*by, *added)
    return [(line[: len(by)], *line[len(by) :]) for line in lines]


def of_period(
    rows: QuerySet[Row],
    first: date,
    last: date,
    numbers: Collection[str] | None,
    agents: Collection[str] | None,
) -> QuerySet[Row]:
    wanted = Q(day__range=(first, last))
    if numbers is not None:
        wanted &= Q(number__in=list(numbers))
    if agents is not None:
        wanted &= Q(agent__in=list(agents))
    return rows.filter(wanted)
