"""The calls of a report that somebody should listen to, and why each."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from billing.core.report import ToHear
from billing.core.report_listening import SHOWN, Reason, most_worth_hearing
from billing.core.report_period import Period
from billing.services.report_calls import ALL, Wanted, calls_of
from calls.core.words import CallState, Disposition, HandoffReason, HandoffResult
from calls.models import Call, Handoff, Incident, Recording

SHOWN_FIELDS = (
    "number_label",
    "dialled",
    "offered_at",
    "over_at",
    "answered_at",
    "time_zone",
)
HANDOFFS = Handoff.objects.filter(call=OuterRef("pk"))
INCIDENTS = Incident.objects.filter(call=OuterRef("pk")).order_by("-at")
RECORDINGS = Recording.objects.filter(call=OuterRef("pk"), seconds__gt=0)


def calls_to_hear(period: Period, wanted: Wanted = ALL) -> tuple[ToHear, ...]:
    """Eight queries. What somebody has reviewed already need not be heard again."""
    calls = calls_of(period, wanted).filter(state=CallState.CLOSED, reviewed_at=None)
    unheard = calls.only(*SHOWN_FIELDS).annotate(recorded=Exists(RECORDINGS))
    found = {
        reason: [to_hear(call, reason) for call in some[:SHOWN]]
        for reason, some in speaking_for(unheard).items()
    }
    return most_worth_hearing(found)


def speaking_for(calls: QuerySet[Call]) -> Mapping[Reason, QuerySet[Call]]:
    talked = calls.filter(answered_at__isnull=False, over_at__isnull=False)
    longest = F("answered_at") - F("over_at")
    nobody = HANDOFFS.filter(result=HandoffResult.NOBODY)
    broken = calls.filter(Exists(INCIDENTS))
    return {
        Reason.LOST: calls.filter(disposition=Disposition.LOST).order_by("-offered_at"),
        Reason.NOBODY: calls.filter(Exists(nobody)).order_by("-offered_at"),
        Reason.EMERGENCY: asked_because(calls, HandoffReason.EMERGENCY),
        Reason.ANGRY: asked_because(calls, HandoffReason.ANGRY_CALLER),
        Reason.BROKEN: broken.annotate(
            broke=Subquery(INCIDENTS.values("kind")[:1])
        ).order_by("-offered_at"),
        Reason.COSTLIEST: calls.filter(sheet__amount__gt=0)
        .annotate(cost=F("sheet__amount"))
        .order_by("-sheet__amount"),
        Reason.LEFT: talked.filter(
            disposition=Disposition.CALLER_HUNG_UP_EARLY
        ).order_by(longest),
        Reason.LONGEST: talked.order_by(longest),
    }


def asked_because(calls: QuerySet[Call], reason: HandoffReason) -> QuerySet[Call]:
    """A corrected reason counts, not the one it corrects."""
    is_reason = Q(corrected_reason=reason) | Q(corrected_reason="", reason=reason)
    return calls.filter(Exists(HANDOFFS.filter(is_reason))).order_by("-offered_at")


def to_hear(call: Call, reason: Reason) -> ToHear:
    return ToHear(
        call_id=call.pk,
        reason=reason,
        detail=getattr(call, "broke", ""),
        cost=getattr(call, "cost", None),
        line=call.number_label or call.dialled,
        offered_at=call.offered_at,
        zone=call.time_zone,
        seconds=seconds_between(call.answered_at or call.offered_at, call.over_at),
        recorded=getattr(call, "recorded", False),
    )


def seconds_between(since: datetime, until: datetime | None) -> int | None:
    return None if until is None else max(0, (until - since) // timedelta(seconds=1))
