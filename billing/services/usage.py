"""What calls have used, gathered with a fixed number of queries.

Models' own figures are kept as usage, each once by its id. Of the carrier it is its
callbacks that count, and only where none is stored the rows of the call.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import orjson
from django.db import connection
from django.db.models import QuerySet

from billing.core import legs
from billing.core.bill import Bill
from billing.core.callbacks import ENDPOINTS, NO_SPEECH, Told
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
NEEDED = (
    "carrier_sid",
    "state",
    "path",
    "caller_kind",
    "answered_at",
    "over_at",
    "carrier_seconds",
)
# The model did not take the call, so there was no leg to pay for.
NEVER_TAKEN = frozenset({EngineState.REJECTED, EngineState.FAILED})
NEEDED_OF_ATTEMPTS = (
    "phone",
    "started_at",
    "finished_at",
    "seconds",
    "result",
    "leg_sid",
    "handoff__call_id",
)
CALLBACKS = """
SELECT endpoint, call_sid, params::text, received_at::text FROM calls_callback
WHERE call_sid = ANY(%s) AND endpoint = ANY(%s)
    AND (endpoint <> 'status' OR params ? 'CallDuration')
ORDER BY id
"""
USAGE = """
SELECT call_id, provider_id, provider, item, figures::text, estimated, at::text
FROM calls_usage WHERE call_id = ANY(%s)
"""
Calls = QuerySet[Call]
Keyed = tuple[int, str, Leg]


def enter_calls(bill: Bill, calls: Calls, now: datetime) -> list[Call]:
    """Eight queries, and one for each day of UTC that the prices are asked for."""
    known = list(calls.only(*NEEDED))
    for items in items_of(known, now).values():
        for item in items:
            bill.enter(item.measured, estimated=item.estimated)
    return known


def items_of(calls: Sequence[Call], now: datetime) -> dict[int, list[Item]]:
    """All that each call has used so far; seven queries for any number of calls.

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
    rows = Rows(calls, now)
    for call_id, key, leg in voice_legs_told(rows):
        if (call_id, leg.item) not in reported:
            reported.add((call_id, leg.item))
            items[call_id].append(Item(key, leg.measured()))
    for call_id, key, leg in all_legs(rows):
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


class Rows:
    """What is known of the legs of these calls, in the order of a query each."""

    def __init__(self, calls: Sequence[Call], now: datetime) -> None:
        self.calls = calls
        self.keys = [call.pk for call in calls]
        self.ends = {call.pk: call.over_at or now for call in calls}
        self.sids = {call.pk: call.carrier_sid for call in calls}
        self.attempts = attempts_of(self.keys)
        self.sessions = {row.call_id: row for row in voice_sessions(self.keys)}
        leg_sids = {row.leg_sid for row in self.attempts}
        leg_sids |= {row.leg_sid for row in self.sessions.values()}
        self.told = told_of([*self.sids.values(), *(leg_sids - {""})])


def attempts_of(keys: list[int]) -> list[HandoffAttempt]:
    rows = HandoffAttempt.objects.filter(handoff__call__in=keys).order_by()
    return list(rows.select_related("handoff").only(*NEEDED_OF_ATTEMPTS))


def voice_sessions(keys: list[int]) -> QuerySet[EngineSession]:
    rows = EngineSession.objects.filter(call__in=keys).order_by()
    return rows.only("call_id", "trunk", "state", "accepted_at", "over_at", "leg_sid")


def told_of(sids: list[str]) -> Told:
    told = Told()
    with connection.cursor() as cursor:
        cursor.execute(CALLBACKS, [sids, list(ENDPOINTS)])
        for endpoint, sid, params, at in cursor.fetchall():
            told.enter(endpoint, sid, orjson.loads(params), datetime.fromisoformat(at))
    return told


def all_legs(rows: Rows) -> Iterator[Keyed]:
    yield from caller_legs(rows)
    yield from session_legs(rows)
    yield from contact_legs(rows)
    yield from model_legs(rows)
    yield from recordings(rows)


def voice_legs_told(rows: Rows) -> Iterator[Keyed]:
    """Of the leg to the voice model, as `calls` keeps it when the carrier tells it."""
    for call_id, session in rows.sessions.items():
        told = rows.told.legs.get(session.leg_sid)
        if told is not None and not session.trunk:
            seconds, at = told
            began_at = at - timedelta(seconds=seconds)
            yield call_id, session.leg_sid, Leg(legs.SIP, began_at, seconds)


