"""Relay sessions of a call: who may open one, and how it is left behind.

The handshake signature proves only that some call of our account used this address,
and it is the same for every call. What binds a socket to its call is the one-time
token in the TwiML, which `open_session` takes back (Twilio fact sheet 2.6).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from calls.core.meter import Measured
from calls.core.replay import Entry
from calls.core.words import CallState
from calls.models import Call, CallEvent, Usage
from routing.services import live

LEASE = timedelta(seconds=15)
TOKEN_LIFE = timedelta(seconds=120)


class SessionRefused(Exception):
    """The socket must not be served. The text is a cause, fit for an incident."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the carrier's `setup` frame says."""

    call_sid: str
    account_sid: str
    session: str
    token: str


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Everything the driver needs of the call; no database row is kept.

    `first`: unless something was said before, the carrier speaks the greeting.
    """

    call: int
    stream: int
    first: bool
    release: int
    dialled: str
    number_label: str
    time_zone: str
    caller: str
    caller_kind: str
    agent: str
    profile: str
    language: str
    answered_at: datetime
    past: tuple[Entry, ...] = ()
    known_caller: bool = False
    collected: Mapping[str, str] = field(default_factory=dict)
    used: tuple[Measured, ...] = ()
    most_seconds: int = 0


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(opening: Opening, *, owner: str, now: datetime) -> OpenedSession:
    """Takes the token and the lease of the call. Raises SessionRefused."""
    with transaction.atomic():
        call = (
            Call.objects.select_for_update(no_key=True)
            .filter(carrier_sid=opening.call_sid, account_sid=opening.account_sid)
            .first()
        )
        if call is None:
            raise SessionRefused("The socket names a call that we do not know.")
        _check(call, opening, now=now)
        call.relay_token_digest = ""
        call.relay_session = opening.session
        call.state = CallState.LIVE
        call.answered_at = call.answered_at or now
        call.last_seen_at = now
        call.lease_owner = owner
        call.lease_until = now + LEASE
        call.save(
            update_fields=[
                "relay_token_digest",
                "relay_session",
                "state",
                "answered_at",
                "last_seen_at",
                "lease_owner",
                "lease_until",
            ]
        )
        return opened(call)


def _check(call: Call, opening: Opening, *, now: datetime) -> None:
    if call.state in (CallState.OVER, CallState.CLOSED):
        raise SessionRefused("The socket names a call that is over.")
    live = bool(call.lease_owner and call.lease_until and call.lease_until > now)
    if live and call.relay_session == opening.session:
        raise SessionRefused("A second socket for a session that is live.")
    again = call.relay_session == opening.session and _reconnects(call)
    if not again and call.relay_token_digest != token_digest(opening.token):
        raise SessionRefused("The socket brings a wrong or used token.")
    if not again and now - call.last_seen_at > TOKEN_LIFE:
        raise SessionRefused("The socket brings a token that has expired.")


def _reconnects(call: Call) -> bool:
    """The profile lets the carrier open the same session again after a drop, and it
    then brings the token that it brought before.
    """
    profile = live.ruleset(call.release_number).profiles[call.profile_key]
    return profile.attributes.get("applicationReconnect") == "true"


def opened(call: Call) -> OpenedSession:
    rows = list(
        CallEvent.objects.filter(call=call)
        .order_by("at", "stream", "seq")
        .values_list("stream", "kind", "data")
    )
    stream = max((stream for stream, _, _ in rows), default=0) + 1
    assert call.answered_at is not None
    return OpenedSession(
        call=call.pk,
        stream=stream,
        first=call.relay_entries <= 1,
        release=call.release_number,
        dialled=call.dialled,
        number_label=call.number_label,
        time_zone=call.time_zone,
        caller=call.caller,
        caller_kind=call.caller_kind,
        agent=call.agent_key,
        profile=call.profile_key,
        language=call.language,
        answered_at=call.answered_at,
        past=tuple(Entry(kind, data) for _, kind, data in rows),
        known_caller=_called_before(call),
        collected=call.collected,
        used=_used(call) if stream > 1 else (),
        most_seconds=call.decision.get("most_seconds", 0),
    )


def _used(call: Call) -> tuple[Measured, ...]:
    """What earlier sessions of the call were charged for: its cap counts that too."""
    rows = Usage.objects.filter(call=call, provider="openai")
    return tuple(Measured(u.provider, u.item, u.figures, u.at) for u in rows)


def _called_before(call: Call) -> bool:
    if call.caller_kind != "number":
        return False
    return Call.objects.filter(caller=call.caller).exclude(pk=call.pk).exists()


@dataclass(frozen=True, slots=True)
class Left:
    """How the driver leaves a session. `ending` is empty if the socket was lost."""

    ending: str
    outcome: str
    language: str
    collected: Mapping[str, str]


# In the order of their ids, so that two processes never wait for each other.
LEAVE = """
WITH held AS (
    SELECT id FROM calls_call
    WHERE id = ANY(%(calls)s) AND lease_owner = %(owner)s AND state <> 'closed'
    ORDER BY id FOR NO KEY UPDATE  -- what the journal refers to stays referable
)
UPDATE calls_call SET
    lease_owner = '', lease_until = NULL, last_seen_at = %(now)s,
    language = session.language, collected = session.collected,
    ending = CASE WHEN session.ending = '' THEN calls_call.ending
                  ELSE session.ending END,
    outcome = CASE WHEN session.ending = '' THEN calls_call.outcome
                   ELSE session.outcome END
FROM held, unnest(%(calls)s::bigint[], %(endings)s::text[], %(outcomes)s::text[],
                  %(languages)s::text[], %(collected)s::jsonb[])
    AS session (id, ending, outcome, language, collected)
WHERE calls_call.id = held.id AND session.id = held.id
RETURNING calls_call.id
"""


def leave_sessions(
    sessions: Mapping[int, Left], *, owner: str, now: datetime
) -> frozenset[int]:
    """Gives leases back and keeps what is known of the calls. Returns those it held.

    The calls go on until the carrier says what became of them. One statement, for when
    many calls end at once others are still going on.
    """
    lefts = sessions.values()
    values: dict[str, Any] = {
        "calls": list(sessions),
        "owner": owner,
        "now": now,
        "endings": [left.ending for left in lefts],
        "outcomes": [left.outcome for left in lefts],
        "languages": [left.language for left in lefts],
        "collected": [json.dumps(dict(left.collected)) for left in lefts],
    }
    with connection.cursor() as cursor:
        cursor.execute(LEAVE, values)
        return frozenset(call for (call,) in cursor.fetchall())


def renew_leases(
    call_ids: Sequence[int], *, owner: str, now: datetime
) -> frozenset[int]:
    """One statement for every call a process holds. Returns those it has lost."""
    mine = Call.objects.filter(pk__in=call_ids, lease_owner=owner)
    if mine.update(lease_until=now + LEASE, last_seen_at=now) == len(call_ids):
        return frozenset()
    return frozenset(call_ids) - frozenset(mine.values_list("pk", flat=True))
