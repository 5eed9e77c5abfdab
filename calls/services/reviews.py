"""What people decide about calls after the fact.

Each changes a record only where it is still as it was seen, so that two supervisors who
press at the same moment do not undo each other: the second finds nothing to change.
Such updates pass by what writes down who changed what, and so they tell it themselves.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, QuerySet

from calls.core.words import HandoffReason
from calls.models import Call, FollowUp, Handoff, Incident
from routing.services import audit


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
    before = Call.objects.select_related("reviewed_by").get(pk=call.pk)
    changes = {"reviewed_at": at, "reviewed_by": by, "review_note": note}
    Call.objects.filter(pk=call.pk).update(**changes)
    audit.note_change(call, against(before, changes))
    call.refresh_from_db(fields=["reviewed_at", "reviewed_by", "review_note"])
    return call


def against(before: Model, changes: Mapping[str, object]) -> dict[str, Any]:
    return {name: (getattr(before, name), value) for name, value in changes.items()}


@transaction.atomic
def correct_reason(handoff: Handoff, reason: HandoffReason | None) -> Handoff:
    """What the agent gave as reason stays beside it; none, or the same, undoes this."""
    corrected = "" if reason is None or reason == handoff.reason else reason
    before = Handoff.objects.get(pk=handoff.pk)
    Handoff.objects.filter(pk=handoff.pk).update(corrected_reason=corrected)
    audit.note_change(handoff, against(before, {"corrected_reason": corrected}))
    handoff.refresh_from_db(fields=["corrected_reason"])
    return handoff


def change(found: "QuerySet[Any]", changes: Mapping[str, Any]) -> bool:
    """Whether the one that is looked for was still as it was to be."""
    before = found.select_for_update(of=("self",)).first()
    if before is None:
        return False
    found.update(**changes)
    audit.note_change(before, against(before, changes))
    return True


@transaction.atomic
def write_note(work: FollowUp | Incident, note: str) -> None:
    before = type(work)._default_manager.select_for_update(of=("self",)).get(pk=work.pk)
    type(work)._default_manager.filter(pk=work.pk).update(note=note)
    audit.note_change(work, against(before, {"note": note}))
    work.note = note


@transaction.atomic
def finish_follow_up(
    follow_up: FollowUp, *, by: AbstractBaseUser, at: datetime, note: str = ""
) -> bool:
    """False when somebody else had already finished it; theirs then stands."""
    changes = {"done_at": at, "done_by": by} | ({"note": note} if note else {})
    finished = change(FollowUp.objects.filter(pk=follow_up.pk, done_at=None), changes)
    follow_up.refresh_from_db(fields=["done_at", "done_by", "note"])
    return finished


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp) -> bool:
    done_ones = FollowUp.objects.filter(pk=follow_up.pk, done_at__isnull=False)
    reopened = change(done_ones, {"done_at": None, "done_by": None})
    follow_up.refresh_from_db(fields=["done_at", "done_by"])
    return reopened


@transaction.atomic
def settle_incident(
    incident: Incident, *, by: AbstractBaseUser, at: datetime, note: str = ""
) -> bool:
    """False when somebody else had already settled it; theirs then stands."""
    changes = {"settled_at": at, "settled_by": by} | ({"note": note} if note else {})
    settled = change(Incident.objects.filter(pk=incident.pk, settled_at=None), changes)
    incident.refresh_from_db(fields=["settled_at", "settled_by", "note"])
    return settled


@transaction.atomic
def reopen_incident(incident: Incident) -> bool:
    settled_ones = Incident.objects.filter(pk=incident.pk, settled_at__isnull=False)
    reopened = change(settled_ones, {"settled_at": None, "settled_by": None})
    incident.refresh_from_db(fields=["settled_at", "settled_by"])
    return reopened
