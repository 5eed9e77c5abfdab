"""Calls that nobody has told us the end of, and those that wait to be closed."""

from datetime import datetime, timedelta

from django.db.models import Q

from calls.core.closing import SETTLING
from calls.core.words import CallState
from calls.models import Call, EngineSession

# A call in a conversation renews its lease; one with a person says nothing for long.
SILENCE = timedelta(seconds=60)
# An offered call is connected within seconds or not at all.
OFFER = timedelta(seconds=30)
CHECK_AGAIN = timedelta(seconds=60)
# The carrier ends every call after 24 hours at the latest.
LONGEST_CALL = timedelta(hours=25)


def to_close(now: datetime, most: int) -> list[int]:
    over = Call.objects.filter(state=CallState.OVER, over_at__lte=now - SETTLING)
    return list(over.order_by("over_at").values_list("pk", flat=True)[:most])


def claim_unheard(now: datetime, most: int) -> list[int]:
    """Calls to ask the carrier about; each is given out once a minute."""
    silent = Q(last_seen_at__lt=now - SILENCE)
    steered = EngineSession.objects.filter(lease_until__gte=now)
    # The carrier knows nothing of a call that came over a bare trunk.
    unknown_there = EngineSession.objects.filter(trunk=True)
    never_connected = Q(state=CallState.OFFERED, last_seen_at__lt=now - OFFER)
    unheard = (
        Call.objects.live()
        .filter(silent | never_connected)
        .filter(Q(lease_until=None) | Q(lease_until__lt=now))
        .exclude(engine_session__in=steered)
        .exclude(engine_session__in=unknown_there)
        .filter(Q(checked_at=None) | Q(checked_at__lt=now - CHECK_AGAIN))
    )
    found = list(unheard.order_by("last_seen_at").values_list("pk", flat=True)[:most])
    Call.objects.filter(pk__in=found).update(checked_at=now)
    return found


def forsaken(now: datetime, most: int) -> list[int]:
    """Calls over a bare trunk that nobody has steered for long: what ended them, if

    anything has, told nobody. These are sessions, not calls.
    """
    long_ago = now - SILENCE
    unsteered = Q(lease_until=None) | Q(lease_until__lt=long_ago)
    sessions = EngineSession.objects.filter(
        unsteered, trunk=True, claimed_at__lt=long_ago, call__in=Call.objects.live()
    )
    return list(sessions.order_by("claimed_at").values_list("pk", flat=True)[:most])


def is_too_old(call: Call, now: datetime) -> bool:
    return call.offered_at < now - LONGEST_CALL
