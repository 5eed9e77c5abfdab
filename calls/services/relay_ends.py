"""A conversation with the agent has ended, and the carrier asks what comes next.

Our own state comes first: a handoff that was asked for is carried out whatever the
carrier says of the session, and a conversation that we ended stays ended. Only then
does the carrier's word count:

- `ended` (by us): the handoff, or hanging up.
- `completed` (the caller hung up): nobody is there to hear an answer.
- `failed`: the agent once more, at most twice; then a person; then voicemail.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from calls.core.carrier_events import SessionEnded, SessionStatus
from calls.core.instructions import GoTo, HangUp, Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.session_errors import Failure, Remedy, failure
from calls.core.words import Ending, EventKind, HandoffReason
from calls.models import Call, EngineSession, Handoff
from calls.services import (
    carrier_journal,
    handoffs,
    hunt,
    incidents,
    progress,
    relay_entry,
)
from calls.services.call_script import script_of

MOST_RESUMES = 2
# The relay is then the second path that fails this caller.
MOST_AFTER_VOICE = 1
LONGEST_HINT = 2000

# The agent had said goodbye, or had let the caller go.
MEANT = frozenset({Ending.AGENT_ENDED, Ending.SILENCE, Ending.LIMIT})


def relay_ended(call: Call, ended: SessionEnded, now: datetime) -> Instruction:
    if (call.session_status or call.relay_failures) and was_told(call, ended):
        # The caller was fetched from that session and is elsewhere by now.
        return Nothing()
    keep(call, ended, now)
    if call.redirected:
        return where_redirected(call, ended)
    if ended.caller_gone or call.state in ENDED:
        return finished(call, ended, now)
    handoff = handoffs.pending(call)
    if handoff is not None:
        report_failure(call, ended, now)
        return hunt.begin(handoff, call, now)
    match ended.status:
        case SessionStatus.ENDED:
            return after_our_end(call, ended, now)
        case SessionStatus.COMPLETED:
            handoffs.call_over(call, now)
            return Nothing()
        case SessionStatus.FAILED:
            return after_failure(call, ended, now)


def where_redirected(call: Call, ended: SessionEnded) -> Instruction:
    """Whoever took the call out of its conversation has told it where to go.

    The carrier may hear of that too late, so this answer says it, too. If it has heard
    of it, it does not read this.
    """
    if ended.caller_gone or not call.relay_session:
        return Nothing()
    return GoTo(relay_entry.resume_url(call.relay_session))


def was_told(call: Call, ended: SessionEnded) -> bool:
    """The end of this session is known already."""
    ends = call.events.filter(kind=EventKind.SESSION_ENDED, stream=0)
    return bool(ended.session) and ends.filter(data__session=ended.session).exists()


def keep(call: Call, ended: SessionEnded, now: datetime) -> None:
    progress.note(
        call,
        session_status=ended.status.value,
        session_error=ended.error_code or call.session_error,
    )
    carrier_journal.enter(
        call,
        EventKind.SESSION_ENDED,
        now,
        session=ended.session,
        status=ended.status,
        error_code=ended.error_code,
        error_message=ended.error_message,
        seconds=ended.seconds,
    )


def finished(call: Call, ended: SessionEnded, now: datetime) -> Instruction:
    report_failure(call, ended, now)
    handoffs.call_over(call, now)
    return Nothing()


def after_our_end(call: Call, ended: SessionEnded, now: datetime) -> Instruction:
    handoff = hinted(call, ended.handoff_hint, now)
    if handoff is not None:
        return hunt.begin(handoff, call, now)
    handoffs.call_over(call, now)
    return HangUp()


def hinted(call: Call, hint: str, now: datetime) -> Handoff | None:
    """A handoff that our process announced to the carrier but could not store."""
    wish = read_hint(hint)
    reason = str(wish.get("reason", ""))
    if not reason:
        return None
    known = reason in [*HandoffReason]
    return handoffs.ask(
        call.pk,
        reason=HandoffReason(reason) if known else HandoffReason.OTHER,
        summary=str(wish.get("summary", ""))[:LONGEST_HINT],
        fields=call.collected,
        asked_by=str(wish.get("asked_by", handoffs.AGENT))[:32],
        now=now,
    )


def read_hint(hint: str) -> Mapping[str, object]:
    """It may be absent, empty, cut off or anything else; then it says nothing."""
    try:
        wish = json.loads(hint)
    except ValueError:
        return {}
    return wish if isinstance(wish, dict) else {}


def after_failure(call: Call, ended: SessionEnded, now: datetime) -> Instruction:
    return go_on(call, report_failure(call, ended, now), now)


def go_on(call: Call, failed: Failure, now: datetime) -> Instruction:
    progress.note(call, relay_failures=call.relay_failures + 1)
    if failed.remedy is Remedy.END or call.ending in MEANT:
        handoffs.call_over(call, now)
        return HangUp()
    after_voice = EngineSession.objects.filter(call=call).exists()
    most = MOST_AFTER_VOICE if after_voice else MOST_RESUMES
    if failed.remedy is Remedy.RESUME and call.relay_failures <= most:
        entry = relay_entry.again(call, now, why=relay_entry.CONNECTION_LOST)
        if entry is not None:
            return entry
    return hunt.divert(
        call, HandoffReason.CONNECTION_LOST, now, script_of(call).phrases.handoff
    )


def report_failure(call: Call, ended: SessionEnded, now: datetime) -> Failure:
    """One incident for each failed session; nothing for one that did not fail."""
    failed = failure(ended.error_code)
    if ended.status is SessionStatus.FAILED:
        code = f" (carrier error {ended.error_code})" if ended.error_code else ""
        incidents.report(
            failed.kind,
            failed.cause,
            key=f"session:{call.pk}:{ended.session or call.relay_failures}",
            now=now,
            call=call,
            detail=f"{failed.meaning}{code}",
        )
    return failed
