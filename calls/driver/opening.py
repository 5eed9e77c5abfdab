"""From the carrier's `setup` frame to a driven call."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from django.utils import timezone

from calls.core.words import CauseOwner, IncidentKind
from calls.driver.briefing import Briefing, brief
from calls.driver.journal import IncidentRow
from calls.driver.relay import RelayDriver
from calls.driver.runtime import Runtime
from calls.providers.relay_frames import SetupFrame
from calls.services import sessions
from calls.services.sessions import SessionRefused
from routing.services import live

FLUSH_SECONDS = 1.0

__all__ = ["SessionRefused", "open_call"]


async def open_call(
    setup: SetupFrame,
    held_by: Runtime,
    *,
    send: Callable[[str], Awaitable[None]],
    close: Callable[[int], Awaitable[None]],
) -> RelayDriver:
    """Raises SessionRefused; the refusal is an incident by then.

    A session that comes back at once must find what its forerunner was told, so the
    journal is given a moment to write it.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_SECONDS):
            await held_by.journal.flushed()
    now = timezone.now()
    try:
        briefing = await held_by.database.run(_brief, setup, held_by.owner, now)
    except SessionRefused as refused:
        held_by.journal.put(_incident(setup, str(refused), now))
        raise
    return RelayDriver(briefing, held_by, send=send, close=close)


def _brief(setup: SetupFrame, owner: str, now: datetime) -> Briefing:
    opening = sessions.Opening(setup.call, setup.account, setup.session, setup.token)
    session = sessions.open_session(opening, owner=owner, now=now)
    return brief(session, live.ruleset(session.release), now=now)


def _incident(setup: SetupFrame, why: str, now: datetime) -> IncidentRow:
    return IncidentRow(
        call=None,
        kind=IncidentKind.SOCKET_REFUSED.value,
        cause=CauseOwner.CARRIER.value,
        detail=why,
        key=f"socket refused {setup.session} {now.isoformat()}",
        at=now,
    )
