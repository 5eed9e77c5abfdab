"""What the calls of a report's days were, and what they left behind.

Calls are those offered within the period, by its own time zone. Each function asks a
fixed number of queries; what is counted is counted by the database.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from billing.core.report import Counted, FollowUps, HandoffSum, IncidentSum
from billing.core.report_period import Period
from calls.core.ledger import Ledger
from calls.core.words import CallState, Disposition, HandoffResult
from calls.models import Call, FollowUp, Handoff, Incident
from calls.reports import CONTAINED, LocalDay
from routing.core.decision import Verdict

# By the agent, or without it by a person.
ANSWERED = Q(answered_at__isnull=False) | Q(disposition=Disposition.HANDED_OFF)
ACCEPTED = Q(decision__verdict=Verdict.ACCEPT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lines (E.164) and the agent's key a report is about; empty for all."""

    numbers: tuple[str, ...] = ()
    agent: str = ""

    def of_calls(self, prefix: str = "") -> Q:
        """The condition, on calls themselves or on what hangs on them."""
        wanted = Q()
        if self.numbers:
            wanted &= Q(**{f"{prefix}dialled__in": self.numbers})
        if self.agent:
            wanted &= Q(**{f"{prefix}agent_key": self.agent})
        return wanted


ALL = Wanted()


def offered(period: Period, wanted: Wanted, prefix: str = "") -> Q:
    since = Q(**{f"{prefix}offered_at__gte": period.starts_at})
    until = Q(**{f"{prefix}offered_at__lt": period.ends_at})
    return since & until & wanted.of_calls(prefix)


def calls_of(period: Period, wanted: Wanted = ALL) -> QuerySet[Call]:
    return Call.objects.filter(offered(period, wanted)).order_by()


def count_calls(period: Period, wanted: Wanted = ALL) -> Counted:
    """One query."""
    rows = list(
        calls_of(period, wanted)
        .values("state", "disposition")
        .annotate(
            calls=Count("pk"),
            answered=Count("pk", filter=ANSWERED),
            accepted=Count("pk", filter=ACCEPTED),
        )
    )
    closed = [row for row in rows if row["state"] == CallState.CLOSED]
    ended, accepted = Counter[str](), Counter[str]()
    for row in closed:
        ended[row["disposition"]] += row["calls"]
        accepted[row["disposition"]] += row["accepted"]
    going_on = sum(r["calls"] for r in rows if r["state"] != CallState.CLOSED)
    return Counted(
        ledger=Ledger(
            offered=sum(row["calls"] for row in rows),
            going_on=going_on,
            ended={d: ended[d] for d in Disposition if ended[d]},
        ),
        answered=sum(row["answered"] for row in rows),
        accepted=accepted.total(),
        contained=sum(accepted[d] for d in CONTAINED),
    )


def calls_by_day(
    days: Sequence[date], zone: str, wanted: Wanted = ALL
) -> Mapping[date, Mapping[str, int]]:
    """One query. By disposition, which is empty for calls that are not over yet."""
    whole = Period(days[0], days[-1], zone)
    rows = (
        calls_of(whole, wanted)
        .values("disposition", day=LocalDay(Value(zone), "offered_at"))
        .annotate(calls=Count("pk"))
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row["day"]][row["disposition"]] = row["calls"]
    return found


def count_handoffs(period: Period, wanted: Wanted = ALL) -> tuple[HandoffSum, ...]:
    """One query; the most frequent reason first."""

    def ended(result: HandoffResult) -> Count:
        return Count("pk", filter=Q(result=result))

    rows = (
        Handoff.objects.filter(offered(period, wanted, "call__"))
        .order_by()
        .values(why=Coalesce(NullIf("corrected_reason", Value("")), F("reason")))
        .annotate(
            asked=Count("pk"),
            connected=ended(HandoffResult.CONNECTED),
            nobody=ended(HandoffResult.NOBODY),
            caller_left=ended(HandoffResult.CALLER_LEFT),
            pending=ended(HandoffResult.PENDING),
        )
        .order_by("-asked", "why")
    )
    return tuple(
        HandoffSum(
            reason=row["why"],
            asked=row["asked"],
            connected=row["connected"],
            nobody=row["nobody"],
            caller_left=row["caller_left"],
            pending=row["pending"],
        )
        for row in rows
    )


def count_incidents(period: Period, wanted: Wanted = ALL) -> tuple[IncidentSum, ...]:
    """One query, by the moment of each. Those of no call concern every line."""
    concerned = wanted.of_calls("call__")
    rows = (
        Incident.objects.filter(at__gte=period.starts_at, at__lt=period.ends_at)
        .filter((concerned | Q(call=None)) if concerned else Q())
        .order_by()
        .values("kind", "cause")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(settled_at=None)),
            latest=Max("at"),
            detail=Max("detail"),
        )
        .order_by("-count", "kind", "cause")
    )
    return tuple(IncidentSum(**row) for row in rows)


def count_follow_ups(period: Period, wanted: Wanted, now: datetime) -> FollowUps:
    """Two queries."""
    concerned = FollowUp.objects.filter(wanted.of_calls("call__"))
    opened = concerned.filter(offered(period, wanted, "call__")).count()
    still = concerned.filter(done_at=None).aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now))
    )
    return FollowUps(opened, still["open"], still["overdue"])
