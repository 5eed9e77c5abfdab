"""What a contact hears before taking the caller, and the key that takes them."""

from datetime import datetime

from calls.core.instructions import AskContact, HangUp, Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.script import Script
from calls.core.words import AttemptResult, CallState, EventKind, HandoffResult
from calls.models import Call, HandoffAttempt
from calls.services import attempts, carrier_journal, handoffs, progress
from calls.services.call_script import script_of

TAKES = "1"


def whisper(given: str, leg_sid: str, now: datetime) -> Instruction:
    """Somebody, or a machine, has answered the contact's phone."""
    attempt = attempts.referred(given)
    if attempt is None or not is_waiting(attempt, now):
        return HangUp()
    HandoffAttempt.objects.filter(pk=attempt.pk).update(leg_sid=leg_sid)
    # Colleagues are spoken to in the line's own language, whatever the caller speaks.
    script = Script(script_of(attempt.handoff.call).profile)
    said = script.lines(attempt.handoff.summary, script.phrases.whisper)
    return AskContact(given, said)


def is_waiting(attempt: HandoffAttempt, now: datetime) -> bool:
    call = progress.heard_of(attempt.handoff.call.carrier_sid, now)
    ringing = attempt.result == AttemptResult.RINGING
    return ringing and call is not None and call.state not in ENDED


def answer(given: str, digits: str, now: datetime) -> Instruction:
    """An empty answer lets the carrier connect the two."""
    attempt = attempts.referred(given)
    if attempt is None:
        return HangUp()
    call = progress.heard_of(attempt.handoff.call.carrier_sid, now)
    if call is None or digits != TAKES or call.state in ENDED:
        return HangUp()
    return Nothing() if take(call, attempt, now) else HangUp()


def take(call: Call, attempt: HandoffAttempt, now: datetime) -> bool:
    """False when the attempt is over already, and then the caller is elsewhere."""
    rung = HandoffAttempt.objects.filter(pk=attempt.pk, result=AttemptResult.RINGING)
    if not rung.update(result=AttemptResult.ACCEPTED):
        return False
    handoffs.finish(attempt.handoff, HandoffResult.CONNECTED, now)
    progress.advance(call, CallState.WITH_PERSON)
    carrier_journal.enter(
        call,
        EventKind.CONTACT_ANSWERED,
        now,
        contact=attempt.contact_name,
        result=AttemptResult.ACCEPTED,
    )
    return True
