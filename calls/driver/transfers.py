"""Handing a voice call over, and whether it really happened.

Where we know the carrier's own leg the carrier is told to fetch the caller. Else the
provider is asked to refer, whose success says only that the request was relayed. Each
way is watched: if the call has not left us in time, the next way is tried, and when
there is none left the caller is told and taken back.
"""

import asyncio
import logging
from collections.abc import Callable

from django.utils import timezone

from calls.core.actions import HandOff
from calls.core.voice import events as vev
from calls.core.words import HandoffReason
from calls.driver.runtime import Runtime
from calls.driver.voice_briefing import VoiceBriefing
from calls.errors import ProviderError
from calls.providers.openai_realtime.control import CallGone
from calls.services import engine_handoff, handoffs
from calls.services.engine_handoff import CarrierTransfer, LetGo, Refer

logger = logging.getLogger(__name__)

WATCH_SECONDS = 8.0


class Transfers:
    def __init__(
        self,
        briefing: VoiceBriefing,
        held_by: Runtime,
        tell: Callable[[vev.VoiceEvent], None],
    ) -> None:
        self._call = briefing.session.call
        self._provider_call = briefing.session.provider_call
        self._runtime = held_by
        self._tell = tell
        self._task: asyncio.Task[None] | None = None
        self._referred = False

    @property
    def pending(self) -> bool:
        """A transfer was begun and the call has not left us yet."""
        return self._task is not None and not self._task.done()

    def begin(self, action: HandOff) -> None:
        self._task = asyncio.create_task(self._transfer(action), name="transfer")

    def stop(self) -> None:
        """At once: a task that was told to stop is not done yet."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def rescue(self) -> None:
        """The provider is out of reach: the carrier fetches the caller for a person."""
        try:
            await self._ask(HandOff(HandoffReason.CONNECTION_LOST, "", {}, "portal"))
            await self._next_way()
        except Exception:
            logger.exception("rescue failed", extra={"call": self._call})

    async def _transfer(self, action: HandOff) -> None:
        try:
            await self._ask(action)
            while (patience := await self._next_way()) is not None:
                await asyncio.sleep(patience)
                await self._unseen()
        except Exception:
            logger.exception("transfer failed", extra={"call": self._call})
            await self._unseen_if_possible()
        self._tell(vev.TransferUnseen())

    async def _ask(self, action: HandOff) -> None:
        await self._runtime.database.run(
            handoffs.ask,
            self._call,
            reason=action.reason,
            summary=action.summary,
            fields=dict(action.fields),
            asked_by=action.asked_by,
            now=timezone.now(),
        )

    async def _next_way(self) -> float | None:
        """Goes the next way; how many seconds to watch it, None if there is none."""
        way = await self._runtime.database.run(
            engine_handoff.plan, self._call, now=timezone.now()
        )
        try:
            match way:
                case CarrierTransfer():
                    await self._runtime.redirect(way.call_sid, way.url)
                case Refer():
                    await self._refer(way)
                    return max(WATCH_SECONDS, way.ring_seconds)
                case LetGo():
                    await self._runtime.control.hang_up(self._provider_call)
                case None:
                    return None
        except CallGone:
            logger.info("the call has left already", extra={"call": self._call})
        except ProviderError as error:
            logger.warning("a way failed", extra={"error": str(error)})
            return 0.0
        return WATCH_SECONDS

    async def _refer(self, way: Refer) -> None:
        """Nobody waits in silence while one contact after the other is tried."""
        if self._referred:
            self._tell(vev.TransferUnseen(trying=True))
        await self._runtime.control.refer(self._provider_call, target=way.target)
        self._referred = True

    async def _unseen_if_possible(self) -> None:
        """Whatever became of the transfer, the caller must not be left waiting."""
        try:
            await self._unseen()
        except Exception:
            logger.exception("transfer is not known", extra={"call": self._call})

    async def _unseen(self) -> None:
        await self._runtime.database.run(
            engine_handoff.transfer_unseen, self._call, now=timezone.now()
        )
