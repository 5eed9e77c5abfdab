"""Who is on which caller list, now.

Read at every call and written at once: blocking a caller cannot wait for a release.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from routing.core.decision import ListKind, OnList
from routing.models import CallerEntry, CallerList

MOST_DIGITS = 15


def lists_of(caller: str, now: datetime) -> tuple[OnList, ...]:
    """`caller` is E.164 or a SIP address. One query, by index."""
    if not caller:
        return ()
    found = (
        holding(caller, now)
        .order_by("caller_list__name", "caller_list_id")
        .values_list("caller_list_id", "caller_list__name", "caller_list__kind")
        .distinct()
    )
    return tuple(OnList(str(pk), name, ListKind(kind)) for pk, name, kind in found)


def entries_of(caller: str, now: datetime) -> list[CallerEntry]:
    return list(holding(caller, now).select_related("caller_list"))


def holding(caller: str, now: datetime) -> "QuerySet[CallerEntry]":
    named = [caller, *beginnings(caller)]
    return CallerEntry.objects.holding(now).filter(caller__in=named)


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
