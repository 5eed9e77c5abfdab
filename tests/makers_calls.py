"""Rows of the calls app for tests. Each maker fills in what its test does not name."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from calls.core.words import CallState, EventKind, HandoffReason
from calls.models import Call, CallEvent, Handoff, HandoffAttempt, Recording
from routing.core.decision import Because, CallerKind, Verdict
from routing.core.ruleset import Path

SERIAL = count(1)
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def sid(kind: str = "CA") -> str:
    return f"{kind}{next(SERIAL):032x}"


def make_call(**fields: Any) -> Call:
    """An accepted call that was just offered. `verdict` and `because` go into its

    decision; a state other than offered brings the times that belong to it.
    """
    verdict = fields.pop("verdict", Verdict.ACCEPT)
    because = fields.pop("because", Because.RULE)
    state = fields.get("state", CallState.OFFERED)
    offered_at = fields.setdefault("offered_at", NOON)
    fields.setdefault("carrier_sid", sid())
    fields.setdefault("account_sid", "AC" + "0" * 32)
    fields.setdefault("dialled", "+12025550100")
    fields.setdefault("caller", "+12025550199")
    fields.setdefault("caller_kind", CallerKind.NUMBER)
    fields.setdefault("path", Path.RELAY)
    fields.setdefault("release_number", 0)
    fields.setdefault("decision", {"verdict": verdict, "because": because})
    fields.setdefault("last_seen_at", offered_at)
    if state in (CallState.OVER, CallState.CLOSED):
        fields.setdefault("over_at", offered_at + timedelta(minutes=1))
    if state == CallState.CLOSED:
        fields.setdefault("closed_at", offered_at + timedelta(minutes=2))
        fields.setdefault("disposition", "resolved")
    return Call.objects.create(**fields)


def make_event(
    call: Call, kind: EventKind, *, stream: int = 1, **data: Any
) -> CallEvent:
    """The next entry of a stream, a second after the one before it."""
    seq = call.events.filter(stream=stream).count()
    if stream == 0:
        Call.objects.filter(pk=call.pk).update(carrier_events=seq + 1)
    return CallEvent.objects.create(
        call=call,
        stream=stream,
        seq=seq,
        at=call.offered_at + timedelta(seconds=call.events.count()),
        kind=kind,
        data=data,
    )


def make_handoff(call: Call, **fields: Any) -> Handoff:
    fields.setdefault("reason", HandoffReason.CALLER_ASKED)
    fields.setdefault("policy_key", call.policy_key)
    fields.setdefault("asked_at", call.offered_at + timedelta(seconds=30))
    return Handoff.objects.create(call=call, **fields)


def make_attempt(handoff: Handoff, **fields: Any) -> HandoffAttempt:
    fields.setdefault("position", handoff.attempts.count())
    fields.setdefault("contact_key", "1")
    fields.setdefault("contact_name", "Ana")
    fields.setdefault("phone", "+12025550151")
    fields.setdefault("ring_seconds", 20)
    fields.setdefault("started_at", handoff.asked_at)
    return HandoffAttempt.objects.create(handoff=handoff, **fields)


def make_recording(call: Call, **fields: Any) -> Recording:
    fields.setdefault("sid", sid("RE"))
    fields.setdefault("seconds", 12)
    fields.setdefault("status", "completed")
    return Recording.objects.create(call=call, **fields)
