"""Calls and spend over time on the first page; what is chosen stays in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from billing.chart_bars import Bars, bars
from billing.core.report import NOTHING, Day
from billing.core.report_page import Chart
from billing.core.report_period import Period
from billing.services import report_links as links
from billing.services.report_calls import Wanted
from billing.services.report_figures import each_day
from billing.services.report_pages import calls_chart, spend_chart
from billing.services.report_words import Currency, money
from calls.core import zoned
from routing.models import Agent, PhoneNumber

PERIODS = {"7": "7 days", "14": "14 days", "30": "30 days", "90": "90 days"}
USUAL = "14"


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    words: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Trends:
    """`calls` and `spent` are of the whole period; `link` leads to these calls."""

    choices: tuple[Choice, ...]
    charts: tuple[Bars, ...]
    calls: int
    spent: str
    zone: str
    link: str


def trends(request: HttpRequest, now: datetime) -> Trends:
    """Five queries. Days are those of the chosen line, or of the first one."""
    numbers = list(PhoneNumber.objects.values_list("e164", "label", "time_zone"))
    agents = [(str(pk), name) for pk, name in Agent.objects.values_list("pk", "name")]
    lines = [(e164, label) for e164, label, _ in numbers]
    choices = (
        choose(request, "period", "Days", list(PERIODS.items()), USUAL),
        choose(request, "number", "Line", [("", "All lines"), *lines]),
        choose(request, "agent", "Agent", [("", "All agents"), *agents]),
    )
    length, number, agent = (choice.chosen for choice in choices)
    wanted = Wanted((number,) if number else (), agent)
    zones = {e164: zone for e164, _, zone in numbers}
    zone = zones.get(number) or next(iter(zones.values()), "UTC")
    period = last_days(int(length), now, zone)
    days = each_day(period, wanted)
    shown = [calls_chart(days)]
    if request.user.has_perm("billing.view_report"):
        shown.append(spend_chart(days, Currency()))
    return Trends(
        choices=choices,
        charts=tuple(with_links(chart, days, zone, wanted) for chart in shown),
        calls=sum(sum(one.calls.values()) for one in days),
        spent=money(sum((one.spent for one in days), NOTHING), Currency())
        if len(shown) > 1
        else "",
        zone=zone,
        link=links.to_calls(period, wanted.numbers, wanted.agent),
    )


def choose(
    request: HttpRequest,
    name: str,
    words: str,
    options: Sequence[tuple[str, str]],
    usual: str = "",
) -> Choice:
    """What nobody offers is not chosen: an old link still shows a page."""
    asked = request.GET.get(name, usual)
    known = {value for value, _ in options}
    return Choice(name, words, options, asked if asked in known else usual)


def last_days(length: int, now: datetime, zone: str) -> Period:
    """Up to today."""
    today = zoned.in_zone(now, zone).date()
    return Period(today - timedelta(days=length - 1), today, zone)


def with_links(chart: Chart, days: Sequence[Day], zone: str, wanted: Wanted) -> Bars:
    return bars(
        chart,
        [
            links.to_calls(Period(one.day, one.day, zone), wanted.numbers, wanted.agent)
            for one in days
        ],
    )
