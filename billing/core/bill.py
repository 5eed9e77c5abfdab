"""Many usage events as one bill: the same one, in whatever order they are entered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.core.pricing import Line, PriceEntry, Prices, Unpriced, price_usage
from billing.core.reading import NOTHING, Why
from billing.core.units import (
    CACHED_UNITS,
    COMPONENT_ORDER,
    INPUT_UNITS,
    Component,
    Unit,
)
from calls.core.meter import Measured


@dataclass(frozen=True, slots=True)
class BillLine:
    """All that was used of one unit at one price. `estimated`: by our own figures."""

    component: Component
    item: str
    unit: Unit
    quantity: Decimal
    amount: Decimal
    price: PriceEntry
    estimated: bool


@dataclass(frozen=True, slots=True)
class Part:
    component: Component
    amount: Decimal
    lines: tuple[BillLine, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What the bill has no amount for, in how many events, and how much if known."""

    provider: str
    item: str
    unit: str
    why: Why
    events: int
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """`total` is what the parts add up to; with `unpriced` it is a lower bound.

    `cached_share` is of all tokens put in, priced or not; None when there were none.
    """

    currency: str
    total: Decimal
    estimated: Decimal
    parts: tuple[Part, ...]
    unpriced: tuple[Gap, ...]
    cached_share: Decimal | None


LineKey = tuple[Component, str, Unit, date, bool]
GapKey = tuple[str, str, str, Why]


@dataclass(slots=True)
class GapSum:
    quantity: Decimal = NOTHING
    events: int = 0
    known: bool = True


@dataclass(slots=True)
class LineSum:
    price: PriceEntry
    quantity: Decimal = NOTHING
    amount: Decimal = NOTHING


@dataclass(slots=True)
class Bill:
    prices: Prices
    _lines: dict[LineKey, LineSum] = field(default_factory=dict)
    _gaps: dict[GapKey, GapSum] = field(default_factory=dict)

    def enter(self, measured: Measured, *, estimated: bool = False) -> None:
        priced = price_usage(measured, self.prices)
        for line in priced.lines:
            self._enter_line(measured, line, estimated)
        for unpriced in priced.unpriced:
            self._enter_gap(measured, unpriced)

    def enter_unknown(self, provider: str, item: str, unit: str) -> None:
        """Something was used, but nobody says how much of it."""
        sum_ = self._gaps.setdefault((provider, item, unit, Why.MISSING), GapSum())
        sum_.events += 1
        sum_.known = False

    def _enter_line(self, measured: Measured, line: Line, estimated: bool) -> None:
        since = line.price.valid_from
        key = (line.component, measured.item, line.unit, since, estimated)
        sum_ = self._lines.get(key)
        if sum_ is None:
            sum_ = self._lines[key] = LineSum(line.price)
        sum_.quantity += line.quantity
        sum_.amount += line.amount

    def _enter_gap(self, measured: Measured, gap: Unpriced) -> None:
        key = (measured.provider, measured.item, gap.unit, gap.why)
        sum_ = self._gaps.setdefault(key, GapSum())
        sum_.events += 1
        sum_.known = sum_.known and gap.quantity is not None
        sum_.quantity += gap.quantity or NOTHING

    def cost(self) -> Cost:
        lines = sorted((bill_line(k, s) for k, s in self._lines.items()), key=place)
        gaps = [
            Gap(*key, sum_.events, sum_.quantity if sum_.known else None)
            for key, sum_ in sorted(self._gaps.items(), key=lambda entry: entry[0])
        ]
        parts = parts_of(lines)
        return Cost(
            currency=self.prices.currency,
            total=add(part.amount for part in parts),
            estimated=add(line.amount for line in lines if line.estimated),
            parts=parts,
            unpriced=tuple(gaps),
            cached_share=cached_share(lines, gaps),
        )


def add(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)


def bill_line(key: LineKey, sum_: LineSum) -> BillLine:
    component, item, unit, _, estimated = key
    quantity, amount = sum_.quantity, sum_.amount
    return BillLine(component, item, unit, quantity, amount, sum_.price, estimated)


UNIT_ORDER = {unit: place for place, unit in enumerate(Unit)}


def place(line: BillLine) -> tuple[object, ...]:
    return (
        COMPONENT_ORDER[line.component],
        line.item,
        UNIT_ORDER[line.unit],
        line.price.valid_from,
        line.estimated,
    )


def parts_of(lines: list[BillLine]) -> tuple[Part, ...]:
    by_component: dict[Component, list[BillLine]] = {}
    for line in lines:
        by_component.setdefault(line.component, []).append(line)
    return tuple(
        Part(component, add(line.amount for line in those), tuple(those))
        for component, those in by_component.items()
    )


def cached_share(lines: list[BillLine], gaps: list[Gap]) -> Decimal | None:
    counted: list[tuple[str, Decimal]] = [(x.unit, x.quantity) for x in lines]
    counted += [(gap.unit, gap.quantity or NOTHING) for gap in gaps]
    put_in = add(quantity for unit, quantity in counted if unit in INPUT_UNITS)
    cached = add(quantity for unit, quantity in counted if unit in CACHED_UNITS)
    return cached / put_in if put_in else None
