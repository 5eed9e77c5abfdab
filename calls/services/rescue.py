"""Something of ours failed while the caller is on the line: a voicemail at least."""

from datetime import datetime

from calls.core.instructions import HangUp, Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.script import Script
from calls.core.words import CauseOwner, IncidentKind
from calls.models import Call
from calls.services import incidents, voicemail

STANDARD = Script(None)


def to_voicemail(call: Call, now: datetime) -> Instruction:
    """In the product's own words: what is configured for the call may be what broke."""
    if call.state in ENDED:
        return Nothing()
    voicemail.offer(call, now)
    return STANDARD.voicemail(STANDARD.phrases.apology)


def goodbye() -> Instruction:
    """For a call that we do not even have."""
    return HangUp(STANDARD.lines(STANDARD.phrases.apology, STANDARD.phrases.closing))


def report(
    endpoint: str,
    key: str,
    now: datetime,
    *,
    detail: str,
    cause: CauseOwner = CauseOwner.OURS,
    call: Call | None = None,
) -> None:
    incidents.report(
        IncidentKind.WEBHOOK_FAILED,
        cause,
        key=f"webhook:{endpoint}:{key}",
        now=now,
        call=call,
        detail=detail,
    )
