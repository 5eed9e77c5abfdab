"""What calls have used, gathered from their rows, with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from billing.core import legs
from billing.core.bill import Bill
from billing.core.legs import Leg, SessionMoment
from billing.core.units import Provider, Unit
from calls.core.meter import Measured
from calls.core.words import AttemptResult, EventKind
from calls.models import Call, CallEvent, HandoffAttempt, Recording, Usage
from routing.core.decision import CallerKind
from routing.core.ruleset import Path

SESSION_MOMENTS = [EventKind.CONNECTED.value, EventKind.SESSION_ENDED.value]
NO_SPEECH = ["absent", "failed"]
NEEDED = (
    "state",
    "path",
    "caller_kind",
    "answered_at",
    "over_at",
    "carrier_seconds",
)
Calls = QuerySet[Call]


def enter_calls(bill: Bill, calls: Calls, now: datetime) -> list[Call]:
    """Five queries. What a carrier has reported as usage is not worked out again."""
    known = list(calls.only(*NEEDED))
    reported = enter_usage(bill, calls)
    for call_id, leg in all_legs(known, calls, now):
        if (call_id, leg.item) not in reported:
            bill.enter(leg.measured(), estimated=leg.estimated)
    for call in known:
        if uses_sip(call) and (call.pk, legs.SIP) not in reported:
            bill.enter_unknown(Provider.TWILIO, legs.SIP, Unit.SIP_MINUTE)
    return known


def enter_usage(bill: Bill, calls: Calls) -> set[tuple[int, str]]:
    """Says which carrier's items of which calls are charged by this."""
    reported: set[tuple[int, str]] = set()
    rows = Usage.objects.filter(call__in=calls).order_by()
    for call_id, provider, item, figures, estimated, at in rows.values_list(
        "call_id", "provider", "item", "figures", "estimated", "at"
    ):
        bill.enter(Measured(provider, item, figures, at), estimated=estimated)
        if provider == Provider.TWILIO:
            reported.add((call_id, item))
    return reported


def all_legs(
    known: list[Call], calls: Calls, now: datetime
) -> Iterator[tuple[int, Leg]]:
    ends = {call.pk: call.over_at or now for call in known}
    yield from caller_legs(known, ends)
    yield from session_legs(known, calls, ends)
    yield from contact_legs(calls, ends)
    for call_id, at, seconds in (
        Recording.objects.filter(call__in=calls, seconds__gt=0)
        .exclude(status__in=NO_SPEECH)
        .values_list("call_id", "received_at", "seconds")
    ):
        yield call_id, Leg(legs.RECORDING, at, seconds)


def caller_legs(
    known: list[Call], ends: dict[int, datetime]
) -> Iterator[tuple[int, Leg]]:
    for call in known:
        item = legs.SIP if call.caller_kind == CallerKind.SIP else legs.INBOUND
        leg = legs.caller_leg(
            item, call.answered_at, call.carrier_seconds, ends[call.pk]
        )
        if leg is not None:
            yield call.pk, leg


def session_legs(
    known: list[Call], calls: Calls, ends: dict[int, datetime]
) -> Iterator[tuple[int, Leg]]:
    """A call of the sip path may end in a relay session, but does not begin in one."""
    by_sip = {call.pk for call in known if call.path == Path.SIP}
    moments: defaultdict[int, list[SessionMoment]] = defaultdict(list)
    rows = CallEvent.objects.filter(call__in=calls, kind__in=SESSION_MOMENTS)
    for call_id, at, kind, data in rows.values_list("call_id", "at", "kind", "data"):
        began = kind == EventKind.CONNECTED
        if not (began and call_id in by_sip):
            moment = SessionMoment(at, began, None if began else data.get("seconds"))
            moments[call_id].append(moment)
    for call_id, those in moments.items():
        for leg in legs.relay_legs(those, ends[call_id]):
            yield call_id, leg


def contact_legs(calls: Calls, ends: dict[int, datetime]) -> Iterator[tuple[int, Leg]]:
    rows = HandoffAttempt.objects.filter(handoff__call__in=calls).values_list(
        "handoff__call_id", "phone", "started_at", "finished_at", "seconds", "result"
    )
    for call_id, phone, began_at, finished_at, seconds, result in rows:
        talked = result == AttemptResult.ACCEPTED
        until = (finished_at or ends[call_id]) if talked else None
        leg = legs.contact_leg(phone, began_at, seconds, until)
        if leg is not None:
            yield call_id, leg


def uses_sip(call: Call) -> bool:
    """The leg to the voice model, of whose length nothing is recorded."""
    return call.path == Path.SIP and call.answered_at is not None
