"""The report of any days as a page, with its choices in the address, and as a file."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone

from billing.chart_bars import bars
from billing.core.pricing import DOLLARS
from billing.core.report_page import Chart, Page
from billing.core.report_period import Period
from billing.models import ExchangeRate
from billing.services import report_links as links
from billing.services.report_calls import Wanted
from billing.services.report_figures import make_report
from billing.services.report_files import CSV, XLSX, as_file
from billing.services.report_making import Style, file_name, tell
from calls.core import zoned
from routing.admin.fields import time_zones
from routing.models import Agent, PhoneNumber

DAY = timedelta(days=1)
LONGEST_DAYS = 400
# Days that calls can be of; what lies far outside no calendar can count with.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
DOWNLOADS = {CSV: "Download as CSV", XLSX: "Download as spreadsheet"}


class ChoiceForm(forms.Form):
    """What the report is about. Everything has a value, so a bare address works."""

    first = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    zone = forms.ChoiceField(label="Time zone")
    agent = forms.ChoiceField(required=False)
    currency = forms.ChoiceField()
    numbers = forms.MultipleChoiceField(
        label="Lines", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, given: QueryDict) -> None:
        numbers = list(PhoneNumber.objects.values_list("e164", "label", "time_zone"))
        asked = asked_numbers(given)
        zone = given.get("zone") or first_zone(numbers)
        yesterday = zoned.in_zone(timezone.now(), zone).date() - DAY
        super().__init__(
            {
                "first": given.get("first") or given.get("last") or yesterday,
                "last": given.get("last") or given.get("first") or yesterday,
                "zone": zone,
                "agent": given.get("agent", ""),
                "currency": given.get("currency") or DOLLARS,
                "numbers": asked,
            }
        )
        named = {e164: label for e164, label, _ in numbers}
        self.choose("numbers", named | {n: n for n in asked if n not in named})
        self.choose("zone", dict(time_zones()))
        agents = {str(pk): name for pk, name in Agent.objects.values_list("pk", "name")}
        self.choose("agent", {"": "All agents"} | agents)
        entered = ExchangeRate.objects.order_by("currency").distinct("currency")
        codes = [DOLLARS, *entered.values_list("currency", flat=True)]
        self.choose("currency", {code: code for code in codes})

    def choose(self, name: str, among: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(among.items())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        far = [day for day in (first, last) if day and not EARLIEST <= day <= LATEST]
        if far:
            raise forms.ValidationError(
                f"Choose a day between {EARLIEST.year} and {LATEST.year}."
            )
        if first and last and last < first:
            raise forms.ValidationError("The last day lies before the first.")
        if first and last and (last - first).days >= LONGEST_DAYS:
            raise forms.ValidationError(f"Choose at most {LONGEST_DAYS} days.")
        return given

    def period(self) -> Period:
        chosen = self.cleaned_data
        return Period(chosen["first"], chosen["last"], chosen["zone"])

    def wanted(self) -> Wanted:
        chosen = self.cleaned_data
        return Wanted(tuple(chosen["numbers"]), chosen["agent"])


def asked_numbers(given: QueryDict) -> list[str]:
    """Ticked one by one, or in one word, as the link of a mail has them."""
    parts = [
        part.strip() for text in given.getlist("numbers") for part in text.split(",")
    ]
    return [part for part in dict.fromkeys(parts) if part]


def first_zone(numbers: list[tuple[str, str, str]]) -> str:
    return numbers[0][2] if numbers else "UTC"


def show(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if not request.user.has_perm("billing.view_report"):
        raise PermissionDenied
    form = ChoiceForm(request.GET)
    context = {
        **site_context,
        "title": "Report",
        "form": form,
        "presets": list(presets(request, form)),
    }
    if form.is_valid():
        period, wanted = form.period(), form.wanted()
        report = make_report(period, timezone.now(), wanted)
        page = tell(report, Style(currency=form.cleaned_data["currency"]))
        kind = request.GET.get("download")
        if kind in DOWNLOADS:
            return download(page, kind, file_name(period))
        days = [one.day for one in report.days]
        context |= {
            "page": page,
            "charts": [
                bars(chart, links_of(days, chart, period, wanted))
                for chart in page.charts
            ],
            "downloads": [
                (words, address(request, download=kind))
                for kind, words in DOWNLOADS.items()
            ],
        }
    return TemplateResponse(request, "billing/report.html", context)


def links_of(
    days: list[date], chart: Chart, period: Period, wanted: Wanted
) -> list[str]:
    return [
        links.to_calls(Period(day, day, period.zone), wanted.numbers, wanted.agent)
        for day in days
    ]


def download(page: Page, kind: str, name: str) -> HttpResponse:
    file = as_file(page, kind, name)
    answer = HttpResponse(file.content, content_type=file.type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer


def presets(request: HttpRequest, form: ChoiceForm) -> Iterator[tuple[str, str]]:
    """Days that are often asked for, with all other choices as they are."""
    today = zoned.in_zone(timezone.now(), form.data["zone"]).date()
    month = today.replace(day=1)
    last_month = month - DAY
    for words, first, last in (
        ("Today", today, today),
        ("Yesterday", today - DAY, today - DAY),
        ("Last 7 days", today - 7 * DAY, today - DAY),
        ("Last 30 days", today - 30 * DAY, today - DAY),
        ("This month", month, today),
        ("Last month", last_month.replace(day=1), last_month),
    ):
        yield words, address(request, first=f"{first}", last=f"{last}")


def address(request: HttpRequest, **changed: str) -> str:
    """This page's address with other choices."""
    query = request.GET.copy()
    query.pop("download", None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"
