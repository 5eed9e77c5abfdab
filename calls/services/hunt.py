"""Going through a hunt list: one contact after the other until one takes the caller.

The carrier rings one contact at a time and calls back when the leg has ended, however
it ended. A contact takes the caller by pressing 1 after the whisper, so a mobile's own
voicemail, which answers as well, is never mistaken for a person.
"""

from datetime import datetime

from calls.core.carrier_events import LegEnded
from calls.core.hunting import Ring, end_of, next_ring
from calls.core.instructions import (
    HangUp,
    Instruction,
    Nothing,
    RingContact,
)
from calls.core.progress import ENDED
from calls.core.words import (
    AttemptResult,
    CallState,
    EventKind,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
)
from calls.models import Call, Handoff, HandoffAttempt
from calls.services import (
    attempts,
    carrier_journal,
    follow_ups,
    handoffs,
    progress,
    relay_entry,
    voicemail,
)
from calls.services.call_script import ruleset_of, script_of
from routing.core.callers import E164
from routing.core.ruleset import EscalationPolicy, PolicyEnd


def divert(
    call: Call, reason: HandoffReason, now: datetime, *first: str
) -> Instruction:
    """Ring people without a conversation having asked for it."""
    return begin(handoffs.ask_ourselves(call, reason, now), call, now, *first)


def begin(handoff: Handoff, call: Call, now: datetime, *first: str) -> Instruction:
    """Ring the first contact, or the next one if some have been rung already.

    `first` is said before it.
    """
    last = handoff.attempts.order_by("-position").first()
    return ring_from(handoff, call, last.position + 1 if last else 0, now, *first)


def ring_from(
    handoff: Handoff, call: Call, position: int, now: datetime, *first: str
) -> Instruction:
    progress.advance(call, CallState.HANDING_OFF)
    ruleset = ruleset_of(call)
    policy = ruleset.policy_for(handoff.policy_key)
    ring = next_ring(ruleset, policy, position, now)
    if ring is None:
        return nobody(handoff, call, policy, now, *first)
    attempt = attempts.start(handoff, ring, now)
    carrier_journal.enter(
        call,
        EventKind.CONTACT_RINGING,
        now,
        contact=ring.contact.name,
        position=ring.position,
    )
    return ring_contact(call, attempt, ring, *first)


def ring_contact(
    call: Call, attempt: HandoffAttempt, ring: Ring, *first: str
) -> RingContact:
    """Shown to the contact is the number that was called: it is ours to show, which

    the caller's may not be (facts on `callerId`), and it says which line rings.
    """
    return RingContact(
        attempt=attempts.reference(attempt),
        phone=ring.contact.phone,
        caller_id=call.dialled if E164.fullmatch(call.dialled) else "",
        ring_seconds=ring.seconds,
        say=script_of(call).lines(*first),
    )


def nobody(
    handoff: Handoff,
    call: Call,
    policy: EscalationPolicy | None,
    now: datetime,
    *first: str,
) -> Instruction:
    """The list is through: what the policy ends with."""
    handoffs.finish(handoff, HandoffResult.NOBODY, now)
    script = script_of(call)
    said = (*first, script.phrases.nobody_free)
    hunts = Handoff.objects.filter(call=call, result=HandoffResult.NOBODY).count()
    match end_of(policy, HandoffReason(handoff.reason), hunts=hunts):
        case PolicyEnd.CALLBACK:
            follow_ups.open_one(call, FollowUpKind.CALLBACK, now, text=handoff.summary)
            progress.over(call, now)
            return HangUp(script.lines(*said, script.phrases.closing))
        case PolicyEnd.BACK_TO_AGENT:
            entry = relay_entry.again(
                call, now, script.lines(*said), why=relay_entry.NOBODY_FREE
            )
            if entry is not None:
                progress.advance(call, CallState.LIVE)
                return entry
        case PolicyEnd.VOICEMAIL:
            pass
    return voicemail.offer(call, now, *said)


def after_leg(call: Call, ended: LegEnded, now: datetime) -> Instruction:
    """A contact's leg has ended: with a talk, or without one."""
    attempt = attempts.find(ended.attempt, call)
    if attempt is None:
        return nobody_left(call, ended, now)
    if attempt.result == AttemptResult.ACCEPTED and ended.bridged:
        attempts.finish(attempt, AttemptResult.ACCEPTED, now, seconds=ended.seconds)
        handoffs.call_over(call, now)
        return Nothing() if ended.caller_gone else HangUp()
    gone = ended.caller_gone or call.state in ENDED
    attempts.refused(call, attempt, ended, now, caller_left=gone)
    if gone:
        handoffs.call_over(call, now)
        return Nothing()
    return ring_from(attempt.handoff, call, attempt.position + 1, now)


def nobody_left(call: Call, ended: LegEnded, now: datetime) -> Instruction:
    """A leg that we know nothing of: the caller is asked to leave a message."""
    if ended.caller_gone or call.state in ENDED:
        handoffs.call_over(call, now)
        return Nothing()
    return voicemail.offer(call, now, script_of(call).phrases.nobody_free)
