"""How a voice call is left: hung up, let go, or handed on to the next process.

What becomes of a call is stored before anybody is asked to end it, for the carrier's
callback may come at once. It counts as over once it was ended and not before: until
then whoever takes its lease tries again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from django.utils import timezone

from calls.core.words import CauseOwner, IncidentKind
from calls.driver.journal import IncidentRow
from calls.driver.runtime import Runtime
from calls.driver.voice_briefing import VoiceBriefing
from calls.errors import NotFoundThere, ProviderError
from calls.providers.openai_realtime.control import CallGone
from calls.services import engine_sessions
from calls.services.sessions import Left

logger = logging.getLogger(__name__)

STORE_SECONDS = 4.0


class VoiceEnds:
    def __init__(self, briefing: VoiceBriefing, held_by: Runtime) -> None:
        self._session = briefing.session
        self._runtime = held_by
        self._known = {"call": briefing.session.call}

    async def hang_up(self, left: Left) -> bool:
        """True once it is over."""
        await self._store(engine_sessions.leaving, left)
        failed = await self._end_at_provider()
        if failed is not None and not self._session.trunk:
            failed = await self._end_at_carrier()
        over = failed is None or not failed.retryable
        if over:
            await self.give_back(left, over=True)
        return over

    async def let_go(self, left: Left, rescue: Callable[[], Awaitable[None]]) -> bool:
        """We cannot steer this call any more, so the caller must not stay in it.

        Hung up at the provider, the carrier asks us what to do with the caller, who
        goes on by the relay path. Where the provider does not answer at all, the
        carrier is told to fetch the caller, by `rescue`. Where there is no carrier to
        tell, whoever takes the lease next tries again.
        """
        detail = "The connection that steers the call was lost and did not come back."
        self._report_once(IncidentKind.SOCKET_LOST, detail)
        await self._store(engine_sessions.leaving, left)
        failed = await self._end_at_provider()
        if failed is not None and not self._session.trunk:
            await rescue()
            return True
        return failed is None or not failed.retryable

    async def is_over(self) -> bool:
        """Refused before we heard anything: has the caller left, or is the caller

        with a model that nobody steers? Hanging up tells, and ends the latter.
        """
        try:
            await self._runtime.control.hang_up(self._session.provider_call)
        except CallGone:
            return True
        except ProviderError:
            logger.warning("could not hang up", extra=self._known)
        return False

    async def give_back(self, left: Left, *, over: bool) -> None:
        """The lease; nothing happens if it is not ours any more."""
        await self._store(partial(engine_sessions.leave, over=over), left)

    async def _store(self, keep: Callable[..., object], left: Left) -> None:
        """`keep` is one of `engine_sessions`."""
        owner = self._runtime.owner
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self._runtime.journal.flushed()
                await self._runtime.database.run(
                    keep, self._session.id, left, owner=owner, now=timezone.now()
                )
        except Exception:
            logger.exception("session could not be left", extra=self._known)

    async def _end_at_provider(self) -> ProviderError | None:
        """The failure, after which the call may go on there."""
        try:
            await self._runtime.control.hang_up(self._session.provider_call)
        except CallGone:
            logger.info("already over", extra=self._known)
        except ProviderError as error:
            kind = IncidentKind.MODEL_ERROR
            self._report_once(kind, f"The call could not be hung up. {error}")
            return error
        return None

    async def _end_at_carrier(self) -> ProviderError | None:
        try:
            await self._runtime.end_at_carrier(self._session.carrier_call)
        except NotFoundThere:
            logger.info("already over", extra=self._known)
        except ProviderError as error:
            logger.warning("carrier did not hang up", extra={"error": str(error)})
            return error
        return None

    def _report_once(self, kind: IncidentKind, detail: str) -> None:
        """However often it happens in this call."""
        call, cause, now = self._session.call, CauseOwner.MODEL.value, timezone.now()
        key = f"call {call} {kind}"
        self._runtime.journal.put(
            IncidentRow(call, kind.value, cause, detail, key, now)
        )
