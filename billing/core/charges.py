"""The ledger's entries: what one thing that was used has cost, and why.

A call's charges follow from the items it used, the prices of their days and the
circumstances of the call, and from nothing else. So the same call gives the same
charges however often, in whatever order and in how many pieces its usage arrived.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.core.causes import (
    NO_CIRCUMSTANCES,
    Circumstances,
    Spent,
    Split,
    split_call,
)
from billing.core.pricing import Line, Priced, Prices, Unpriced, day_of, price_usage
from billing.core.reading import NOTHING
from billing.core.units import (
    CACHED_UNITS,
    CARRIER_ITEMS,
    INPUT_UNITS,
    Component,
    Provider,
)
from calls.core.meter import Measured


class Item(NamedTuple):
    """One thing that was used. `key` is the provider's id of it, or made from one."""

    key: str
    measured: Measured
    estimated: bool = False


class Charge(NamedTuple):
    """`amount` is a lower bound where something is `unpriced`."""

    item: Item
    component: Component
    day: date
    amount: Decimal
    lines: Sequence[Line]
    unpriced: Sequence[Unpriced]
    causes: Split

    def tokens(self) -> tuple[int, int]:
        """Put in, and how many of them came from the cache; with a price or without."""
        put_in = cached = NOTHING
        for line in self.lines:
            if line.unit in INPUT_UNITS:
                put_in += line.quantity
                if line.unit in CACHED_UNITS:
                    cached += line.quantity
        for gap in self.unpriced:
            if gap.unit in INPUT_UNITS:
                put_in += gap.quantity or NOTHING
                if gap.unit in CACHED_UNITS:
                    cached += gap.quantity or NOTHING
        return int(put_in), int(cached)


def charge_call(
    items: Iterable[Item], prices: Prices, around: Circumstances = NO_CIRCUMSTANCES
) -> list[Charge]:
    """In the order of their keys."""
    known = {item.key: item for item in items}
    used = [known[key] for key in sorted(known)]
    priced = [price_usage(item.measured, prices) for item in used]
    spent = [spent_on(*pair) for pair in zip(used, priced, strict=True)]
    splits = split_call(spent, around)
    return [
        Charge(
            item=item,
            component=on.component,
            day=day_of(item.measured),
            amount=sum(split.values(), NOTHING),
            lines=found.lines,
            unpriced=found.unpriced,
            causes=split,
        )
        for item, found, on, split in zip(used, priced, spent, splits, strict=True)
    ]


def spent_on(item: Item, priced: Priced) -> Spent:
    measured = item.measured
    return Spent(
        component=component_of(measured, priced),
        item=measured.item,
        at=measured.at,
        lines=priced.lines,
        seconds=seconds_of(measured.figures),
        estimated=item.estimated,
    )


def component_of(measured: Measured, priced: Priced) -> Component:
    """Where nothing has a price, where it would stand on a bill if it had."""
    if priced.lines:
        return priced.lines[0].component
    carrier_item = CARRIER_ITEMS.get(measured.item)
    if measured.provider == Provider.TWILIO and carrier_item is not None:
        return carrier_item.component
    if "realtime" in measured.item:
        return Component.VOICE_MODEL
    return Component.LANGUAGE_MODEL


def seconds_of(figures: object) -> Decimal | None:
    told = figures.get("seconds") if isinstance(figures, Mapping) else None
    if not isinstance(told, int | float) or isinstance(told, bool) or told < 0:
        return None
    return Decimal(str(told))
