"""The leg to the voice model has ended, and the carrier asks what comes next.

Our own state comes first, for the carrier says "completed" of a call that the agent
ended, of one that is to be handed over and of one in which the model died alike:

- the caller hung up, or was taken elsewhere: nothing;
- we are about to fetch the caller for a person: to where we would fetch them, for the
  carrier may hear of that too late. If it has, it does not read this answer;
- a handoff was asked for: the hunt list;
- we ended the call: hanging up;
- anything else is a failure: the same agent goes on over the relay, with what was said
  so far. If that fails, too, it is a person's turn, and then voicemail's.
"""

from datetime import datetime

from calls.core.carrier_events import SessionStatus, VoiceLegEnded
from calls.core.instructions import GoTo, HangUp, Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.words import (
    CauseOwner,
    EngineState,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from calls.models import Call, EngineSession
from calls.services import (
    carrier_journal,
    engine_handoff,
    engine_sessions,
    handoffs,
    hunt,
    incidents,
    progress,
    relay_entry,
)
from calls.services.call_script import script_of
from calls.services.engine_claims import is_held
from calls.services.relay_ends import MEANT

# The provider does not know our project, or does not want our trunk.
REFUSING = range(401, 405)


def sip_ended(call: Call, ended: VoiceLegEnded, now: datetime) -> Instruction:
    if ended.caller_gone or call.state in ENDED:
        return finish(call, SessionStatus.COMPLETED, now)
    handoff = handoffs.pending(call)
    if call.redirected or call.relay_entries:
        # Whoever took the call out of its conversation has told it where to go.
        if handoff is None or handoff.attempts.exists():
            return Nothing()
        return GoTo(engine_handoff.hand_over_url(handoff))
    if handoff is not None:
        engine_sessions.leg_over(call, now)
        progress.note(call, session_status=SessionStatus.ENDED.value)
        return hunt.begin(handoff, call, now)
    if call.ending in MEANT:
        finish(call, SessionStatus.ENDED, now)
        return HangUp()
    return after_failure(call, ended, now)


def finish(call: Call, status: SessionStatus, now: datetime) -> Instruction:
    progress.note(call, session_status=status.value)
    engine_sessions.caller_left(call, now)
    handoffs.call_over(call, now)
    return Nothing()


def after_failure(call: Call, ended: VoiceLegEnded, now: datetime) -> Instruction:
    session = EngineSession.objects.filter(call=call).first()
    report(call, session, ended, now)
    engine_sessions.leg_over(call, now)
    progress.note(
        call,
        session_status=SessionStatus.FAILED.value,
        relay_failures=call.relay_failures + 1,
        ending="",
        outcome="",
    )
    entry = relay_entry.again(call, now, why=relay_entry.CONNECTION_LOST)
    if entry is not None:
        return entry
    return hunt.divert(
        call, HandoffReason.CONNECTION_LOST, now, script_of(call).phrases.handoff
    )


def report(
    call: Call, session: EngineSession | None, ended: VoiceLegEnded, now: datetime
) -> None:
    """Once for each call: what failed earlier has said so itself."""
    kind, cause, what = diagnosis(session, ended, now)
    refused = ended.sip_code if not ended.answered else 0
    code = f" (SIP {refused})" if refused else ""
    incidents.report(
        kind, cause, key=f"engine:{call.pk}", now=now, call=call, detail=what + code
    )
    carrier_journal.enter(call, EventKind.NOTED, now, text=what)


def diagnosis(
    session: EngineSession | None, ended: VoiceLegEnded, now: datetime
) -> tuple[IncidentKind, CauseOwner, str]:
    state = session.state if session else EngineState.FAILED
    if ended.answered:
        what = "The voice model's connection to the caller broke off."
        return IncidentKind.SESSION_FAILED, CauseOwner.MODEL, what
    if ended.sip_code in REFUSING:
        what = "The voice provider refused our calls: is OPENAI_PROJECT_ID right?"
        return IncidentKind.ACCEPT_FAILED, CauseOwner.CONFIGURATION, what
    match state:
        case EngineState.EXPECTED:
            what = "The voice provider never told us of the call we sent it."
            return IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL, what
        case EngineState.DECIDING if session and is_held(session, now):
            what = "The voice provider did not answer in time when we took the call."
            return IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL, what
        case EngineState.DECIDING:
            what = "The program that was taking the call stopped."
            return IncidentKind.ACCEPT_FAILED, CauseOwner.OURS, what
    what = "The voice model did not take the call."
    return IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL, what
