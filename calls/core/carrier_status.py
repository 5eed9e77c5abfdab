"""The carrier's own word for where a call or a leg stands, and which word is newer.

Status callbacks arrive in any order (https://www.twilio.com/docs/voice/api/call-resource,
"statusCallback"). A call only moves up these ranks, so a word of lower or equal rank
is old news whatever its sequence number; among words of higher rank the sequence
number settles it where both have one. Of two ends the first one stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

RANKS: Mapping[str, int] = {
    "queued": 0,
    "initiated": 1,
    "ringing": 2,
    "in-progress": 3,
    "answered": 3,
    "completed": 4,
    "busy": 4,
    "failed": 4,
    "no-answer": 4,
    "canceled": 4,
}
END = 4
TERMINAL = frozenset(status for status, rank in RANKS.items() if rank == END)


@dataclass(frozen=True, slots=True)
class Report:
    """`sequence` counts from 0 for each leg; -1 when there is none."""

    status: str
    sequence: int = -1


def is_end(status: str) -> bool:
    return status in TERMINAL


def supersedes(new: Report, old: Report) -> bool:
    """An unknown word is never newer: it cannot be placed."""
    rank = RANKS.get(new.status, -1)
    if rank <= RANKS.get(old.status, -1):
        return False
    if rank == END or new.sequence < 0:
        return True
    return new.sequence > old.sequence
