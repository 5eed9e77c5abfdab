"""One contact being rung: the reference it is known by, and how it ended.

The reference in the URLs of an attempt is signed, although the carrier signs the
request too: a signature of the carrier says who asks, not that we gave out this URL.
"""

from collections.abc import Mapping
from datetime import datetime

from django.core import signing

from calls.core.carrier_events import LegEnded
from calls.core.hunting import Ring
from calls.core.words import AttemptResult, EventKind
from calls.models import Call, Handoff, HandoffAttempt
from calls.services import carrier_journal, handoffs

SALT = "calls.attempt"

# What a leg's end means when nobody pressed 1. "completed" is a leg that was
# answered: by a mobile's own voicemail, or by somebody who did not want the call.
RESULTS: Mapping[str, AttemptResult] = {
    "completed": AttemptResult.DECLINED,
    "answered": AttemptResult.DECLINED,
    "busy": AttemptResult.BUSY,
    "no-answer": AttemptResult.NO_ANSWER,
    "failed": AttemptResult.FAILED,
    "canceled": AttemptResult.CALLER_LEFT,
}


def start(handoff: Handoff, ring: Ring, now: datetime) -> HandoffAttempt:
    return HandoffAttempt.objects.create(
        handoff=handoff,
        position=ring.position,
        contact_key=ring.contact.key,
        contact_name=ring.contact.name,
        phone=ring.contact.phone,
        ring_seconds=ring.seconds,
        started_at=now,
    )


def reference(attempt: HandoffAttempt) -> str:
    return signing.dumps(attempt.pk, salt=SALT)


def referred(given: str) -> HandoffAttempt | None:
    try:
        pk = signing.loads(given, salt=SALT)
    except signing.BadSignature:
        return None
    found = HandoffAttempt.objects.filter(pk=pk)
    return found.select_related("handoff__call").first()


def find(given: str, call: Call) -> HandoffAttempt | None:
    """The attempt of this call that is meant, at worst the one rung last."""
    attempt = referred(given)
    if attempt is not None and attempt.handoff.call_id == call.pk:
        return attempt
    rung = HandoffAttempt.objects.filter(handoff__call=call)
    return rung.select_related("handoff").order_by("-started_at").first()


def finish(
    attempt: HandoffAttempt,
    result: AttemptResult,
    now: datetime,
    *,
    seconds: int | None = None,
) -> None:
    HandoffAttempt.objects.filter(pk=attempt.pk).update(
        result=result, finished_at=now, seconds=seconds
    )


def refused(
    call: Call,
    attempt: HandoffAttempt,
    ended: LegEnded,
    now: datetime,
    *,
    caller_left: bool,
) -> None:
    """The contact did not get to talk to the caller."""
    result = RESULTS.get(ended.status, AttemptResult.FAILED)
    if attempt.result == AttemptResult.ACCEPTED:
        # Pressed 1, but the two were never connected.
        result = AttemptResult.FAILED
        handoffs.reopen(attempt.handoff)
    if caller_left:
        result = AttemptResult.CALLER_LEFT
    finish(attempt, result, now)
    carrier_journal.enter(
        call,
        EventKind.CONTACT_ANSWERED,
        now,
        contact=attempt.contact_name,
        result=result,
    )
