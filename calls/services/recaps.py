"""The recap of a call, from its rows."""

from collections.abc import Sequence
from typing import Protocol

from calls.core.recap import Recap, Record, Rung, sentences
from calls.core.words import Disposition
from calls.core.zoned import short
from calls.models import Call, Handoff, HandoffAttempt, Recording


class Rows(Protocol):
    @property
    def record(self) -> Record: ...

    @property
    def attempts(self) -> Sequence[HandoffAttempt]: ...

    @property
    def recordings(self) -> Sequence[Recording]: ...

    @property
    def last(self) -> Handoff | None: ...


def summary(call: Call, disposition: Disposition, rows: Rows) -> str:
    return "\n".join(sentences(recap(call, disposition, rows)))


def recap(call: Call, disposition: Disposition, rows: Rows) -> Recap:
    last = rows.last
    return Recap(
        caller=call.caller,
        line=call.number_label or call.dialled,
        offered=short(call.offered_at, call.time_zone),
        disposition=disposition,
        agent=call.agent_name if call.answered_at else "",
        seconds=seconds_of(call),
        collected=call.collected,
        message=rows.record.message.text,
        handoff_reason=last.reason if last else "",
        handoff_summary=last.summary if last else "",
        rung=[Rung(a.contact_name, a.result) for a in rows.attempts],
        voicemail_seconds=sum(r.seconds for r in rows.recordings if r.holds_speech()),
    )


def seconds_of(call: Call) -> int:
    lasted = call.duration()
    return int(lasted.total_seconds()) if lasted else call.carrier_seconds or 0
