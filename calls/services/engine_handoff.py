"""Giving a caller who talks to the voice model to a person.

Where the carrier offered us the call it is told to fetch the caller: it leaves the
model and goes through the hunt list. Over a bare trunk the provider is asked to refer
the call to one contact after the other, numbers of our own directory only, and all
that can be seen of it is that the call leaves us. Each try is on record before it is
made, and a try of which nothing was seen is made known with `transfer_unseen`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F

from calls.core.callback_urls import callback_url
from calls.core.carrier_events import SessionStatus
from calls.core.hunting import end_of, next_ring
from calls.core.instructions import Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.words import (
    AttemptResult,
    CallState,
    EventKind,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
)
from calls.models import Call, EngineSession, Handoff, HandoffAttempt
from calls.services import (
    attempts,
    carrier_journal,
    engine_sessions,
    follow_ups,
    handoffs,
    hunt,
    progress,
    voicemail,
)
from calls.services.call_script import ruleset_of
from routing.core.callers import E164
from routing.core.ruleset import PolicyEnd

HANDOFFS = Signer(salt="calls.engine.handoff", sep=".")


@dataclass(frozen=True, slots=True)
class CarrierTransfer:
    """Tell the carrier to fetch the caller: it asks `url` what to do."""

    call_sid: str
    url: str


@dataclass(frozen=True, slots=True)
class Refer:
    """Ask the provider to refer the call. `ring_seconds`: how long it may take."""

    target: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class LetGo:
    """Hang up at the provider: the carrier's callback then finds the handoff."""


Way = CarrierTransfer | Refer | LetGo


@transaction.atomic
def plan(call_id: int, *, now: datetime) -> Way | None:
    """The next way to the person who was asked for. None: there is none left.

    Ask again after every try that was not seen to work.
    """
    session = EngineSession.objects.select_related("call").get(call=call_id)
    handoff = handoffs.pending(session.call)
    if handoff is None or session.call.state in ENDED:
        return None
    EngineSession.objects.filter(pk=session.pk).update(transfers=F("transfers") + 1)
    if session.trunk:
        return refer(session.call, handoff, now)
    way = through_carrier(session.call, handoff, tried=session.transfers % 3)
    if way is None:
        handoffs.finish(handoff, HandoffResult.NOBODY, now)
    return way


def through_carrier(call: Call, handoff: Handoff, *, tried: int) -> Way | None:
    """First by fetching the caller, then by letting go of the leg to the model.

    "redirected" is set before the carrier hears of it: the leg to the model ends with
    a callback of its own, which must then not go on by itself.
    """
    match tried:
        case 0:
            progress.note(call, redirected=True)
            return CarrierTransfer(call.carrier_sid, hand_over_url(handoff))
        case 1:
            progress.note(call, redirected=False)
            return LetGo()
    return None


def hand_over_url(handoff: Handoff) -> str:
    reference = HANDOFFS.sign_object(handoff.pk)
    return callback_url(settings.PUBLIC_BASE_URL, "hand-over", handoff=reference)


def refer(call: Call, handoff: Handoff, now: datetime) -> Refer | None:
    ruleset = ruleset_of(call)
    policy = ruleset.policy_for(handoff.policy_key)
    last = handoff.attempts.order_by("-position").first()
    position = last.position + 1 if last else 0
    while ring := next_ring(ruleset, policy, position, now):
        if E164.fullmatch(ring.contact.phone):
            attempts.start(handoff, ring, now)
            carrier_journal.enter(
                call,
                EventKind.CONTACT_RINGING,
                now,
                contact=ring.contact.name,
                position=ring.position,
            )
            return Refer(f"tel:{ring.contact.phone}", ring.seconds)
        position = ring.position + 1
    handoffs.finish(handoff, HandoffResult.NOBODY, now)
    hunts = Handoff.objects.filter(call=call, result=HandoffResult.NOBODY).count()
    reason = HandoffReason(handoff.reason)
    if end_of(policy, reason, hunts=hunts) is PolicyEnd.CALLBACK:
        follow_ups.open_one(call, FollowUpKind.CALLBACK, now, text=handoff.summary)
    return None


@transaction.atomic
def transfer_unseen(call_id: int, *, now: datetime) -> None:
    """Nothing shows that the last try worked: the caller is still with the model."""
    session = EngineSession.objects.select_related("call").get(call=call_id)
    call = session.call
    rung = HandoffAttempt.objects.filter(
        handoff__call=call, result=AttemptResult.RINGING
    )
    if session.trunk:
        for attempt in rung.select_related("handoff"):
            unanswered(call, attempt, now)
    elif rung.exists():
        return  # the carrier has fetched the caller after all
    progress.note(call, redirected=False)
    if call.state == CallState.HANDING_OFF and call.answered_at is not None:
        progress.advance(call, CallState.LIVE)


def unanswered(call: Call, attempt: HandoffAttempt, now: datetime) -> None:
    attempts.finish(attempt, AttemptResult.NO_ANSWER, now)
    carrier_journal.enter(
        call,
        EventKind.CONTACT_ANSWERED,
        now,
        contact=attempt.contact_name,
        result=AttemptResult.NO_ANSWER,
    )


def hand_over(call: Call, reference: str, now: datetime) -> Instruction:
    """The carrier has fetched the caller and asks whom to ring."""
    if call.state in ENDED:
        return Nothing()
    engine_sessions.leg_over(call, now)
    progress.note(call, session_status=SessionStatus.ENDED.value, redirected=True)
    handoff = meant(call, reference)
    if handoff is None:
        return hunt.divert(call, HandoffReason.CONNECTION_LOST, now)
    if handoff.result == HandoffResult.NOBODY:
        return voicemail.offer(call, now)
    return hunt.begin(handoff, call, now)


def meant(call: Call, reference: str) -> Handoff | None:
    """The handoff still open, or the one that the address was given out for."""
    pending = handoffs.pending(call)
    if pending is not None:
        return pending
    try:
        pk = HANDOFFS.unsign_object(reference)
    except (BadSignature, ValueError):
        return None
    return Handoff.objects.filter(pk=pk, call=call).first()
