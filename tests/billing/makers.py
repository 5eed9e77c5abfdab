"""Prices, usage and calls, with only what a test is about named in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from billing.core.pricing import PriceEntry, PriceList
from billing.models import Price
from calls.core.meter import Measured
from calls.models import Call, Usage
from tests.makers_calls import sid

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


def save_price(**fields: Any) -> Price:
    """Of a model that no shipped price is for."""
    fields.setdefault("provider", "openai")
    fields.setdefault("item", "gpt-test")
    fields.setdefault("unit", "text_in")
    fields.setdefault("amount", "1")
    fields.setdefault("valid_from", NEW_YEAR)
    price = Price.objects.create(**fields)
    price.refresh_from_db()
    return price


def make_usage(call: Call, figures: object, **fields: Any) -> Usage:
    fields.setdefault("provider", "openai")
    fields.setdefault("item", "gpt-6-luna")
    fields.setdefault("provider_id", sid("resp_"))
    fields.setdefault("at", call.offered_at)
    return Usage.objects.create(call=call, figures=figures, **fields)
