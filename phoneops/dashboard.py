"""What the admin's first page shows: the operation at this moment and today.

Each part is read only for those who may see it; the number of queries is fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from calls import reports
from calls.core import zoned
from calls.core.lines import in_words
from calls.templatetags.telling import TONES
from phoneops.trends import trends

REFRESH_SECONDS = 5
FOLLOW_UPS_SHOWN = 6
LAYOUTS = {False: "admin/base_site.html", True: "calls/part.html"}


@dataclass(frozen=True, slots=True)
class Term:
    """One disposition of the day: a term of the ledger and a bar of the chart."""

    words: str
    calls: int
    tone: str
    link: str


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    context |= {
        "zone": "UTC",
        "layout": LAYOUTS["part" in request.GET],
        "title": "Operations",
        "now": now,
        "refresh": REFRESH_SECONDS,
        "simulated": settings.SIMULATED,
    }
    if request.user.has_perm("calls.view_call"):
        context |= calls_part(now)
        if "part" not in request.GET:  # days change more slowly than calls
            context["trends"] = trends(request, now)
    if request.user.has_perm("calls.view_handoff"):
        context["handoffs"] = reports.handoffs_of_today(now)
    if request.user.has_perm("calls.view_followup"):
        context["follow_ups"] = reports.open_follow_ups(now, FOLLOW_UPS_SHOWN)
    if request.user.has_perm("calls.view_incident"):
        context["incidents"] = incidents = reports.open_incidents()
        context["incident_count"] = sum(row.count for row in incidents)
    return context


def calls_part(now: datetime) -> dict[str, Any]:
    live = reports.live_calls()
    book = reports.book_of_today(now)
    zone = book.zones[0] if len(book.zones) == 1 else "UTC"
    more = len(live) > reports.LIVE_SHOWN
    return {
        "live": live[: reports.LIVE_SHOWN],
        "live_count": f"more than {reports.LIVE_SHOWN}" if more else len(live),
        "book": book,
        "terms": [
            Term(in_words(d), count, TONES.get(d, "plain"), today(disposition__exact=d))
            for d, count in book.ledger.ended.items()
        ],
        "going_on_link": today(standing="live"),
        "today": day_words(now, book.zones),
        "zone": zone,
    }


def today(**narrowed: str) -> str:
    """The list of today's calls, narrowed down."""
    query = urlencode({"day": "today", **narrowed})
    return f"{reverse('admin:calls_call_changelist')}?{query}"


def day_words(now: datetime, zones: Sequence[str]) -> str:
    if len(zones) != 1:
        return "Today, in each line's own time zone"
    there = zoned.in_zone(now, zones[0])
    return f"Today, {there:%A} {there.day} {there:%B} ({zones[0]})"
