"""What calls have used, gathered from their rows, with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson
from django.db import connection
from django.db.models import QuerySet

from billing.core import legs
from billing.core.bill import Bill
from billing.core.charges import Item
from billing.core.legs import Leg, SessionMoment
from calls.core.meter import Measured
from calls.core.words import AttemptResult, EngineState, EventKind
from calls.models import (
    Call,
    CallEvent,
    EngineSession,
    HandoffAttempt,
    Recording,
)
from routing.core.decision import CallerKind
from routing.core.ruleset import Path

SESSION_MOMENTS = [EventKind.CONNECTED.value, EventKind.SESSION_ENDED.value]
TO_MODEL = "sip:"
NO_SPEECH = ["absent", "failed"]
NEEDED = (
    "state",
    "path",
    "caller_kind",
    "answered_at",
    "over_at",
    "carrier_seconds",
)
# The model did not take the call, so there was no leg to pay for.
NEVER_TAKEN = frozenset({EngineState.REJECTED, EngineState.FAILED})
USAGE = """
SELECT call_id, provider_id, provider, item, figures::text, estimated, at::text
FROM calls_usage WHERE call_id = ANY(%s)
"""
Calls = QuerySet[Call]
Sessions = Mapping[int, EngineSession]
Keyed = tuple[int, str, Leg]


def enter_calls(bill: Bill, calls: Calls, now: datetime) -> list[Call]:
    """Seven queries, and one for each day of UTC that the prices are asked for."""
    known = list(calls.only(*NEEDED))
    for items in items_of(known, now).values():
        for item in items:
            bill.enter(item.measured, estimated=item.estimated)
    return known


def items_of(calls: Sequence[Call], now: datetime) -> dict[int, list[Item]]:
    """All that each call has used so far; six queries for any number of calls.

    What a carrier has reported as usage is not worked out again. Of SIP it reports the
    leg to the voice model; other legs over SIP are callers' and contacts'.
    """
    keys = [call.pk for call in calls]
    items: dict[int, list[Item]] = {key: [] for key in keys}
    reported: set[tuple[int, str]] = set()
    for call_id, key, provider, item, text, estimated, at in usage_of(keys):
        moment = datetime.fromisoformat(at)
        measured = Measured(provider, item, orjson.loads(text), moment)
        items[call_id].append(Item(key, measured, estimated))
        if provider == "twilio":
            reported.add((call_id, item))
    for call_id, key, leg in all_legs(calls, keys, now):
        told = (call_id, leg.item) in reported
        if not told or (leg.item == legs.SIP and not key.startswith(TO_MODEL)):
            items[call_id].append(Item(key, leg.measured(), leg.estimated))
    return items


def usage_of(keys: list[int]) -> Iterator[tuple[int, str, str, str, str, bool, str]]:
    """The columns of USAGE. There are millions of these rows in a rebuild, and figures

    and moments are read from their text several times as fast as Django would.
    """
    with connection.cursor() as cursor:
        cursor.execute(USAGE, [keys])
        yield from cursor.fetchall()


def all_legs(calls: Sequence[Call], keys: list[int], now: datetime) -> Iterator[Keyed]:
    ends = {call.pk: call.over_at or now for call in calls}
    sessions = {row.call_id: row for row in voice_sessions(keys)}
    yield from caller_legs(calls, sessions, ends)
    yield from session_legs(calls, keys, ends)
    yield from contact_legs(keys, ends)
    yield from model_legs(calls, sessions, ends)
    for call_id, sid, at, seconds in (
        Recording.objects.filter(call__in=keys, seconds__gt=0)
        .exclude(status__in=NO_SPEECH)
        .values_list("call_id", "sid", "received_at", "seconds")
    ):
        yield call_id, f"recording:{sid}", Leg(legs.RECORDING, at, seconds)


def voice_sessions(keys: list[int]) -> QuerySet[EngineSession]:
    rows = EngineSession.objects.filter(call__in=keys).order_by()
    return rows.only("call_id", "trunk", "state", "accepted_at", "over_at")


def caller_legs(
    calls: Sequence[Call], sessions: Sessions, ends: dict[int, datetime]
) -> Iterator[Keyed]:
    """A call over a bare trunk is one leg, from the carrier to the voice model."""
    for call in calls:
        session = sessions.get(call.pk)
        if session is not None and session.trunk:
            continue
        item = legs.SIP if call.caller_kind == CallerKind.SIP else legs.INBOUND
        leg = legs.caller_leg(
            item, call.answered_at, call.carrier_seconds, ends[call.pk]
        )
        if leg is not None:
            yield call.pk, f"leg:{call.pk}", leg


def session_legs(
    calls: Sequence[Call], keys: list[int], ends: dict[int, datetime]
) -> Iterator[Keyed]:
    """A call of the sip path may end in a relay session, but does not begin in one."""
    by_sip = {call.pk for call in calls if call.path == Path.SIP}
    moments: defaultdict[int, list[SessionMoment]] = defaultdict(list)
    rows = CallEvent.objects.filter(call__in=keys, kind__in=SESSION_MOMENTS).order_by()
    for call_id, at, kind, data in rows.values_list("call_id", "at", "kind", "data"):
        began = kind == EventKind.CONNECTED
        if not (began and call_id in by_sip):
            moment = SessionMoment(at, began, None if began else data.get("seconds"))
            moments[call_id].append(moment)
    for call_id, those in moments.items():
        for number, leg in enumerate(legs.relay_legs(those, ends[call_id])):
            yield call_id, f"relay:{call_id}:{number}", leg


def contact_legs(keys: list[int], ends: dict[int, datetime]) -> Iterator[Keyed]:
    rows = HandoffAttempt.objects.filter(handoff__call__in=keys).values_list(
        "pk",
        "handoff__call_id",
        "phone",
        "started_at",
        "finished_at",
        "seconds",
        "result",
    )
    for key, call_id, phone, began_at, finished_at, seconds, result in rows.order_by():
        talked = result == AttemptResult.ACCEPTED
        until = (finished_at or ends[call_id]) if talked else None
        leg = legs.contact_leg(phone, began_at, seconds, until)
        if leg is not None:
            yield call_id, f"contact:{key}", leg


def model_legs(
    calls: Sequence[Call], sessions: Sessions, ends: dict[int, datetime]
) -> Iterator[Keyed]:
    """The leg to the voice model, until the carrier tells how long it was.

    Till then it is ours to measure. Where we cannot, because nobody has told us that
    the model took the call, its seconds are missing and said to be so.
    """
    for call in calls:
        if call.path != Path.SIP or call.answered_at is None:
            continue
        session = sessions.get(call.pk)
        leg = Leg(legs.SIP, call.answered_at, None)
        if session is not None and session.accepted_at is not None:
            until = session.over_at or ends[call.pk]
            leg = legs.guess(legs.SIP, session.accepted_at, until)
        elif session is not None and session.state in NEVER_TAKEN:
            continue
        yield call.pk, f"{TO_MODEL}{call.pk}", leg