def caller_legs(rows: Rows) -> Iterator[Keyed]:
    """A call over a bare trunk is one leg, from the carrier to the voice model."""
    for call in rows.calls:
        session = rows.sessions.get(call.pk)
        if session is not None and session.trunk:
            continue
        item = legs.SIP if call.caller_kind == CallerKind.SIP else legs.INBOUND
        told = rows.told.seconds_of(call.carrier_sid)
        seconds = call.carrier_seconds if told is None else told
        leg = legs.caller_leg(item, call.answered_at, seconds, rows.ends[call.pk])
        if leg is not None:
            yield call.pk, f"leg:{call.pk}", leg


def session_legs(rows: Rows) -> Iterator[Keyed]:
    """A call of the sip path may end in a relay session, but does not begin in one."""
    by_sip = {call.pk for call in rows.calls if call.path == Path.SIP}
    moments: defaultdict[int, list[SessionMoment]] = defaultdict(list)
    for key, sid in rows.sids.items():
        if sid in rows.told.sessions:
            moments[key].extend(rows.told.sessions[sid].values())
    events = CallEvent.objects.filter(call__in=rows.keys, kind__in=SESSION_MOMENTS)
    events = events.order_by()
    for call_id, at, kind, data in events.values_list("call_id", "at", "kind", "data"):
        if kind == EventKind.CONNECTED:
            if call_id not in by_sip:
                moments[call_id].append(SessionMoment(at, True))
        elif not is_told(rows.told.sessions.get(rows.sids[call_id]), data):
            moments[call_id].append(SessionMoment(at, False, data.get("seconds")))
    for call_id, those in moments.items():
        for number, leg in enumerate(legs.relay_legs(those, rows.ends[call_id])):
            yield call_id, f"relay:{call_id}:{number}", leg


def is_told(
    sessions: Mapping[str, SessionMoment] | None, data: Mapping[str, object]
) -> bool:
    """The end of this session stands in the inbox, too."""
    return bool(sessions) and (data.get("session") or "") in {"", *(sessions or ())}


def contact_legs(rows: Rows) -> Iterator[Keyed]:
    for row in rows.attempts:
        call_id = row.handoff.call_id
        talked = row.result == AttemptResult.ACCEPTED
        until = (row.finished_at or rows.ends[call_id]) if talked else None
        told = rows.told.seconds_of(row.leg_sid)
        seconds = row.seconds if told is None else told
        leg = legs.contact_leg(row.phone, row.started_at, seconds, until)
        if leg is not None:
            yield call_id, f"contact:{row.pk}", leg


def model_legs(rows: Rows) -> Iterator[Keyed]:
    """The leg to the voice model, until the carrier tells how long it was.

    Till then it is ours to measure. Where we cannot, because nobody has told us that
    the model took the call, its seconds are missing and said to be so.
    """
    for call in rows.calls:
        if call.path != Path.SIP or call.answered_at is None:
            continue
        session = rows.sessions.get(call.pk)
        leg = Leg(legs.SIP, call.answered_at, None)
        if session is not None and session.accepted_at is not None:
            until = session.over_at or rows.ends[call.pk]
            leg = legs.guess(legs.SIP, session.accepted_at, until)
        elif session is not None and session.state in NEVER_TAKEN:
            continue
        yield call.pk, f"{TO_MODEL}{call.pk}", leg


def recordings(rows: Rows) -> Iterator[Keyed]:
    heard = set()
    for key, sid in rows.sids.items():
        for name, told in rows.told.recordings.get(sid, {}).items():
            heard.add(name)
            if told.seconds and not told.silent:
                leg = Leg(legs.RECORDING, told.at, told.seconds)
                yield key, f"recording:{name}", leg
    known = Recording.objects.filter(call__in=rows.keys, seconds__gt=0)
    known = known.exclude(status__in=NO_SPEECH).exclude(sid__in=heard).order_by()
    for call_id, name, at, seconds in known.values_list(
        "call_id", "sid", "received_at", "seconds"
    ):
        yield call_id, f"recording:{name}", Leg(legs.RECORDING, at, seconds)
