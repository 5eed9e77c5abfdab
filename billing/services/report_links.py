"""Where the figures of a report lead to, as whole addresses: they stand in mails."""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from billing.core.report import Report
from billing.core.report_period import Period


def to_page(name: str, *args: object, **query: str) -> str:
    path = reverse(f"admin:{name}", args=args)
    return f"{settings.PORTAL_URL}{path}" + (f"?{urlencode(query)}" if query else "")


def to_call(call_id: int) -> str:
    return to_page("calls_call_change", call_id)


def to_calls(
    period: Period, numbers: tuple[str, ...] = (), agent: str = "", **narrowed: str
) -> str:
    """The list of the period's calls, narrowed down."""
    query = {
        "offered_at__gte": f"{period.starts_at:%Y-%m-%d %H:%M:%S+00:00}",
        "offered_at__lt": f"{period.ends_at:%Y-%m-%d %H:%M:%S+00:00}",
    }
    if numbers:
        query["dialled__in"] = ",".join(numbers)
    if agent:
        query["agent_key__exact"] = agent
    return to_page("calls_call_changelist", **query, **narrowed)


def to_calls_of(report: Report, **narrowed: str) -> str:
    """The calls that a report counts."""
    return to_calls(report.period, report.numbers, report.agent, **narrowed)
