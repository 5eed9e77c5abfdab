"""Rows of prices and usage for tests; each maker fills in what is not named."""

from typing import Any

from billing.models import Price
from calls.models import Call, Usage
from tests.billing.makers import NEW_YEAR
from tests.makers_calls import sid


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
