"""The bounded inbox of a call.

Control events always get in while there is any room at all; a model that generates
faster than the carrier's socket takes is made to wait at half of that. Nothing is
ever dropped silently: a control event that finds no room is counted and logged.
"""

import asyncio
import logging
from typing import Generic, TypeVar

from calls.core.events import DeadlinePassed

logger = logging.getLogger(__name__)

MOST = 512
MOST_OF_MODEL = 256


E = TypeVar("E")


class Inbox(Generic[E]):
    def __init__(self) -> None:
        self._events: asyncio.Queue[E] = asyncio.Queue(MOST)
        self._room = asyncio.Event()
        self._room.set()
        self.dropped = 0

    def put(self, event: E) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped += 1
            logger.error("call inbox full", extra={"event": type(event).__name__})

    async def offer(self, event: E) -> None:
        """Waits while the call is behind with what the model said already."""
        if self._events.qsize() >= MOST_OF_MODEL:
            self._room.clear()
            await self._room.wait()
        self.put(event)

    async def take(self, deadline: float | None) -> E | DeadlinePassed:
        """The next event; `DeadlinePassed` if none comes before `deadline`."""
        if self._events.empty():
            try:
                async with asyncio.timeout_at(deadline):
                    return await self._events.get()
            except TimeoutError:
                return DeadlinePassed()
        event = self._events.get_nowait()
        if not self._room.is_set() and self._events.qsize() < MOST_OF_MODEL:
            self._room.set()
        return event
