"""Moving a call on. `calls.core.progress` says what may follow what."""

from datetime import datetime

from calls.core.progress import sources
from calls.core.words import CallState
from calls.models import Call

# Whatever comes of a call begins with this, so it goes one way there and not two.
HEARD = """
UPDATE calls_call SET last_seen_at = %s WHERE carrier_sid = %s RETURNING calls_call.*
"""


def heard_of(carrier_sid: str, now: datetime) -> Call | None:
    """The call a callback is about, or None if it was never offered to us.

    Touching the row first locks it, so the callbacks of one call take turns and each
    sees what the one before it did.
    """
    return next(iter(Call.objects.raw(HEARD, [now, carrier_sid])), None)


def advance(call: Call, to: CallState, **fields: object) -> bool:
    """False, and nothing changed, where the call has moved past this already."""
    here = Call.objects.filter(pk=call.pk, state__in=sources(to))
    if not here.update(state=to, **fields):
        return False
    keep(call, state=to, **fields)
    return True


def note(call: Call, **fields: object) -> None:
    """Store what does not depend on the state."""
    Call.objects.filter(pk=call.pk).update(**fields)
    keep(call, **fields)


def keep(call: Call, **fields: object) -> None:
    for name, value in fields.items():
        setattr(call, name, value)


def over(call: Call, now: datetime) -> bool:
    return advance(call, CallState.OVER, over_at=now)
