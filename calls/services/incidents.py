"""Things that broke, each reported once."""

from datetime import datetime

from calls.core.words import CauseOwner, IncidentKind
from calls.models import Call, Incident


def report(
    kind: IncidentKind,
    cause: CauseOwner,
    *,
    key: str,
    now: datetime,
    call: Call | None = None,
    detail: str = "",
) -> None:
    """`key` names the happening, so that its second report opens nothing.

    `detail` is shown to managers: no numbers of callers, nothing that was said.
    """
    incident = Incident(
        call=call, kind=kind, cause=cause, key=key[:200], at=now, detail=detail
    )
    Incident.objects.bulk_create([incident], ignore_conflicts=True)


def settle(key: str, now: datetime, note: str) -> int:
    """What has come right by itself; how many there were whose keys begin so.

    A note that somebody has written stays.
    """
    right = Incident.objects.filter(key__startswith=key, settled_at=None)
    right.filter(note="").update(note=note)
    return right.update(settled_at=now)


def unknown_call(endpoint: str, sid: str, now: datetime) -> None:
    report(
        IncidentKind.UNKNOWN_CALL,
        CauseOwner.CARRIER,
        key=f"unknown call:{sid}",
        now=now,
        detail=f"A {endpoint} callback names a call that was never offered to us.",
    )
