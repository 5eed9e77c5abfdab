"""What a closed call still owes its caller: the follow-ups, and for a lost one the

incident. A follow-up of each kind is opened once, so one that was promised during the
call stays as it was.
"""

from datetime import datetime

from calls.core.session_errors import failure
from calls.core.words import CauseOwner, Disposition, FollowUpKind, IncidentKind
from calls.models import Call
from calls.services import follow_ups, incidents
from calls.services.call_script import ruleset_of
from calls.services.recaps import Rows
from routing.core.ruleset import Objective

TO_CALL_BACK = frozenset({Disposition.CALLBACK_SCHEDULED, Disposition.LOST})
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
