"""Subscriptions and their reports for tests; each maker fills in what is not named."""

from datetime import date, datetime, timedelta
from typing import Any

from billing.core.report_period import Period
from billing.models import ReportSubscription, SentReport
from billing.services import report_delivery
from tests.makers_calls import NOON

FRIDAY = date(2026, 11, 20)


def make_subscription(*recipients: str, **fields: Any) -> ReportSubscription:
    fields.setdefault("name", "Clinic")
    fields.setdefault("time_zone", "America/New_York")
    fields.setdefault("served_since", NOON - timedelta(days=30))
    fields["recipients"] = list(recipients) or ["ana@example.org"]
    subscription = ReportSubscription.objects.create(**fields)
    subscription.refresh_from_db()
    return subscription


def make_report_row(
    *recipients: str, now: datetime = NOON, **fields: Any
) -> SentReport:
    """Due now, about Friday 20 November 2026."""
    subscription = make_subscription(*recipients, **fields)
    period = Period(FRIDAY, FRIDAY, subscription.time_zone)
    return report_delivery.open_report(subscription, period, now)[0]


def states_of(report: SentReport) -> dict[str, str]:
    return dict(report.deliveries.values_list("address", "state"))
