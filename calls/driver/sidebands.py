"""Who drives which voice call: leases, and taking over from a process that died.

Any number of processes may host sidebands. A call that was accepted is announced on
the channel layer; whoever gets its lease drives it.
"""

import asyncio
import logging
import signal
from datetime import datetime

from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone

from calls.driver.runtime import Runtime, close_runtime, runtime
from calls.driver.voice import VoiceDriver
from calls.driver.voice_briefing import VoiceBriefing, brief_voice
from calls.errors import ProviderError
from calls.providers.openai_realtime.control import CallGone
from calls.providers.openai_realtime.sideband import Sideband, sideband_url
from calls.services import engine_sessions
from calls.services.sessions import Left
from routing.services import live

logger = logging.getLogger(__name__)

CHANNEL = "sideband"
END_SECONDS = 10.0


async def attach(engine_session: int) -> None:
    """Have the accepted call driven: here, or by the processes made for it."""
    if runtime().hosts:
        await drive(engine_session)
    else:
        await announce(engine_session)


async def announce(engine_session: int) -> None:
    """To the processes made for hosting."""
    layer = get_channel_layer()
    assert layer is not None
    message = {"type": "sideband.attach", "engine_session": engine_session}
    await layer.send(CHANNEL, message)


def host() -> bool:
    """This process was started to host sidebands: its end lets others go on at once.

    False once it was told to end: an announcement is for others then, who heard it too.
    """
    if _ending:
        return False
    held_by = runtime()
    if not held_by.hosts:
        held_by.hosts = True
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, _begin_to_end)
    return True


_ending: set[asyncio.Task[None]] = set()


def _begin_to_end() -> None:
    if not _ending:
        _ending.add(asyncio.create_task(_end()))


async def _end() -> None:
    """What does not close in time is left as it is: leases run out by themselves."""
    try:
        async with asyncio.timeout(END_SECONDS):
            await close_runtime()
    except Exception:
        logger.exception("could not leave in order")
    finally:
        asyncio.get_running_loop().call_soon(_interrupt)


def _interrupt() -> None:
    """What ends a process of Channels in order is Ctrl-C, but not by its signal.

    A shell that starts something in the background has it ignore that one.
    """
    raise KeyboardInterrupt


async def drive(engine_session: int) -> None:
    """Take the lease and drive; nothing happens if somebody else has it."""
    held_by = runtime()
    briefing = await held_by.database.run(
        brief, engine_session, held_by.owner, timezone.now()
    )
    await steer(briefing, held_by)


async def steer(briefing: VoiceBriefing | None, held_by: Runtime) -> None:
    """Drive the call whose lease was taken with this."""
    if briefing is not None and briefing.session.caller_gone:
        await _hang_up(briefing, held_by)
    elif briefing is not None:
        url = sideband_url(settings.OPENAI_BASE_URL, briefing.session.provider_call)
        VoiceDriver(briefing, held_by, Sideband(url, settings.OPENAI_API_KEY))


async def _hang_up(briefing: VoiceBriefing, held_by: Runtime) -> None:
    """A caller who left while it rang is not talked to.

    Where the provider does not hear of it the lease runs out, and it is tried again.
    """
    try:
        await held_by.control.hang_up(briefing.session.provider_call)
    except CallGone:
        logger.info("already over", extra={"call": briefing.call})
    except ProviderError as error:
        logger.warning("could not hang up", extra={"error": str(error)})
        if error.retryable:
            return
    left = Left("caller_left", "", briefing.session.language, {})
    await held_by.database.run(
        engine_sessions.leave,
        briefing.session.id,
        left,
        owner=held_by.owner,
        now=timezone.now(),
        over=True,
    )


def brief(engine_session: int, owner: str, now: datetime) -> VoiceBriefing | None:
    """Takes the lease. None: somebody else has it."""
    session = engine_sessions.take_lease(engine_session, owner=owner, now=now)
    if session is None:
        return None
    return brief_voice(session, live.ruleset(session.release), now=now)
