"""A provider's figures, read with doubt: what is wrong in them is kept, not dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from billing.core.units import Component, Unit

NOTHING = Decimal(0)
# A single event of more than this is a mistake of somebody's, not an amount to bill.
MOST_WHOLE = 10**9
MOST = Decimal(MOST_WHOLE)
# With a fixed number of places sums are exact, whatever their order.
PLACES = Decimal("1e-9")


class Why(StrEnum):
    """Why something on a bill has no amount, or not its whole amount."""

    UNKNOWN_ITEM = "unknown_item"
    NO_PRICE = "no_price"
    NOT_YET_VALID = "not_yet_valid"
    OTHER_CURRENCY = "other_currency"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NEGATIVE = "negative"
    UNKNOWN_KIND = "unknown_kind"
    INCONSISTENT = "inconsistent"
    LONG_INPUT = "long_input"


class Reading(NamedTuple):
    """So much of a unit, never nothing of it."""

    component: Component
    unit: Unit
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """`what` is a unit, or the provider's name of the figure at fault."""

    what: str
    quantity: Decimal | None
    why: Why


@dataclass(slots=True)
class Notes:
    """What was read so far, and what could not be."""

    readings: list[Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def put(self, component: Component, unit: Unit, quantity: Decimal) -> None:
        if quantity:
            self.readings.append(Reading(component, unit, quantity))

    def doubt(self, what: str, why: Why, quantity: Decimal | None = None) -> None:
        self.faults.append(Fault(what, quantity, why))

    def optional(self, figures: Mapping[str, object], key: str) -> Decimal | None:
        """None when the figure is missing or cannot be read."""
        value = figures.get(key)
        if value is None:
            return None
        if type(value) is int and 0 <= value <= MOST_WHOLE:
            return Decimal(value)  # nearly always; the rest is for the odd ones
        number = as_number(value)
        if number is None:
            self.doubt(key, Why.UNREADABLE)
        elif number < 0:
            self.doubt(key, Why.NEGATIVE, number)
            number = None
        return number

    def count(self, figures: Mapping[str, object], key: str) -> Decimal:
        """A figure that providers leave out when there is nothing to count."""
        return self.optional(figures, key) or NOTHING

    def needed(self, figures: Mapping[str, object], key: str) -> Decimal:
        if figures.get(key) is None:
            self.doubt(key, Why.MISSING)
        return self.count(figures, key)

    def section(self, figures: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = figures.get(key)
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.doubt(key, Why.UNREADABLE)
        return {}


def as_number(value: object) -> Decimal | None:
    """Whole numbers, fractions and their text; None for all else."""
    if type(value) is int:
        number = Decimal(value)
    elif isinstance(value, float | str | Decimal):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
    else:
        return None
    if not number.is_finite() or abs(number) > MOST:
        return None
    return number if type(value) is int else number.quantize(PLACES)
