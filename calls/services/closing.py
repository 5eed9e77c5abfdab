"""Closing a call that is over: its disposition, once, and what it leaves behind."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from calls.core.carrier_status import is_end
from calls.core.closing import Ends, close_at
from calls.core.disposition import Story, settle
from calls.core.recap import Record, read_record
from calls.core.tools import Outcome
from calls.core.words import (
    CallState,
    Disposition,
    Ending,
    EngineState,
    EventKind,
    FollowUpKind,
    HandoffReason,
    HandoffResult,
    IncidentKind,
    MailState,
)
from calls.models import Call, EngineSession, Handoff, HandoffAttempt, Recording
from calls.services import carrier_journal, owed, progress, recaps
from routing.core.decision import Because, CallerKind, Verdict

MEANT = frozenset({Ending.AGENT_ENDED, Ending.SILENCE, Ending.LIMIT})
OUR_FAULT = frozenset({HandoffReason.CONNECTION_LOST, HandoffReason.MODEL_FAILED})

# Nobody needs a mail about every call that a rule turns away.
NOT_MAILED = frozenset({Disposition.REJECTED, Disposition.SPAM})


class Rows(NamedTuple):
    """Everything a call has left in the database."""

    record: Record
    handoffs: Sequence[Handoff]
    attempts: Sequence[HandoffAttempt]
    recordings: Sequence[Recording]
    engine: EngineSession | None

    @property
    def last(self) -> Handoff | None:
        return self.handoffs[-1] if self.handoffs else None


@transaction.atomic
def close(call_id: int, now: datetime) -> Disposition | None:
    """None when the call is not over, closed already, or still waited for.

    Whoever gets the row from "over" to "closed" does the rest, so that two workers do
    it once.
    """
    call = Call.objects.filter(pk=call_id, state=CallState.OVER).first()
    if call is None:
        return None
    rows = rows_of(call)
    if close_at(ends_of(call, rows)) > now:
        return None
    disposition = settle(story_of(call, rows))
    collected = {**rows.record.collected, **call.collected}
    call.collected = collected
    mailed = disposition not in NOT_MAILED
    closed = progress.advance(
        call,
        CallState.CLOSED,
        closed_at=now,
        disposition=disposition,
        collected=collected,
        summary=recaps.summary(call, disposition, rows),
        summary_mail="" if mailed else MailState.NOT_WANTED,
    )
    if not closed:
        return None
    carrier_journal.enter(call, EventKind.CLOSED, now, disposition=disposition)
    owed.settle(call, disposition, rows, now)
    return disposition


def rows_of(call: Call) -> Rows:
    events = call.events.order_by("at", "stream", "seq").values_list("kind", "data")
    attempts = HandoffAttempt.objects.filter(handoff__call=call)
    return Rows(
        record=read_record(events),
        handoffs=list(call.handoffs.order_by("asked_at", "pk")),
        attempts=list(attempts.order_by("started_at", "pk")),
        recordings=list(call.recordings.all()),
        engine=EngineSession.objects.filter(call=call).first(),
    )


def ends_of(call: Call, rows: Rows) -> Ends:
    return Ends(
        over_at=call.over_at or call.last_seen_at,
        carrier_ended=is_end(call.carrier_status),
        session_reported=not call.relay_entries or bool(call.session_status),
        legs_reported=all(attempt.finished_at for attempt in rows.attempts),
        voicemail_reported=not rows.record.voicemail_offered or bool(rows.recordings),
        recording_settled=all(r.is_settled() for r in rows.recordings),
        driven_until=driven_until(call, rows.engine),
    )


def driven_until(*holders: Call | EngineSession | None) -> datetime | None:
    leases = [h.lease_until for h in holders if h is not None and h.lease_owner]
    return max((until for until in leases if until is not None), default=None)


def story_of(call: Call, rows: Rows) -> Story:
    last = rows.last
    result = last.result if last else ""
    return Story(
        verdict=verdict_of(call),
        because=Because(call.decision.get("because", Because.RULE)),
        contact_took=any(h.result == HandoffResult.CONNECTED for h in rows.handoffs),
        recorded=any(r.holds_speech() for r in rows.recordings),
        message_taken=bool(rows.record.message.text),
        callback_promised=call.follow_ups.filter(kind=FollowUpKind.CALLBACK).exists(),
        voicemail_offered=rows.record.voicemail_offered,
        nobody_took=result == HandoffResult.NOBODY,
        left_waiting=result == HandoffResult.CALLER_LEFT,
        our_fault=last is not None and last.reason in OUR_FAULT,
        we_broke=broke_down(call, rows),
        callable=call.caller_kind == CallerKind.NUMBER,
        answered=rows.record.answered,
        called_spam=call.outcome == Outcome.SPAM,
    )


def verdict_of(call: Call) -> Verdict:
    """A caller who was meant for people and then spoke to the agent was accepted."""
    if call.answered_at is not None:
        return Verdict.ACCEPT
    return Verdict(call.decision.get("verdict", Verdict.ACCEPT))


def broke_down(call: Call, rows: Rows) -> bool:
    """The call ended where we meant it to go on.

    Either its last session failed and nothing came after it, or a handoff was stored
    and the carrier never came to carry it out, or a webhook of ours failed, or the
    voice model could not be made to take the call and nobody else did.
    """
    last, engine = rows.last, rows.engine
    if call.incidents.filter(kind=IncidentKind.WEBHOOK_FAILED).exists():
        return True
    if last is None:
        failed = call.session_status == "failed" and call.ending not in MEANT
        if engine is not None and engine.state == EngineState.FAILED:
            failed = failed or not call.relay_entries
        return failed and not rows.record.voicemail_offered
    never_begun = not rows.attempts and last.result == HandoffResult.CALLER_LEFT
    fetched_by_carrier = bool(call.relay_entries) or (
        engine is not None and not engine.trunk
    )
    return never_begun and fetched_by_carrier and not call.session_status
