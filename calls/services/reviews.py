"""What people decide about calls after the fact.

Each is one conditional update, so that two supervisors who press at the same moment
do not undo each other: the second finds nothing to change.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from calls.core.words import HandoffReason
from calls.models import Call, FollowUp, Handoff, Incident


@transaction.atomic
def review_call(
    call: Call,
    *,
    by: AbstractBaseUser,
    at: datetime,
    note: str = "",
    corrections: Iterable[tuple[Handoff, HandoffReason]] = (),
) -> Call:
    """A second review replaces the note and names the later reviewer."""
    for handoff, reason in corrections:
        correct_reason(handoff, reason)
    Call.objects.filter(pk=call.pk).update(
        reviewed_at=at, reviewed_by=by, review_note=note
    )
    call.refresh_from_db(fields=["reviewed_at", "reviewed_by", "review_note"])
    return call


@transaction.atomic
def correct_reason(handoff: Handoff, reason: HandoffReason | None) -> Handoff:
    """What the agent gave as reason stays beside it; none, or the same, undoes this."""
    corrected = "" if reason is None or reason == handoff.reason else reason
    Handoff.objects.filter(pk=handoff.pk).update(corrected_reason=corrected)
    handoff.refresh_from_db(fields=["corrected_reason"])
    return handoff


@transaction.atomic
def finish_follow_up(
    follow_up: FollowUp, *, by: AbstractBaseUser, at: datetime, note: str = ""
) -> bool:
    """False when somebody else had already finished it; theirs then stands."""
    changes = {"done_at": at, "done_by": by} | ({"note": note} if note else {})
    open_ones = FollowUp.objects.filter(pk=follow_up.pk, done_at=None)
    finished = open_ones.update(**changes) == 1
    follow_up.refresh_from_db(fields=["done_at", "done_by", "note"])
    return finished


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp) -> bool:
    done_ones = FollowUp.objects.filter(pk=follow_up.pk, done_at__isnull=False)
    reopened = done_ones.update(done_at=None, done_by=None) == 1
    follow_up.refresh_from_db(fields=["done_at", "done_by"])
    return reopened


@transaction.atomic
def settle_incident(
    incident: Incident, *, by: AbstractBaseUser, at: datetime, note: str = ""
) -> bool:
    """False when somebody else had already settled it; theirs then stands."""
    changes = {"settled_at": at, "settled_by": by} | ({"note": note} if note else {})
    open_ones = Incident.objects.filter(pk=incident.pk, settled_at=None)
    settled = open_ones.update(**changes) == 1
    incident.refresh_from_db(fields=["settled_at", "settled_by", "note"])
    return settled


@transaction.atomic
def reopen_incident(incident: Incident) -> bool:
    settled_ones = Incident.objects.filter(pk=incident.pk, settled_at__isnull=False)
    reopened = settled_ones.update(settled_at=None, settled_by=None) == 1
    incident.refresh_from_db(fields=["settled_at", "settled_by"])
    return reopened
