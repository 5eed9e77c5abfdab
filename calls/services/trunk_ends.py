"""The end of a call over a bare trunk, of which no carrier tells us anything."""

from datetime import datetime, timedelta

from django.db import transaction

from calls.core.words import (
    AttemptResult,
    EngineState,
    EventKind,
    FollowUpKind,
    HandoffResult,
)
from calls.models import Call, EngineSession, HandoffAttempt
from calls.models.engine import STEERED, UNDECIDED
from calls.services import attempts, carrier_journal, follow_ups, handoffs

# A call that is referred leaves at once; later it may as well be a caller who gave up.
LEAVES_SOON = timedelta(seconds=10)
DOUBTFUL = (
    "The caller was being put through to {contact} and left. Over this trunk nobody "
    "can see whether they were connected: ask, or call the caller back."
)


@transaction.atomic
def forsake(session_id: int, now: datetime) -> bool:
    """Nobody steers this call over a bare trunk and nobody can be asked about it.

    True if it was still open. Without an accept it was lost; after one we cannot tell.
    """
    open_ones = EngineSession.objects.filter(pk=session_id, trunk=True)
    undecided = open_ones.filter(state__in=UNDECIDED).update(
        state=EngineState.FAILED, over_at=now, detail="It was never decided."
    )
    steered = open_ones.filter(state__in=STEERED).update(
        state=EngineState.OVER, over_at=now, detail="Nobody steered it any more."
    )
    if undecided or steered:
        end(session_id, now)
    return bool(undecided or steered)


def end(session_id: int, now: datetime) -> None:
    """Nobody else will tell us the end of a call that came over a bare trunk."""
    if not EngineSession.objects.filter(pk=session_id, trunk=True).exists():
        return
    call = Call.objects.get(engine_session=session_id)
    referred = HandoffAttempt.objects.filter(
        handoff__call=call, result=AttemptResult.RINGING
    ).first()
    if referred is not None and now - referred.started_at <= LEAVES_SOON:
        gone_to(call, referred, now)
    elif referred is not None:
        text = DOUBTFUL.format(contact=referred.contact_name)
        follow_ups.open_one(call, FollowUpKind.CALLBACK, now, text=text)
    handoffs.call_over(call, now)


def gone_to(call: Call, attempt: HandoffAttempt, now: datetime) -> None:
    """The call left us as soon as it was referred, which is all we can see of it."""
    attempts.finish(attempt, AttemptResult.ACCEPTED, now)
    handoffs.finish(attempt.handoff, HandoffResult.CONNECTED, now)
    carrier_journal.enter(
        call,
        EventKind.CONTACT_ANSWERED,
        now,
        contact=attempt.contact_name,
        result=AttemptResult.ACCEPTED,
        seen=False,
    )
