"""Which three calls of a report are most worth hearing.

Every reason has its own candidates, the best first. The most telling reasons get a
place each before any gets a second one, so that three calls teach three things.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import zip_longest

from billing.core.report import ToHear

SHOWN = 3


class Reason(StrEnum):
    """In the order in which they matter."""

    LOST = "lost"
    NOBODY = "nobody"
    EMERGENCY = "emergency"
    ANGRY = "angry"
    BROKEN = "broken"
    COSTLIEST = "costliest"
    LEFT = "left"
    LONGEST = "longest"


def most_worth_hearing(
    candidates: Mapping[Reason, Sequence[ToHear]], shown: int = SHOWN
) -> tuple[ToHear, ...]:
    """Each call once, under the first reason that speaks for it."""
    in_order = [candidates.get(reason, ()) for reason in Reason]
    chosen: dict[int, ToHear] = {}
    for of_each in zip_longest(*in_order):
        for candidate in of_each:
            if candidate is not None and len(chosen) < shown:
                chosen.setdefault(candidate.call_id, candidate)
    return tuple(chosen.values())
