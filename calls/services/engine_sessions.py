"""Calls that the voice model has taken: from the accept to the end, and who steers.

One process at a time holds a call's lease and renews it every second. The call itself
does not hang on it: when the process dies the model goes on talking, and another one
takes the lease and goes on deciding.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction
from django.db.models import Q

from calls.core.progress import ENDED
from calls.core.words import CallState, Ending, EngineState
from calls.models import Call, EngineSession
from calls.models.engine import STEERED, UNDECIDED
from calls.services import handoffs, progress, trunk_ends
from calls.services.sessions import Left, OpenedSession, opened

LEASE = timedelta(seconds=3)
SEEN = ("call_id", "lease_owner", "call__state")
TOO_LATE = {
    EngineState.EXPECTED: "The provider never told us of it.",
    EngineState.DECIDING: "It was not accepted in time.",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the provider took the call with."""

    voice_model: str
    transcription_model: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVoiceSession(OpenedSession):
    """Everything the driver needs of the call; no database row is kept.

    `attached_before`: somebody steered this call already, so that it was greeted.
    `caller_gone`: the carrier says that the caller has left, so all that is to be done
    is to hang up. `being_handed_over`: a person was asked for and nothing shows yet
    what came of it. An empty model was not told: the agent's own.
    """

    id: int
    engine: str
    provider_call: str
    carrier_call: str
    trunk: bool
    attached_before: bool
    caller_gone: bool
    being_handed_over: bool
    voice_model: str
    transcription_model: str


class Next(Enum):
    """What the process that accepted a call has to do now."""

    ATTACH = auto()
    HANG_UP = auto()
    NOTHING = auto()


# Of a call that begins every statement is waited for, and to put one together takes
# longer than to answer it. Columns that are not named here are read when asked for.
HOLD = """
SELECT id, carrier_sid, state, ending, answered_at, release_number, relay_entries,
       dialled, number_label, time_zone, caller, caller_kind, agent_key, profile_key,
       language, collected, decision
FROM calls_call
WHERE id = (SELECT call_id FROM calls_enginesession WHERE id = %s)
FOR NO KEY UPDATE
"""
ACCEPTED = """
UPDATE calls_enginesession SET
    state = 'accepted', accepted_at = %(now)s, voice_model = %(voice_model)s,
    transcription_model = %(transcription_model)s, detail = %(detail)s,
    lease_owner = %(steering)s, lease_until = %(until)s
WHERE id = %(session)s AND decided_by = %(owner)s AND state = 'deciding'
RETURNING id, engine, provider_call, trunk, state, voice_model, transcription_model
"""


def hold_call(session_id: int) -> Call | None:
    """Until the transaction ends. The call comes before its session, as in what the
    carrier tells us: the other way round each of two would wait for the other. Rows
    that refer to the call may be written meanwhile, or everybody's journal would wait.
    """
    return next(iter(Call.objects.raw(HOLD, [session_id])), None)


@transaction.atomic
def accepted(
    session_id: int, with_what: Accepted, *, owner: str, now: datetime, steer: bool
) -> tuple[Next, OpenedVoiceSession | None]:
    """A caller who has left meanwhile is not talked to.

    `steer`: with the lease at once, for the caller is on the line and hears nothing
    until then.
    """
    call = hold_call(session_id)
    if call is None:
        return Next.NOTHING, None
    steer = steer and call.state not in ENDED
    values = asdict(with_what) | {
        "session": session_id,
        "owner": owner,
        "now": now,
        "steering": owner if steer else "",
        "until": now + LEASE if steer else None,
    }
    session = next(iter(EngineSession.objects.raw(ACCEPTED, values)), None)
    if session is None:
        # It was accepted before, or is over, or another process decides.
        ours = EngineSession.objects.filter(pk=session_id, decided_by=owner)
        if (session := ours.first()) is None:
            return Next.NOTHING, None
        steer = steer and lease(session_id, owner, now)
    if session.state not in STEERED or call.state in ENDED:
        return Next.HANG_UP, None
    return Next.ATTACH, opened_voice(call, session, now) if steer else None


@transaction.atomic
def not_accepted(
    session_id: int, state: EngineState, detail: str, *, owner: str, now: datetime
) -> None:
    """What comes next is for the carrier's callback; a trunk has none."""
    hold_call(session_id)
    mine = EngineSession.objects.filter(
        pk=session_id, state=EngineState.DECIDING, decided_by=owner
    )
    if mine.update(state=state, over_at=now, detail=detail[:200]):
        trunk_ends.end(session_id, now)


@transaction.atomic
def take_lease(
    session_id: int, *, owner: str, now: datetime
) -> OpenedVoiceSession | None:
    """None when somebody else steers it, or there is nothing to steer any more."""
    call = hold_call(session_id)
    if call is None or not lease(session_id, owner, now):
        return None
    return opened_voice(call, EngineSession.objects.get(pk=session_id), now)


def lease(session_id: int, owner: str, now: datetime) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    taken = EngineSession.objects.filter(free, pk=session_id, state__in=STEERED)
    return bool(taken.update(lease_owner=owner, lease_until=now + LEASE))


