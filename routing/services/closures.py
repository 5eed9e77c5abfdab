"""The emergency switch, read for every call: it holds from the next one on.

It is a row and not part of a release, and no process keeps it in memory. So there is
nothing to publish and nothing to spread, and a call costs one indexed query more.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from routing.core.closure import Closure, ClosureAction
from routing.models.closures import EmergencyClosure

# Every caller waits for it and almost none finds one, so it is put together only here.
HOLDS = """
SELECT id FROM routing_emergencyclosure
WHERE dialled IN ('', %s) AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > %s)
ORDER BY dialled DESC, started_at DESC
LIMIT 1
"""


def in_force(now: datetime) -> "QuerySet[EmergencyClosure]":
    """That of a number before that of all, the newest first."""
    still_on = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    found = EmergencyClosure.objects.filter(still_on, ended_at__isnull=True)
    return found.select_related("started_by").order_by("-dialled", "-started_at")


def closure_of(dialled: str, now: datetime) -> Closure | None:
    """What holds for a call to this number."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, [dialled, now])
        found = cursor.fetchone()
    row = in_force(now).filter(pk=found[0]).first() if found else None
    return compiled(row) if row is not None else None


def compiled(row: EmergencyClosure) -> Closure:
    return Closure(
        name=str(row),
        action=ClosureAction(row.action),
        message=row.message.strip(),
        policy=row.policy,
        reason=row.reason,
        switched_on=switched_on(row),
    )


def switched_on(row: EmergencyClosure) -> str:
    who = row.started_by
    name = (who.get_full_name() or who.get_username()) if who else "the portal itself"
    return f"{name}, {timezone.localtime(row.started_at):%d %b %Y, %H:%M %Z}"


def end(closure: EmergencyClosure, *, by: User, at: datetime) -> bool:
    """False when it is over already; who ended it first then stays on record."""
    with transaction.atomic():
        row = in_force(at).select_for_update(of=("self",)).filter(pk=closure.pk).first()
        if row is None:
            return False
        row.ended_at, row.ended_by = at, by
        row.save(update_fields=["ended_at", "ended_by"])
    return True
