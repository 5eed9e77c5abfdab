"""Looking for calls that a process left behind when it died.

Once a second every process that answers or hosts voice calls looks for those whose
lease has run out, and for those that were being decided and are not any more. That is
how a killed process is noticed, and how a lost announcement is made up for.
"""

import asyncio
import logging

from django.utils import timezone

from calls.driver import engine_calls, sidebands
from calls.driver.runtime import Runtime, runtime
from calls.services import engine_claims, engine_sessions

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


def keep_watch() -> None:
    """Begin, once in every process."""
    held_by = runtime()
    if not held_by.watching:
        held_by.watching = True
        held_by.spawn(_watch(held_by))


async def _watch(held_by: Runtime) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await look(held_by)
        except Exception:
            logger.warning("looking after voice calls failed", exc_info=True)


async def look(held_by: Runtime) -> None:
    """Keeps what is ours, and takes what is nobody's."""
    await renew(held_by)
    database, now = held_by.database, timezone.now()
    for engine_session in await database.run(engine_claims.abandoned, now):
        held_by.spawn(engine_calls.take_over(engine_session, held_by))
    for engine_session in await database.run(engine_sessions.waiting, now):
        try:
            await sidebands.attach(engine_session)
        except Exception:
            # One that cannot be taken must not keep us from the others.
            logger.exception("not attached", extra={"session": engine_session})


async def renew(held_by: Runtime) -> None:
    mine = [call.call for call in held_by.live.values()]
    renewed = await held_by.database.run(
        engine_sessions.renew, mine, owner=held_by.owner, now=timezone.now()
    )
    for call in list(held_by.live.values()):
        if call.call in renewed.caller_gone:
            call.caller_gone()
        elif call.call in renewed.lost:
            call.let_go()
