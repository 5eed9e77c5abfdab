"""Calls as a file for a spreadsheet."""

import csv

from django.db.models import QuerySet
from django.http import HttpResponse

from calls.core import zoned
from calls.core.lines import as_text
from calls.models import Call
from calls.templatetags import telling

HEADINGS = [
    "When",
    "Time zone",
    "Line",
    "Number",
    "Caller",
    "Agent",
    "How it ended",
    "Seconds",
    "Handoff reason",
    "Summary",
    "Collected",
    "Reviewed",
    "Carrier call id",
]


def as_csv(calls: QuerySet[Call]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="calls.csv"'
    response.write("\ufeff")  # tells Excel that this is UTF-8
    writer = csv.writer(response)
    writer.writerow(HEADINGS)
    for call in calls.defer(None).iterator(chunk_size=500):
        writer.writerow([unable_to_run(cell) for cell in cells(call)])
    return response


def cells(call: Call) -> list[str]:
    duration = call.duration()
    return [
        f"{zoned.in_zone(call.offered_at, call.time_zone):%Y-%m-%d %H:%M:%S}",
        call.time_zone,
        telling.line_words(call),
        call.dialled,
        call.caller or telling.caller_words(call),
        call.agent_name,
        telling.how_it_ended(call),
        "" if duration is None else str(int(duration.total_seconds())),
        getattr(call, "handoff_reason", None) or "",
        call.summary,
        as_text(call.collected),
        "yes" if call.reviewed_at else "no",
        call.carrier_sid,
    ]


def unable_to_run(cell: str) -> str:
    """A caller must not reach our spreadsheets with a formula; numbers may begin so."""
    starts_formula = cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if starts_formula and not cell[1:].isdigit() else cell
