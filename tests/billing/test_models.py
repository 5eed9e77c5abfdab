from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.models import Price
from tests.billing.rows import save_price

pytestmark = pytest.mark.django_db


def test_a_price_is_there_once_for_its_day_and_currency() -> None:
    save_price(valid_from=date(2026, 3, 1))
    save_price(valid_from=date(2026, 3, 2))
    save_price(valid_from=date(2026, 3, 1), currency="EUR")
    with pytest.raises(IntegrityError), transaction.atomic():
        save_price(valid_from=date(2026, 3, 1))


@pytest.mark.parametrize(
    "fields", [{"amount": "-1"}, {"per": 0}, {"currency": "usd"}, {"currency": "US"}]
)
def test_the_database_refuses(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        save_price(**fields)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"unit": "sip_minute"}, "OpenAI does not charge by minutes over SIP."),
        ({"provider": "twilio"}, "Twilio does not charge by text tokens in."),
        (
            {"provider": "twilio", "unit": "sip_minute"},
            "“gpt-test” is not one of conversation_relay,",
        ),
        ({"amount": Decimal(-1)}, "greater than or equal to 0"),
        ({"amount": Decimal("0.0000001")}, "no more than 6 decimal places"),
        ({"per": 0}, "greater than or equal to 1"),
        ({"currency": "usd"}, "Write three letters, as in USD."),
        ({"unit": "carrots"}, "is not a valid choice"),
        ({"item": ""}, "cannot be blank"),
        ({"valid_from": date(2026, 1, 1)}, "There is a price for this from that day"),
    ],
)
def test_a_bad_price_is_told_what_to_change(fields: dict[str, Any], told: str) -> None:
    save_price(valid_from=date(2026, 1, 1))
    row = {"provider": "openai", "item": "gpt-test", "unit": "text_in", "amount": 1}
    with pytest.raises(ValidationError) as refused:
        Price(**{**row, "valid_from": date(2026, 2, 1), **fields}).full_clean()
    assert any(told in message for message in refused.value.messages)


def test_a_price_knows_when_the_next_one_begins() -> None:
    first, last = date(2026, 1, 1), date(2026, 6, 1)
    for day in (first, last):
        save_price(valid_from=day)
    save_price(valid_from=date(2026, 2, 1), currency="EUR")
    save_price(valid_from=date(2026, 3, 1), unit="text_out")
    rows = Price.objects.filter(item="gpt-test", unit="text_in", currency="USD")
    ends = {row.valid_from: getattr(row, "ends_on", "?") for row in rows.with_end()}
    assert ends == {first: last, last: None}


def test_a_price_reads_as_words() -> None:
    price = save_price(valid_from=date(2026, 3, 1))
    assert str(price) == "gpt-test, text tokens in, from 2026-03-01"


def test_a_price_as_a_value_is_the_same() -> None:
    price = save_price(amount="0.5", per=7, note="a note")
    assert price.entry().amount == Decimal("0.5")
    assert (price.entry().per, price.entry().note) == (7, "a note")
