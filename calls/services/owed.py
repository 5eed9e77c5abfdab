"""What a closed call still owes its caller: the follow-ups, and for a lost one the

incident. A follow-up of each kind is opened once, so one that was promised during the
call stays as it was.
"""

from datetime import datetime

from calls.core.session_errors import failure
from calls.core.words import (
    CauseOwner,
    Disposition,
    FollowUpKind,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, Handoff
from calls.services import follow_ups, incidents
from calls.services.call_script import ruleset_of
from calls.services.recaps import Rows
from routing.core.ruleset import Objective

TO_CALL_BACK = frozenset({Disposition.CALLBACK_SCHEDULED, Disposition.LOST})
PASSES_ON = frozenset({Objective.AFTER_HOURS, Objective.APPOINTMENT})
WITH_THE_AGENT = frozenset({Disposition.RESOLVED, Disposition.CALLER_HUNG_UP_EARLY})
LEFT_DETAILS_TEXT = "The caller left details and expects to hear from us."
GAVE_UP_TEXT = "The caller asked for a person and hung up while waiting."
LOST_TEXT = "The call broke off because of us. Call the caller back and apologise."


def settle(call: Call, disposition: Disposition, rows: Rows, now: datetime) -> None:
    """The message and the voicemail are owed however the call ended otherwise."""
    if disposition in TO_CALL_BACK:
        follow_ups.open_one(
            call, FollowUpKind.CALLBACK, now, text=callback_text(disposition, rows)
        )
    if disposition is Disposition.LOST:
        report_loss(call, now)
    message = rows.record.message
    if message.text:
        follow_ups.open_one(
            call, FollowUpKind.MESSAGE, now, text=message.text, number=message.number
        )
    if any(recording.holds_speech() for recording in rows.recordings):
        follow_ups.open_one(call, FollowUpKind.VOICEMAIL, now)
    if is_lead(call, disposition):
        follow_ups.open_one(call, FollowUpKind.LEAD, now, fields=call.collected)
    elif expects_us(call, disposition) and not message.text:
        follow_ups.open_one(
            call,
            FollowUpKind.CALLBACK,
            now,
            text=LEFT_DETAILS_TEXT,
            number=str(call.collected.get("callback_number", "")),
            fields=call.collected,
        )
    if gave_up_waiting(disposition, rows.last) and follow_ups.number_of(call):
        follow_ups.open_one(call, FollowUpKind.CALLBACK, now, text=GAVE_UP_TEXT)


def callback_text(disposition: Disposition, rows: Rows) -> str:
    if disposition is Disposition.LOST:
        return LOST_TEXT
    return rows.last.summary if rows.last else ""


def is_lead(call: Call, disposition: Disposition) -> bool:
    agent = ruleset_of(call).agents.get(call.agent_key)
    return (
        agent is not None
        and agent.objective is Objective.LEAD_CAPTURE
        and bool(call.collected)
        and disposition is not Disposition.SPAM
    )


def expects_us(call: Call, disposition: Disposition) -> bool:
    """The caller left details with an agent that can only pass them on."""
    agent = ruleset_of(call).agents.get(call.agent_key)
    return (
        agent is not None
        and agent.objective in PASSES_ON
        and bool(call.collected)
        and disposition in WITH_THE_AGENT
    )


def gave_up_waiting(disposition: Disposition, last: Handoff | None) -> bool:
    """The caller was being put through and hung up before anybody answered."""
    left = last is not None and last.result == HandoffResult.CALLER_LEFT
    return left and disposition is Disposition.CALLER_HUNG_UP_EARLY


def report_loss(call: Call, now: datetime) -> None:
    failed = failure(call.session_error) if call.session_error else None
    incidents.report(
        IncidentKind.CALL_LOST,
        failed.cause if failed else CauseOwner.OURS,
        key=f"lost:{call.pk}",
        now=now,
        call=call,
        detail="The caller reached nobody and could leave nothing.",
    )
