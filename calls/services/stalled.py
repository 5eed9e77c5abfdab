"""Relay calls that nobody drives any more although their socket is still open.

A driver that hangs is ended by its own process (`calls.driver.relay`). But a process
that is stopped as a whole, or whose event loop hangs, ends nothing: its socket stays
open, the carrier sees no fault, and the caller sits in silence. What shows is the
lease, which is not renewed any more. Such a call is taken out of its session by the
carrier, which then asks us how to go on: as after a session that broke.

A lease that has run out is not proof by itself: a database that was away for as long
lets all of them run out. So it counts only if nobody has renewed it a while later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db import transaction
from django.db.models import Q, QuerySet

from calls.core.carrier_events import SessionEnded, SessionStatus
from calls.core.instructions import Instruction, Nothing
from calls.core.progress import ENDED
from calls.core.session_errors import failure
from calls.core.words import CallState, CauseOwner, IncidentKind
from calls.models import Call
from calls.services import (
    handoffs,
    hunt,
    incidents,
    progress,
    relay_ends,
    relay_entry,
)

# Whoever holds a lease and is well renews it within this time.
GRACE = timedelta(seconds=6)
LOOK_AGAIN = timedelta(seconds=20)
IN_SESSION = (CallState.LIVE, CallState.HANDING_OFF)
DETAIL = (
    "The program that drives the call stopped while its connection stayed open; "
    "the carrier was told to bring the caller back to us."
)


@dataclass(frozen=True, slots=True)
class Stalled:
    """A call, and the relay session in which nobody serves it."""

    call: int
    carrier_sid: str
    session: str
    lease_until: datetime

    def as_words(self) -> tuple[int, str, str, str]:
        """For the way through the broker."""
        return self.call, self.carrier_sid, self.session, self.lease_until.isoformat()

    @classmethod
    def from_words(
        cls, call: int, carrier_sid: str, session: str, lease_until: str
    ) -> Self:
        return cls(call, carrier_sid, session, datetime.fromisoformat(lease_until))


def unattended(now: datetime) -> QuerySet[Call]:
    """In a session that began and of whose end the carrier has not told."""
    return (
        Call.objects.filter(state__in=IN_SESSION, lease_until__lt=now)
        .exclude(lease_owner="")
        .exclude(relay_session="")
        .filter(relay_token_digest="", session_status="")
    )


def claim(now: datetime, most: int) -> list[Stalled]:
    """Each is given out once in a while. Look at it again after GRACE.

    Also one that was to be fetched and that nobody came back with: a worker may have
    died before it told the carrier.
    """
    unchecked = Q(checked_at=None) | Q(checked_at__lt=now - LOOK_AGAIN)
    found = unattended(now).filter(unchecked).order_by("lease_until")[:most]
    calls = [
        Stalled(call.pk, call.carrier_sid, call.relay_session, call.lease_until)
        for call in found
        if call.lease_until is not None
    ]
    given_out = Call.objects.filter(pk__in=[one.call for one in calls])
    given_out.update(checked_at=now, redirected=False)
    return calls


def still_so(stalled: Stalled, now: datetime) -> bool:
    return as_claimed(stalled, now).exists()


def as_claimed(stalled: Stalled, now: datetime) -> QuerySet[Call]:
    return unattended(now).filter(
        redirected=False,
        pk=stalled.call,
        relay_session=stalled.session,
        lease_until=stalled.lease_until,
    )


@transaction.atomic
def fetch(stalled: Stalled, now: datetime) -> str | None:
    """Where the carrier is to send the caller; None if somebody drives the call.

    "redirected" is set before the carrier hears of it: the session that it takes the
    caller out of may end with a callback of its own, which must not act.
    """
    if not as_claimed(stalled, now).update(redirected=True):
        return None
    incidents.report(
        IncidentKind.DRIVER_FAILED,
        CauseOwner.OURS,
        key=f"stalled:{stalled.session}",
        now=now,
        call=Call.objects.get(pk=stalled.call),
        detail=DETAIL,
    )
    return relay_entry.resume_url(stalled.session)


def not_fetched(stalled: Stalled) -> None:
    """The carrier could not be told."""
    Call.objects.filter(
        pk=stalled.call, relay_session=stalled.session, session_status=""
    ).update(redirected=False)


def resume(call: Call, now: datetime) -> Instruction:
    """The carrier has fetched the caller and asks how to go on.

    Whoever held the call is cut off from it here: it may wake up again.
    """
    if call.state in ENDED:
        return Nothing()
    ended = SessionEnded(call.relay_session, SessionStatus.FAILED)
    if not relay_ends.was_told(call, ended):
        relay_ends.keep(call, ended, now)
    progress.note(call, redirected=False, lease_owner="", lease_until=None)
    handoff = handoffs.pending(call)
    if handoff is not None:
        return hunt.begin(handoff, call, now)
    return relay_ends.go_on(call, failure(""), now)
