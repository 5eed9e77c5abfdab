"""Our ledger beside the providers' bills: kept, explained, an alarm above a share."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from billing.core.reconciling import Billed
from billing.core.units import Provider
from billing.models import CarrierPrice, Reconciliation
from billing.services.bill_words import remainder_words, what_words
from billing.services.reconciling import (
    carrier_bill,
    keep_comparison,
    keep_leg_prices,
    model_bill,
)
from calls.core.words import IncidentKind
from calls.models import Incident
from calls.providers.openai_costs import CostLine
from calls.providers.twilio.bills import LegPrice, UsageRecord
from tests.billing.ledger_rows import after, enter_all, over, say, set_prices
from tests.makers_calls import NOON, make_attempt, make_handoff

pytestmark = pytest.mark.django_db
DAY = NOON.date()


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()


def record(category: str, price: str, quantity: str = "1", **rest: Any) -> UsageRecord:
    currency = rest.get("currency", "USD")
    amount = Decimal(price)
    return UsageRecord(
        category, category, Decimal(quantity), "minutes", amount, currency
    )


def line(item: str, amount: str) -> CostLine:
    return CostLine(item, Decimal(amount), "USD")


def rows() -> dict[str, tuple[Decimal | None, Decimal | None]]:
    return {r.item: (r.ours, r.theirs) for r in Reconciliation.objects.all()}


def test_bills_that_agree_raise_no_alarm() -> None:
    say(over(), 5, 10, 5, 2)
    enter_all()
    bill = carrier_bill([record("calls-inbound-local", "2", "2")])
    keep_comparison(Provider.TWILIO, DAY, bill, after(9))
    costs = [
        line("gpt-6-luna, input", "0.5"),
        line("gpt-6-luna, cached input", "0.05"),
        line("gpt-6-luna-2026-09-22, output", "1"),
    ]
    keep_comparison(Provider.OPENAI, DAY, model_bill(costs), after(9))
    assert rows() == {
        "voice_inbound": (2, 2),
        "gpt-6-luna": (Decimal("1.55"), Decimal("1.55")),
    }
    assert not Incident.objects.exists()
    row = Reconciliation.objects.get(item="voice_inbound")
    assert what_words(row) == "Caller's leg"
    assert remainder_words(row, Decimal(0)) == "Both say the same."


def test_a_bill_that_differs_is_shown_with_the_calls_it_may_be_and_an_alarm() -> None:
    plain, doubtful = over(), over()
    say(plain, 5, 10, 0, 0)
    say(doubtful, 6, 10, 0, 0, estimated=True)
    enter_all()
    keep_comparison(Provider.OPENAI, DAY, [Billed("gpt-6-luna", "", Decimal(3))], NOON)
    row = Reconciliation.objects.get()
    assert (row.ours, row.theirs) == (Decimal(2), Decimal(3))
    assert list(row.calls.all()) == [doubtful]
    incident = Incident.objects.get(kind=IncidentKind.COSTS_DISAGREE)
    assert "OpenAI" in incident.detail
    assert "33.3 %" in incident.detail
    keep_comparison(Provider.OPENAI, DAY, [Billed("gpt-6-luna", "", Decimal(4))], NOON)
    assert Incident.objects.count() == Reconciliation.objects.count() == 1
    assert Incident.objects.get().settled_at is None
    keep_comparison(Provider.OPENAI, DAY, [Billed("gpt-6-luna", "", Decimal(2))], NOON)
    assert Incident.objects.get().note == "The bill agrees with our figures by now."


def test_the_share_that_a_bill_may_differ_by_is_set(settings: Settings) -> None:
    over()
    enter_all()
    settings.BILLS_MAY_DIFFER_BY = 0.5
    bill = [Billed("voice_inbound", "", Decimal(3))]
    keep_comparison(Provider.TWILIO, DAY, bill, NOON)
    assert not Incident.objects.exists()
    settings.BILLS_MAY_DIFFER_BY = 0.3
    keep_comparison(Provider.TWILIO, DAY, bill, NOON)
    assert Incident.objects.count() == 1


def test_what_only_one_side_knows_is_said() -> None:
    over()
    enter_all()
    bill = carrier_bill(
        [record("amazon-polly", "9"), record("sms", "1", currency="EUR")]
    )
    keep_comparison(Provider.TWILIO, DAY, bill, NOON)
    assert rows() == {"amazon-polly": (None, 9), "voice_inbound": (2, None)}
    unknown = Reconciliation.objects.get(item="amazon-polly")
    assert "know nothing of" in remainder_words(unknown, Decimal(9))
    unbilled = Reconciliation.objects.get(item="voice_inbound")
    assert "has not billed" in remainder_words(unbilled, Decimal(-2))


@pytest.mark.parametrize(
    ("quantity", "meaning"),
    [("2", "so the price differs"), ("3", "Something was used")],
)
def test_a_remainder_is_put_into_words(quantity: str, meaning: str) -> None:
    over()
    enter_all()
    bill = carrier_bill([record("calls-inbound-local", "3", quantity)])
    keep_comparison(Provider.TWILIO, DAY, bill, NOON)
    row = Reconciliation.objects.get()
    assert meaning in remainder_words(row, Decimal(1))
    assert f"We counted 2, they counted {quantity} minutes." in remainder_words(
        row, Decimal(1)
    )


@pytest.mark.parametrize(
    ("remainder", "meaning"),
    [
        ("0", "Both say the same."),
        ("0.0045", "They differ by less than a cent."),
        ("-0.0045", "They differ by less than a cent."),
        ("-1", "Less was billed than we counted."),
        ("1", "Something was used that we were not told of"),
    ],
)
def test_a_bill_may_be_higher_or_lower(remainder: str, meaning: str) -> None:
    row = Reconciliation(ours=Decimal(2), theirs=Decimal(2) + Decimal(remainder))
    assert meaning in remainder_words(row, Decimal(remainder))


def test_a_month_without_calls_agrees_with_an_empty_bill() -> None:
    assert keep_comparison(Provider.TWILIO, date(2026, 2, 1), [], NOON) == []
    assert not Incident.objects.exists()


def test_prices_of_legs_name_the_calls_that_cost_something_else() -> None:
    right, wrong = over(), over()
    attempt = make_attempt(
        make_handoff(wrong), result="accepted", seconds=5, leg_sid="CAleg"
    )
    enter_all()
    legs = [
        LegPrice(right.carrier_sid, "", Decimal(2), "USD", 61),
        LegPrice(wrong.carrier_sid, "", Decimal(2), "USD"),
        LegPrice(attempt.leg_sid, wrong.carrier_sid, Decimal(5), "USD"),
        LegPrice("CAlate", "", None, "USD"),
    ]
    assert keep_leg_prices(legs, NOON) == keep_leg_prices(legs, NOON) == 3
    assert CarrierPrice.objects.count() == 3
    bill = carrier_bill([record("calls-outbound", "5")])
    keep_comparison(Provider.TWILIO, DAY, bill, NOON)
    row = Reconciliation.objects.get(item="voice_outbound")
    assert list(row.calls.all()) == [wrong]


def test_the_command_says_when_a_provider_cannot_be_asked(settings: Settings) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"
    with pytest.raises(CommandError, match="OpenAI could not be asked"):
        call_command("compare_bills", date="2026-11-20", stdout=StringIO())
    with pytest.raises(CommandError, match="is no day"):
        call_command("compare_bills", date="yesterday", stdout=StringIO())
