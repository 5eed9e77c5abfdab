"""The books of one number and one day: calls offered against how they ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.core.words import Disposition


@dataclass(frozen=True, slots=True)
class Ledger:
    """`going_on` are calls not closed yet, which have no disposition."""

    offered: int = 0
    going_on: int = 0
    ended: Mapping[Disposition, int] = field(default_factory=dict)

    @property
    def remainder(self) -> int:
        """Calls not accounted for. Anything but 0 is a bug."""
        return self.offered - self.going_on - sum(self.ended.values())
