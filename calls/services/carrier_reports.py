"""The carrier's status reports, about the call and about each leg of it."""

from datetime import datetime

from django.db import transaction

from calls.core.carrier_events import StatusReported
from calls.core.carrier_status import Report, is_end, supersedes
from calls.core.progress import ENDED
from calls.core.words import CauseOwner, EventKind, IncidentKind
from calls.models import Call, EngineSession, HandoffAttempt
from calls.services import (
    attempts,
    carrier_journal,
    engine_entry,
    engine_sessions,
    handoffs,
    incidents,
    leg_usage,
    progress,
)
from routing.core.ruleset import Path


def call_reported(call: Call, reported: StatusReported, now: datetime) -> bool:
    """False for old news. A call that the carrier calls ended is over for us, too."""
    new = Report(reported.status, reported.sequence)
    if not supersedes(new, Report(call.carrier_status, call.carrier_sequence)):
        return False
    progress.note(
        call,
        carrier_status=reported.status,
        carrier_sequence=max(reported.sequence, call.carrier_sequence),
        carrier_seconds=seconds_of(reported, call.carrier_seconds),
    )
    carrier_journal.enter(call, EventKind.CARRIER_STATUS, now, status=reported.status)
    if is_end(reported.status):
        if call.path == Path.SIP:
            engine_sessions.caller_left(call, now)
        if call.state not in ENDED:
            handoffs.call_over(call, now)
    return True


def seconds_of(reported: StatusReported, known: int | None) -> int | None:
    return known if reported.seconds is None else reported.seconds


def leg_reported(reference: str, reported: StatusReported, now: datetime) -> bool:
    """False for a leg that we did not ring."""
    attempt = attempts.referred(reference)
    if attempt is None:
        return False
    # The parent's row is the lock for everything of its call.
    if progress.heard_of(attempt.handoff.call.carrier_sid, now) is not None:
        attempt.refresh_from_db(fields=["leg_status", "leg_sequence", "seconds"])
    new = Report(reported.status, reported.sequence)
    if supersedes(new, Report(attempt.leg_status, attempt.leg_sequence)):
        HandoffAttempt.objects.filter(pk=attempt.pk).update(
            leg_sid=reported.leg_sid,
            leg_status=reported.status,
            leg_sequence=max(reported.sequence, attempt.leg_sequence),
            seconds=seconds_of(reported, attempt.seconds),
        )
    return True


def voice_leg_reported(reference: str, reported: StatusReported, now: datetime) -> bool:
    """The leg to the voice model. False for one that is none of ours."""
    session = engine_entry.session_of_leg(reference)
    if session is None:
        return False
    progress.heard_of(session.call.carrier_sid, now)
    session.refresh_from_db(fields=["leg_status", "leg_sequence"])
    new = Report(reported.status, reported.sequence)
    if supersedes(new, Report(session.leg_status, session.leg_sequence)):
        EngineSession.objects.filter(pk=session.pk).update(
            leg_sid=reported.leg_sid,
            leg_status=reported.status,
            leg_sequence=max(reported.sequence, session.leg_sequence),
        )
    if is_end(reported.status) and reported.seconds is not None:
        leg_usage.keep(session.call_id, reported.leg_sid, reported.seconds, now)
    return True


@transaction.atomic
def truth_found(reported: StatusReported, now: datetime) -> bool:
    """What the carrier says when it is asked about a call that went silent.

    True if that is its end, which no callback had told us.
    """
    call = progress.heard_of(reported.leg_sid, now)
    if call is None or call.state in ENDED or not is_end(reported.status):
        return False
    call_reported(call, reported, now)
    engine_sessions.caller_left(call, now)
    handoffs.call_over(call, now)
    incidents.report(
        IncidentKind.CALLBACK_MISSING,
        CauseOwner.CARRIER,
        key=f"callback missing:{call.pk}",
        now=now,
        call=call,
        detail="The carrier had ended this call, but no callback told us so.",
    )
    return True
