"""How long the leg to the voice model was, as the carrier tells it."""

from datetime import datetime, timedelta

from calls.core.meter import CARRIER, SIP_LEG
from calls.models import Usage


def keep(call_id: int, leg_sid: str, seconds: int, now: datetime) -> bool:
    """True if that is news. The leg began so long before `now` that it ends there.

    A leg that nobody answered took no seconds, which is kept, too: then nothing is
    missing.
    """
    known = Usage.objects.filter(provider_id=leg_sid)
    if known.exists():
        return bool(
            known.exclude(figures__seconds=seconds).update(figures={"seconds": seconds})
        )
    row = Usage(
        call_id=call_id,
        provider=CARRIER,
        item=SIP_LEG,
        provider_id=leg_sid,
        figures={"seconds": seconds},
        at=now - timedelta(seconds=seconds),
    )
    Usage.objects.bulk_create([row], ignore_conflicts=True)
    return True
