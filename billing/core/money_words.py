"""Money and quantities as people read them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from billing.core.bill import Gap
from billing.core.reading import Why
from billing.core.units import UNIT_WORDS, Unit

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
CENT = Decimal("0.01")
SMALLEST = Decimal("0.0001")

WHY_WORDS: Mapping[Why, str] = {
    Why.UNKNOWN_ITEM: "The price list does not know it.",
    Why.NO_PRICE: "The price list has prices for it, but none for this unit.",
    Why.NOT_YET_VALID: "Its first price begins on a later day.",
    Why.OTHER_CURRENCY: "It only has a price in another currency.",
    Why.MISSING: "The provider did not tell how much it was.",
    Why.UNREADABLE: "The provider's figures cannot be read.",
    Why.NEGATIVE: "The provider told less than nothing.",
    Why.UNKNOWN_KIND: "The provider did not tell of what kind they were.",
    Why.INCONSISTENT: "The provider's figures contradict each other.",
    Why.LONG_INPUT: "So long an input costs more, and the surcharge is not counted.",
}


def money(amount: Decimal, currency: str) -> str:
    """Of less than one, four decimals; too little to be shown is not shown as 0."""
    if 0 < amount < SMALLEST:
        return f"under {signed(str(SMALLEST), currency)}"
    places = CENT if amount == 0 or amount >= 1 else SMALLEST
    return signed(f"{amount.quantize(places, ROUND_HALF_UP):,f}", currency)


def rate(amount: Decimal, per: int, currency: str) -> str:
    """A price with all its decimals: "$0.0085 each", "$4.00 per 1,000,000"."""
    exact = amount.normalize()
    if exact.as_tuple().exponent > -2:  # type: ignore[operator]
        exact = exact.quantize(CENT)
    words = signed(f"{exact:,f}", currency)
    return f"{words} each" if per == 1 else f"{words} per {per:,}"


def signed(number: str, currency: str) -> str:
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}"


def count(quantity: Decimal) -> str:
    """With two decimals where there is a fraction."""
    if quantity == quantity.to_integral_value():
        return f"{quantity.to_integral_value():,f}"
    return f"{quantity.quantize(CENT, ROUND_HALF_UP):,f}"


def percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal(1), ROUND_HALF_UP)} %"


def unit_words(unit: str) -> str:
    """A provider's own name of a figure stays recognisable."""
    return UNIT_WORDS[Unit(unit)] if unit in UNIT_WORDS else unit.replace("_", " ")


def decimal(text: str | Decimal) -> Decimal:
    """Of an amount or a quantity as the ledger keeps it."""
    return Decimal(text)


def why_words(why: str) -> str:
    return WHY_WORDS[Why(why)]


def gap_words(gap: Gap) -> str:
    """ "1,234 text tokens in", or only their name where no number is known."""
    words = unit_words(gap.unit)
    return words if gap.quantity is None else f"{count(gap.quantity)} {words}"
