"""Prices and usage as plain values, with only what a test is about named in it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from billing.core.pricing import PriceEntry, PriceList
from calls.core.meter import Measured

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEW_YEAR = date(2026, 1, 1)


def make_price(
    item: str = "gpt-6-luna",
    unit: str = "text_in",
    amount: str = "1",
    per: int = 1,
    *,
    provider: str = "openai",
    currency: str = "USD",
    valid_from: date = NEW_YEAR,
) -> PriceEntry:
    return PriceEntry(provider, item, unit, Decimal(amount), per, currency, valid_from)


def make_prices(*entries: PriceEntry, **of_units: str) -> PriceList:
    """Entries as they are, and prices of gpt-6-luna by unit, each for one."""
    by_unit = [make_price(unit=unit, amount=a) for unit, a in of_units.items()]
    return PriceList([*entries, *by_unit])


def used(
    figures: object,
    item: str = "gpt-6-luna",
    *,
    provider: str = "openai",
    at: datetime = NOON,
) -> Measured:
    """`figures` may be anything, as it comes from JSON."""
    return Measured(provider, item, figures, at)  # type: ignore[arg-type]
