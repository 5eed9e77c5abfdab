"""Everything a report says, gathered by a number of queries that does not grow."""

from datetime import datetime

from billing.core.pricing import DOLLARS
from billing.core.report import NOTHING, Day, Report, chart_days
from billing.core.report_period import Period
from billing.services import report_calls, report_spend
from billing.services.report_budgets import budget_states
from billing.services.report_calls import ALL, Wanted
from billing.services.report_listening import calls_to_hear
from billing.services.report_releases import published
from billing.services.report_spend import days_of


def make_report(period: Period, now: datetime, wanted: Wanted = ALL) -> Report:
    before = period.before()
    spend = report_spend.spend(days_of(period, wanted))
    return Report(
        period=period,
        before=before,
        as_of=now,
        currency=DOLLARS,
        numbers=wanted.numbers,
        agent=wanted.agent,
        counted=report_calls.count_calls(period, wanted),
        counted_before=report_calls.count_calls(before, wanted),
        spend=spend,
        spend_before=report_spend.spend(days_of(before, wanted)),
        handoffs=report_calls.count_handoffs(period, wanted),
        budgets=budget_states(period, now, wanted),
        published=published(period, wanted),
        incidents=report_calls.count_incidents(period, wanted),
        to_hear=calls_to_hear(period, wanted),
        follow_ups=report_calls.count_follow_ups(period, wanted, now),
        days=day_by_day(period, wanted),
        without_price=report_spend.without_price(period) if spend.unpriced else (),
    )


def day_by_day(period: Period, wanted: Wanted = ALL) -> tuple[Day, ...]:
    """Three queries. At least a fortnight up to the last day of the period."""
    days = chart_days(period)
    return each_day(Period(days[0], days[-1], period.zone), wanted)


def each_day(period: Period, wanted: Wanted = ALL) -> tuple[Day, ...]:
    """Three queries."""
    days = period.dates()
    calls = report_calls.calls_by_day(days, period.zone, wanted)
    spent = report_spend.spend_by_day(days_of(period, wanted))
    return tuple(Day(day, calls.get(day, {}), spent.get(day, NOTHING)) for day in days)
