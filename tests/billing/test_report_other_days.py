"""Charges of no call, such as a number's price for a month, in a report."""

from datetime import UTC, date, datetime

import pytest

from billing.core.report_period import Period
from billing.models import Charge
from billing.services.report_calls import ALL, Wanted
from billing.services.report_spend import Days, spend

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Berlin


@pytest.mark.parametrize(
    ("day", "wanted", "spent"),
    [
        (date(2026, 11, 21), ALL, 1),
        (date(2026, 11, 20), ALL, 0),
        (date(2026, 11, 21), Wanted(("+12025550100",)), 1),
        (date(2026, 11, 21), Wanted(("+12025550101",)), 0),
        (date(2026, 11, 21), Wanted((), "1"), 0),
    ],
)
def test_a_charge_of_no_call_counts_on_its_day_and_line(
    day: date, wanted: Wanted, spent: int
) -> None:
    Charge.objects.create(
        key="number",
        number="+12025550100",
        provider="twilio",
        item="number",
        component="number",
        at=LATE,
        day=LATE.date(),
        amount=1,
        currency="USD",
        cause="conversation",
    )
    found = spend(Days(Period(day, day, "Europe/Berlin"), wanted, as_kept=False))
    assert found.total == spent
    assert sum(found.by_cause.values()) == spent
