"""Who is on which caller list, now.

Read at every call and written at once: blocking a caller cannot wait for a release.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from routing.core.decision import ListKind, OnList
from routing.models import CallerEntry, CallerList

MOST_DIGITS = 15

# Written out because every call waits for it; it is the join of `holding`.
LISTS = """
SELECT DISTINCT one.id, one.name, one.kind
FROM routing_callerentry entry
JOIN routing_callerlist one ON one.id = entry.caller_list_id
WHERE entry.caller = ANY(%s)
AND (entry.expires_at IS NULL OR entry.expires_at > %s)
ORDER BY one.name, one.id
"""


def lists_of(caller: str, now: datetime) -> tuple[OnList, ...]:
    """`caller` is E.164 or a SIP address. One query, by index."""
    if not caller:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(LISTS, [[caller, *beginnings(caller)], now])
        found = cursor.fetchall()
    return tuple(OnList(str(pk), name, ListKind(kind)) for pk, name, kind in found)


def entries_of(caller: str, now: datetime) -> list[CallerEntry]:
    return list(holding(caller, now).select_related("caller_list"))


def holding(caller: str, now: datetime) -> "QuerySet[CallerEntry]":
    named = [caller, *beginnings(caller)]
    return CallerEntry.objects.holding(now).filter(caller__in=named)


def with_somebody(now: datetime) -> frozenset[str]:
    """The keys of the lists on which there is anybody now."""
    found = CallerEntry.objects.holding(now).order_by().values_list("caller_list")
    return frozenset(str(pk) for (pk,) in found.distinct())


def beginnings(caller: str) -> list[str]:
    """Every beginning of a number as a list would have it: "+1*", "+12*", ..."""
    if not caller.startswith("+"):
        return []
    return [f"{caller[:end]}*" for end in range(2, min(len(caller), MOST_DIGITS) + 1)]


def put_on(
    chosen: CallerList,
    caller: str,
    *,
    reason: str,
    author: User | None,
    until: datetime | None = None,
) -> CallerEntry:
    """Of a caller who is on the list already the entry is renewed."""
    entry, _ = CallerEntry.objects.update_or_create(
        caller_list=chosen,
        caller=caller,
        defaults={"reason": reason, "author": author, "expires_at": until},
    )
    return entry