def opened_voice(
    call: Call, session: EngineSession, now: datetime
) -> OpenedVoiceSession:
    call.answered_at = call.answered_at or now
    common = opened(call)
    return OpenedVoiceSession(
        **{field.name: getattr(common, field.name) for field in fields(common)},
        id=session.pk,
        engine=session.engine,
        provider_call=session.provider_call or "",
        carrier_call=call.carrier_sid,
        trunk=session.trunk,
        attached_before=session.state == EngineState.ATTACHED,
        caller_gone=call.state in ENDED,
        being_handed_over=handoffs.is_pending(call),
        voice_model=session.voice_model,
        transcription_model=session.transcription_model,
    )


@dataclass(frozen=True, slots=True)
class Renewed:
    """Calls by their id. `lost`: another process has them now, so let go.

    `caller_gone`: the carrier says that the caller has left.
    """

    lost: frozenset[int]
    caller_gone: frozenset[int]


def renew(call_ids: Sequence[int], *, owner: str, now: datetime) -> Renewed:
    """Calls that are no voice calls may be among them."""
    if not call_ids:
        return Renewed(frozenset(), frozenset())
    voice = EngineSession.objects.filter(call__in=call_ids)
    voice.filter(lease_owner=owner, state__in=STEERED).update(lease_until=now + LEASE)
    rows = list(voice.filter(state__in=STEERED).values(*SEEN))
    mine = [row for row in rows if row["lease_owner"] == owner]
    others = [row for row in rows if row["lease_owner"] not in ("", owner)]
    return Renewed(
        lost=frozenset(row["call_id"] for row in others),
        caller_gone=frozenset(
            row["call_id"] for row in mine if row["call__state"] in ENDED
        ),
    )


def waiting(now: datetime) -> list[int]:
    """Sessions that nobody steers, those of callers who have left included."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    unsteered = EngineSession.objects.filter(free, state__in=STEERED)
    return list(unsteered.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def attached(session_id: int, *, now: datetime) -> None:
    """We hear and steer it. The first time, that is when the call was answered."""
    call = hold_call(session_id)
    first = EngineSession.objects.filter(pk=session_id, state=EngineState.ACCEPTED)
    if call is None or not first.update(state=EngineState.ATTACHED, attached_at=now):
        return
    news = {} if call.answered_at else {"answered_at": now, "last_seen_at": now}
    if call.state == CallState.OFFERED:
        progress.advance(call, CallState.LIVE, **news)
    elif call.state not in ENDED and news:
        progress.note(call, **news)


def transcribed_by(session_id: int, model: str) -> None:
    """Another model reads the caller's words from now on."""
    EngineSession.objects.filter(pk=session_id).update(transcription_model=model)


@transaction.atomic
def leaving(session_id: int, left: Left, *, owner: str, now: datetime) -> None:
    """The call is about to be hung up, by whoever steers it now or afterwards."""
    call = hold_call(session_id)
    ours = EngineSession.objects.filter(pk=session_id, lease_owner=owner)
    if call is not None and ours.exists():
        keep(call, left, now)


def keep(call: Call, left: Left, now: datetime) -> None:
    """What the call, which is held, knows."""
    if call.state == CallState.CLOSED:
        return
    known: dict[str, object] = {
        "last_seen_at": now,
        "language": left.language,
        "collected": dict(left.collected),
    }
    # That its leg ended says nothing new of a call that we ended.
    if left.ending and not (left.ending == Ending.CALLER_LEFT and call.ending):
        known |= {"ending": left.ending, "outcome": left.outcome}
    progress.note(call, **known)


@transaction.atomic
def leave(
    session_id: int, left: Left, *, owner: str, now: datetime, over: bool
) -> bool:
    """Gives the lease back and keeps what the call knows. False if it was not ours.

    `over`: nothing is to be steered any more; without an ending, because we cannot.
    What becomes of the caller is then for the carrier's callback, but over a bare
    trunk it is the end of the call.
    """
    released: dict[str, object] = {"lease_owner": "", "lease_until": now}
    if over:
        state = EngineState.OVER if left.ending else EngineState.FAILED
        released |= {"state": state, "over_at": now}
    call = hold_call(session_id)
    held = EngineSession.objects.filter(pk=session_id, lease_owner=owner)
    if call is None or not held.update(**released):
        return False
    keep(call, left, now)
    if over:
        trunk_ends.end(session_id, now)
    return True


def caller_left(call: Call, now: datetime) -> bool:
    """The carrier has ended the call. True if somebody steers it and must be told."""
    sessions = EngineSession.objects.filter(call=call)
    sessions.filter(state__in=UNDECIDED).update(
        state=EngineState.OVER, over_at=now, detail="The caller left while it rang."
    )
    return sessions.filter(state__in=STEERED).exists()


def leg_over(call: Call, now: datetime) -> None:
    """The caller is here and the model is not: there is nothing to steer any more."""
    sessions = EngineSession.objects.filter(call=call)
    for state, detail in TOO_LATE.items():
        sessions.filter(state=state).update(
            state=EngineState.FAILED, over_at=now, detail=detail
        )
    sessions.filter(state__in=STEERED).update(state=EngineState.OVER, over_at=now)
