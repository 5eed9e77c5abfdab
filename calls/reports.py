"""Reads over several models: the day's numbers, and everything about one call.

A day is the day of the number that was called, so the calls of one report need not
be of the same moment. The number of queries of every function is fixed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    F,
    Func,
    Max,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import GreaterThanOrEqual

from calls.core.explained import Explained
from calls.core.ledger import Ledger
from calls.core.lines import Entry, Line
from calls.core.tokens import Tokens, count_tokens
from calls.core.transcript import tell
from calls.core.words import CallState, Disposition, HandoffResult
from calls.models import (
    Call,
    Callback,
    FollowUp,
    Handoff,
    Incident,
    Recording,
    Usage,
)
from calls.services import reasons
from routing.core.decision import Verdict

# No zone's midnight lies further from UTC than this; it lets the index on the moment
# narrow the rows down before their local day is worked out.
FURTHEST_ZONE = timedelta(hours=15)
LIVE_SHOWN = 50
CONTAINED = frozenset(
    {
        Disposition.RESOLVED,
        Disposition.MESSAGE_TAKEN,
        Disposition.CALLBACK_SCHEDULED,
    }
)


class LocalDay(Func):
    """The calendar day of a moment in a zone: `LocalDay(zone, moment)`."""

    function = "timezone"
    template = "(%(function)s(%(expressions)s))::date"
    output_field = DateField()


def local_day_of(now: datetime, zone: str = "time_zone") -> LocalDay:
    return LocalDay(zone, Value(now, output_field=DateTimeField()))


def calls_of_day(day: date, number: str | None = None) -> QuerySet[Call]:
    """Calls offered on `day`; of all numbers when `number` is None."""
    midnight = datetime.combine(day, time(), UTC)
    calls = Call.objects.filter(
        offered_at__gte=midnight - FURTHEST_ZONE,
        offered_at__lt=midnight + timedelta(days=1) + FURTHEST_ZONE,
    )
    if number is not None:
        calls = calls.filter(dialled=number)
    return calls.alias(day=LocalDay("time_zone", "offered_at")).filter(day=day)


def from_day(days_ago: int, now: datetime) -> Q:
    """The calls of the last days, today included: 0 is today alone."""
    first = now - timedelta(days=days_ago)
    earliest = first - timedelta(days=1) - FURTHEST_ZONE
    day = LocalDay("time_zone", "offered_at")
    return Q(offered_at__gte=earliest) & Q(GreaterThanOrEqual(day, local_day_of(first)))


# The day's numbers


@dataclass(frozen=True, slots=True)
class DayBook:
    """The ledger of a day, the share of calls that needed no person, the zones."""

    ledger: Ledger
    accepted: int
    contained: int
    zones: tuple[str, ...]

    def containment(self) -> int | None:
        """In whole per cent, of the accepted calls that are over."""
        return round(100 * self.contained / self.accepted) if self.accepted else None


def ledger(number: str | None, day: date) -> Ledger:
    """One query."""
    return keep_book(calls_of_day(day, number)).ledger


def book_of_today(now: datetime) -> DayBook:
    """One query."""
    return keep_book(Call.objects.filter(from_day(0, now)))


def keep_book(calls: QuerySet[Call]) -> DayBook:
    rows = list(
        calls.order_by()
        .values("time_zone", "state", "disposition")
        .annotate(
            calls=Count("pk"),
            accepted=Count("pk", filter=Q(decision__verdict=Verdict.ACCEPT)),
        )
    )
    closed = [row for row in rows if row["state"] == CallState.CLOSED]
    ended, accepted = Counter[str](), Counter[str]()
    for row in closed:
        ended[row["disposition"]] += row["calls"]
        accepted[row["disposition"]] += row["accepted"]
    return DayBook(
        ledger=Ledger(
            offered=sum(row["calls"] for row in rows),
            going_on=sum(r["calls"] for r in rows if r["state"] != CallState.CLOSED),
            ended={d: ended[d] for d in Disposition if ended[d]},
        ),
        accepted=accepted.total(),
        contained=sum(accepted[d] for d in CONTAINED),
        zones=tuple(sorted({row["time_zone"] for row in rows})),
    )


@dataclass(frozen=True, slots=True)
class HandoffCount:
    """Handoffs of one reason; a correction counts as the reason."""

    reason: str
    asked: int
    connected: int
    nobody: int

    @property
    def unfinished(self) -> int:
        """Still being tried, or the caller hung up before anybody answered."""
        return self.asked - self.connected - self.nobody


def handoffs_of_today(now: datetime) -> list[HandoffCount]:
    """One query; most frequent reason first."""
    rows = (
        Handoff.objects.filter(asked_at__gte=now - timedelta(days=1) - FURTHEST_ZONE)
        .alias(day=LocalDay("call__time_zone", "asked_at"))
        .filter(day=local_day_of(now, "call__time_zone"))
        .order_by()
        .values(why=Coalesce(NullIf("corrected_reason", Value("")), F("reason")))
        .annotate(
            asked=Count("pk"),
            connected=Count("pk", filter=Q(result=HandoffResult.CONNECTED)),
            nobody=Count("pk", filter=Q(result=HandoffResult.NOBODY)),
        )
        .order_by("-asked", "why")
    )
    return [
        HandoffCount(r["why"], r["asked"], r["connected"], r["nobody"]) for r in rows
    ]


def live_calls() -> list[Call]:
    """One query; the call that waits longest first, one more than is shown."""
    calls = Call.objects.unclosed().live().order_by("offered_at")
    return list(calls[: LIVE_SHOWN + 1])


@dataclass(frozen=True, slots=True)
class OpenFollowUps:
    total: int
    overdue: int
    first: list[FollowUp]


def open_follow_ups(now: datetime, shown: int) -> OpenFollowUps:
    """Two queries; the one due first stands first, so overdue ones do."""
    open_ones = FollowUp.objects.filter(done_at=None)
    counts = open_ones.aggregate(
        total=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now))
    )
    first = open_ones.select_related("call").order_by("due_at")[:shown]
    return OpenFollowUps(counts["total"], counts["overdue"], list(first))


@dataclass(frozen=True, slots=True)
class IncidentCount:
    cause: str
    kind: str
    count: int
    latest: datetime


def open_incidents() -> list[IncidentCount]:
    """One query; most frequent first."""
    rows = (
        Incident.objects.filter(settled_at=None)
        .order_by()
        .values("cause", "kind")
        .annotate(count=Count("pk"), latest=Max("at"))
        .order_by("-count", "cause", "kind")
    )
    return [IncidentCount(**row) for row in rows]


# One call


@dataclass(frozen=True, slots=True)
class UsageRow:
    usage: Usage
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class CallStory:
    """Everything about one call; `callbacks` only where they may be seen."""

    call: Call
    explained: Explained
    lines: list[Line]
    handoffs: list[Handoff]
    follow_ups: list[FollowUp]
    incidents: list[Incident]
    recordings: list[Recording]
    entries: list[Entry]
    usage: list[UsageRow]
    callbacks: list[Callback]

    def tokens(self) -> Tokens:
        return sum((row.tokens for row in self.usage), Tokens())


def story_of(call: Call, *, callbacks: bool) -> CallStory:
    """Eight queries, seven without the callbacks."""
    journal = call.events.values_list("at", "stream", "seq", "kind", "data")
    entries = [Entry(*row) for row in journal]
    handoffs = list(call.handoffs.order_by("asked_at").prefetch_related("attempts"))
    return CallStory(
        call=call,
        explained=reasons.explained(call),
        lines=tell(entries, call.offered_at),
        handoffs=handoffs,
        follow_ups=list(call.follow_ups.select_related("done_by")),
        incidents=list(call.incidents.select_related("settled_by").order_by("at")),
        recordings=list(call.recordings.all()),
        entries=entries,
        usage=[UsageRow(u, count_tokens(u.figures)) for u in call.usage.all()],
        callbacks=list(callbacks_of(call, handoffs)) if callbacks else [],
    )


def callbacks_of(call: Call, handoffs: Iterable[Handoff]) -> QuerySet[Callback]:
    """Of the caller's leg and of every contact that was rung."""
    legs = {a.leg_sid for h in handoffs for a in h.attempts.all()} - {""}
    sids = {call.carrier_sid} | legs
    return Callback.objects.filter(call_sid__in=sids).order_by("received_at")
