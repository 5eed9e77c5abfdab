"""Offering a caller whom nobody can take now to be called back.

Pressing 1 is a promise and ends the call; whoever presses nothing, or something else,
is asked to leave a message. A caller without a number is asked for one right away.
"""

from datetime import datetime

from calls.core.instructions import HangUp, Instruction, OfferCallback
from calls.core.progress import ENDED
from calls.core.words import EventKind, FollowUpKind
from calls.models import Call
from calls.services import carrier_journal, follow_ups, progress, voicemail
from calls.services.call_script import script_of
from routing.core.decision import CallerKind

WISHES = "1"


def offer(call: Call, now: datetime, *, instead: str = "") -> Instruction:
    """`instead` is said in place of our own sentence."""
    script = script_of(call)
    if call.caller_kind != CallerKind.NUMBER:
        return voicemail.offer(call, now, script.phrases.nobody_free)
    sentence = instead or script.phrases.callback_offer
    carrier_journal.enter(
        call, EventKind.NOTED, now, text="The caller was offered to be called back."
    )
    return OfferCallback(
        say=script.lines(sentence), otherwise=voicemail.offer(call, now)
    )


def answered(call: Call, digits: str, now: datetime) -> Instruction:
    script = script_of(call)
    if digits != WISHES or call.state in ENDED:
        return script.voicemail()
    carrier_journal.enter(
        call, EventKind.NOTED, now, text="The caller pressed 1 to be called back."
    )
    follow_ups.open_one(call, FollowUpKind.CALLBACK, now)
    progress.over(call, now)
    phrases = script.phrases
    return HangUp(script.lines(phrases.callback_promised, phrases.closing))
