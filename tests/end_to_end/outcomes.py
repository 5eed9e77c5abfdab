"""What became of calls: what the carrier recorded, and what the portal keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from calls.simulator.carrier.order import CallRecord
from tests.end_to_end.books import Books, CallRow
from tests.end_to_end.callers import Placed, Wish
from tests.end_to_end.portal import Portal

DROPPED = "64105"


@dataclass(frozen=True)
class Outcome:
    record: CallRecord
    row: CallRow
    books: Books

    @property
    def sid(self) -> str:
        return self.row.carrier_sid

    @property
    def complaints(self) -> list[str]:
        """What the carrier found wrong, but for sockets that went away."""
        found = [v for v in self.record.violations if not v.startswith(DROPPED)]
        return self.record.unmet + found

    @property
    def told(self) -> str:
        """The call as the caller lived it, for whoever reads a failure."""
        lines = [f"{h['at']} {h['who']}: {h['text']}" for h in self.record.transcript]
        return "\n".join([*lines, *self.record.warnings, *self.record.violations])


def play(portal: Portal, wishes: Sequence[Wish], *, at_once: int) -> list[Outcome]:
    """Place the calls and wait until each of them is closed."""
    records = portal.world.place_all(wishes, at_once=at_once)
    return [outcome_of(portal, record) for record in records]


def ends_of(portal: Portal, calls: Iterable[Placed]) -> Mapping[str, Outcome]:
    """By the name of their scenario; waits for their end."""
    records = [call.over() for call in calls]
    return {record.scenario: outcome_of(portal, record) for record in records}


def outcome_of(portal: Portal, record: CallRecord) -> Outcome:
    books = portal.books
    spoken = [books.sid_of(session.call_id) for session in record.voice_sessions]
    sid = next((sid for sid in spoken if sid), record.call_sid)
    return Outcome(record, books.closed(sid), books)
