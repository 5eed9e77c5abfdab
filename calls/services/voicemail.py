"""Asking for a voicemail, and keeping what was left."""

from datetime import datetime

from calls.core.carrier_events import Recorded
from calls.core.instructions import HangUp, Instruction, Nothing, TakeVoicemail
from calls.core.words import CallState, EventKind, FollowUpKind
from calls.models import Call, Recording
from calls.services import carrier_journal, follow_ups, handoffs, progress
from calls.services.call_script import script_of


def offer(call: Call, now: datetime, *first: str, instead: str = "") -> TakeVoicemail:
    """`first` is said before the invitation, `instead` in its place."""
    progress.advance(call, CallState.VOICEMAIL)
    carrier_journal.enter(call, EventKind.VOICEMAIL_OFFERED, now)
    return script_of(call).voicemail(*first, instead=instead)


def left(call: Call, recorded: Recorded, now: datetime) -> Instruction:
    """The caller has finished speaking, or has hung up."""
    if recorded.sid:
        keep(call, recorded, now)
    handoffs.call_over(call, now)
    if recorded.caller_gone:
        return Nothing()
    return HangUp((script_of(call).voicemail().thanks,))


def keep(call: Call, recorded: Recorded, now: datetime) -> None:
    """Store what is known of a recording. Its callbacks come in any order."""
    kept = Recording.objects.filter(sid=recorded.sid).first()
    kept = kept or Recording(call=call, sid=recorded.sid)
    if recorded.seconds and not kept.seconds:
        carrier_journal.enter(
            call, EventKind.VOICEMAIL_LEFT, now, seconds=recorded.seconds
        )
    kept.url = recorded.url or kept.url
    kept.seconds = max(kept.seconds, recorded.seconds or 0)
    if recorded.status and not kept.is_settled():
        kept.status = recorded.status
    kept.save()
    if call.state == CallState.CLOSED and kept.holds_speech():
        # It came too late to be the call's disposition, but somebody must hear it.
        follow_ups.open_one(call, FollowUpKind.VOICEMAIL, now)
