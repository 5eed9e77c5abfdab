"""What a live call leaves in the journal, and what it has cost so far."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from calls.core.actions import ReportIncident
from calls.core.events import CostMeasured
from calls.core.meter import Measured, Meter
from calls.core.words import EventKind
from calls.driver.journal import EventRow, IncidentRow, Journal, UsageRow

END_OF_TURN = frozenset(
    {EventKind.AGENT_SAID, EventKind.CALLER_SAID, EventKind.HANDOFF_ASKED}
)


class Recorder:
    """One per stream of a call.

    `connections` are the items that cost by the second, counted from `since`; `used`
    is what was charged for before. `tell` hears the total after every usage.
    """

    def __init__(
        self,
        call: int,
        stream: int,
        journal: Journal,
        meter: Meter,
        *,
        since: datetime,
        connections: tuple[tuple[str, str], ...],
        used: tuple[Measured, ...],
        tell: Callable[[CostMeasured], None],
    ) -> None:
        self._call, self._stream = call, stream
        self._journal, self._meter = journal, meter
        self._since, self._connections = since, connections
        self._tell = tell
        self._seq = 0
        self._spent = sum((self._price(measured) for measured in used), Decimal(0))

    def note(self, kind: EventKind, data: Mapping[str, object]) -> None:
        self._seq += 1
        now = timezone.now()
        self._journal.put(
            EventRow(self._call, self._stream, self._seq, now, kind.value, data)
        )
        if kind in END_OF_TURN:
            self._journal.hurry()

    def report(self, incident: ReportIncident) -> None:
        self._seq += 1
        key = f"call {self._call} {incident.kind} {self._stream}.{self._seq}"
        kind, cause, now = incident.kind.value, incident.cause.value, timezone.now()
        self._journal.put(
            IncidentRow(self._call, kind, cause, incident.detail, key, now)
        )

    def use(self, usage: UsageRow) -> None:
        self._journal.put(usage)
        measured = Measured(usage.provider, usage.item, usage.figures, usage.at)
        self._spent += self._price(measured)
        self._tell(CostMeasured(self._spent + self._standing(usage.at)))

    def _standing(self, now: datetime) -> Decimal:
        """What the connections have cost that are charged by the minute."""
        figures = {"seconds": (now - self._since).total_seconds()}
        measured = (Measured(p, item, figures, now) for p, item in self._connections)
        return sum((self._price(m) for m in measured), Decimal(0))

    def _price(self, measured: Measured) -> Decimal:
        """What has no price cannot count towards a cap."""
        return self._meter.price(measured) or Decimal(0)
