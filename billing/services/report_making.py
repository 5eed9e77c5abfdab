"""From a subscription and its days to the page that is mailed, shown or downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import translation

from billing.core.pricing import DOLLARS
from billing.core.report import Report
from billing.core.report_page import Page
from billing.core.report_period import DAY, Period
from billing.models import ExchangeRate, ReportSubscription
from billing.services import report_links as links
from billing.services import report_words as words
from billing.services.report_calls import Wanted
from billing.services.report_figures import make_report
from billing.services.report_files import CSV, XLSX, as_file
from billing.services.report_mail import Composed, compose
from billing.services.report_pages import put_into_words
from billing.services.report_words import Currency, _
from calls.core import zoned
from routing.core.callers import spaced
from routing.models import Agent, PhoneNumber


@dataclass(frozen=True, slots=True)
class Style:
    """How a report is told; its `files` are the kinds that a mail brings along."""

    name: str = "PhoneOps"
    language: str = "en"
    currency: str = DOLLARS
    files: Sequence[str] = field(default=())


def style_of(subscription: ReportSubscription) -> Style:
    wanted = {CSV: subscription.attach_csv, XLSX: subscription.attach_xlsx}
    return Style(
        subscription.name,
        subscription.language,
        subscription.currency,
        [kind for kind, is_wanted in wanted.items() if is_wanted],
    )


def latest_period(subscription: ReportSubscription, now: datetime) -> Period:
    """Yesterday, or the week that yesterday is in."""
    there = zoned.in_zone(now, subscription.time_zone).date()
    return subscription.timing().period_of(there - DAY)


def mail_about(
    period: Period, now: datetime, numbers: Sequence[str], style: Style
) -> Composed:
    page = page_about(period, now, Wanted(tuple(numbers)), style)
    name = file_name(period)
    return compose(page, [as_file(page, kind, name) for kind in style.files])


def page_about(period: Period, now: datetime, wanted: Wanted, style: Style) -> Page:
    return tell(make_report(period, now, wanted), style)


def tell(report: Report, style: Style) -> Page:
    """Two queries, for the rate and the names of the lines."""
    currency, notes = shown_in(style, report.period.last)
    return put_into_words(
        report,
        name=style.name,
        language=style.language,
        currency=currency,
        notes=notes,
        about=about(report),
        link=link_to(report),
    )


def shown_in(style: Style, day: date) -> tuple[Currency, Sequence[str]]:
    """Prices are in dollars; only a rate that somebody has entered converts them."""
    if style.currency == DOLLARS:
        return Currency(), ()
    rates = ExchangeRate.objects.filter(currency=style.currency, valid_from__lte=day)
    rate = rates.order_by("-valid_from").first()
    names = {"currency": style.currency, "dollars": DOLLARS}
    with translation.override(style.language):
        if rate is None:
            told = _(
                "Amounts are in %(dollars)s, the currency of the prices: no exchange "
                "rate for %(currency)s has been entered that was valid then."
            )
            return Currency(), (told % names,)
        told = _(
            "Amounts are in %(currency)s, converted at %(rate)s for 1 %(dollars)s, "
            "the rate entered for %(day)s and later."
        )
        exact = rate.rate.normalize()
        more = {"rate": words.number(exact), "day": words.short_day(rate.valid_from)}
        return Currency(style.currency, rate.rate), (told % (names | more),)


def about(report: Report) -> list[str]:
    """The lines and the agent it is about, as they are called now."""
    numbers = report.numbers
    known = dict(PhoneNumber.objects.values_list("e164", "label")) if numbers else {}
    names = [known.get(number) or spaced(number) for number in numbers]
    if report.agent.isdecimal():
        agents = Agent.objects.filter(pk=report.agent)
        names += agents.values_list("name", flat=True)
    return names


def link_to(report: Report) -> str:
    period = report.period
    query: dict[str, Any] = {
        "first": period.first,
        "last": period.last,
        "zone": period.zone,
    }
    if report.numbers:
        query["numbers"] = ",".join(report.numbers)
    if report.agent:
        query["agent"] = report.agent
    return links.to_page("billing_report", **query)


def file_name(period: Period) -> str:
    days = f"{period.first}" if period.days == 1 else f"{period.first}-{period.last}"
    return f"phoneops-report-{days}"
