"""What one usage event costs, by the prices that were valid on its day.

A day is a day of UTC, as on both providers' bills. Amounts keep twelve decimal
places, enough for a hundredth of a cent per million tokens, so that sums are exact.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple, Protocol

from billing.core.figures import read_figures
from billing.core.reading import NOTHING, Reading, Why
from billing.core.units import Component, Unit
from calls.core.meter import Measured

DOLLARS = "USD"
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
AMOUNT_PLACES = Decimal("1e-12")
# Providers report the dated snapshot of a model and list a price for its plain name.
SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """`amount` is for `per` units."""

    provider: str
    item: str
    unit: str
    amount: Decimal
    per: int
    currency: str
    valid_from: date
    source: str = ""
    note: str = ""


class Line(NamedTuple):
    component: Component
    unit: Unit
    quantity: Decimal
    amount: Decimal
    price: PriceEntry


class Unpriced(NamedTuple):
    """`unit` is a unit, or the provider's name of the figure at fault."""

    unit: str
    quantity: Decimal | None
    why: Why


class Priced(NamedTuple):
    lines: list[Line]
    unpriced: list[Unpriced]

    def total(self) -> Decimal | None:
        """None when nothing of it has a price; a lower bound when something has not."""
        if self.unpriced and not self.lines:
            return None
        return sum((line.amount for line in self.lines), NOTHING)


class Prices(Protocol):
    """Whatever knows the price of a unit of an item on a day, or why there is none."""

    currency: str

    def find(
        self, provider: str, item: str, unit: Unit, day: date
    ) -> PriceEntry | Why: ...


class PriceList:
    """Prices of one currency, and when each became valid."""

    def __init__(self, entries: Iterable[PriceEntry], currency: str = DOLLARS) -> None:
        self.currency = currency
        self._items: dict[tuple[str, str], dict[str, list[PriceEntry]]] = {}
        self._others: set[tuple[str, str, str]] = set()
        # Of two prices for the same day the dearer one counts, in whatever order.
        for entry in sorted(entries, key=lambda e: (e.valid_from, e.amount / e.per)):
            if entry.currency == currency:
                units = self._items.setdefault((entry.provider, entry.item), {})
                units.setdefault(entry.unit, []).append(entry)
            else:
                self._others.add((entry.provider, entry.item, entry.unit))

    def units_of(self, provider: str, item: str) -> Mapping[str, list[PriceEntry]]:
        """All prices of an item by unit, each list from the oldest on."""
        units = self._items.get((provider, item))
        if units is None:
            units = self._items.get((provider, SNAPSHOT.sub("", item)))
        return units or {}

    def has_other_currency(self, provider: str, item: str, unit: str) -> bool:
        names = (item, SNAPSHOT.sub("", item))
        return any((provider, name, unit) in self._others for name in names)

    def find(self, provider: str, item: str, unit: Unit, day: date) -> PriceEntry | Why:
        units = self.units_of(provider, item)
        found = valid_on(day, units.get(unit, ()))
        if found is not None:
            return found
        if unit in units:
            return Why.NOT_YET_VALID
        if self.has_other_currency(provider, item, unit):
            return Why.OTHER_CURRENCY
        return Why.NO_PRICE if units else Why.UNKNOWN_ITEM


def price_usage(measured: Measured, prices: Prices) -> Priced:
    """Never raises, and never takes a figure without a price for one of nothing."""
    notes = read_figures(measured)
    unpriced = [Unpriced(f.what, f.quantity, f.why) for f in notes.faults]
    lines: list[Line] = []
    if notes.readings:
        day = day_of(measured)
        for reading in notes.readings:
            price = prices.find(measured.provider, measured.item, reading.unit, day)
            if isinstance(price, Why):
                unpriced.append(Unpriced(reading.unit, reading.quantity, price))
            else:
                lines.append(charge(reading, price))
    return Priced(lines, unpriced)


def day_of(measured: Measured) -> date:
    """The day whose prices count."""
    return measured.at.astimezone(UTC).date()


def valid_on(day: date, history: Iterable[PriceEntry]) -> PriceEntry | None:
    """The youngest price that was valid on that day."""
    found = None
    for entry in history:
        if entry.valid_from > day:
            break
        found = entry
    return found


def charge(reading: Reading, price: PriceEntry) -> Line:
    return Line(
        component=reading.component,
        unit=reading.unit,
        quantity=reading.quantity,
        amount=amount_of(reading.quantity, price),
        price=price,
    )


def amount_of(quantity: Decimal, price: PriceEntry) -> Decimal:
    exact = EXACT.divide(EXACT.multiply(quantity, price.amount), Decimal(price.per))
    return exact.quantize(AMOUNT_PLACES, context=EXACT)
