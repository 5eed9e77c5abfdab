"""The bounded inbox of a call.

Control events always get in while there is any room at all; a model that generates
faster than the carrier's socket takes is made to wait at half of that. Nothing is
ever dropped silently: a control event that finds no room is counted and logged.
"""

import asyncio
import logging
from collections import deque
from typing import Generic, TypeVar

from calls.core.events import DeadlinePassed

logger = logging.getLogger(__name__)

MOST = 512
MOST_OF_MODEL = 256


E = TypeVar("E")


class Inbox(Generic[E]):
    """One task takes from it, and sleeps until an event or its deadline.

    The deadline moves on with every word, so the timer is left as it is while it is
    early enough, and set anew only once it went off too early.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: deque[E] = deque()
        self._stirred = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._room = asyncio.Event()
        self._room.set()
        self.dropped = 0

    @property
    def waiting(self) -> bool:
        """There is something to take."""
        return bool(self._events)

    def put(self, event: E) -> None:
        if len(self._events) >= MOST:
            self.dropped += 1
            logger.error("call inbox full", extra={"event": type(event).__name__})
        else:
            self._events.append(event)
            self._stirred.set()

    async def offer(self, event: E) -> None:
        """Waits while the call is behind with what the model said already."""
        if len(self._events) >= MOST_OF_MODEL:
            self._room.clear()
            await self._room.wait()
        self.put(event)

    async def take(self, deadline: float | None) -> E | DeadlinePassed:
        """The next event; `DeadlinePassed` if none comes before `deadline`."""
        while not self._events:
            if deadline is not None and self._loop.time() >= deadline:
                return DeadlinePassed()
            self._stirred.clear()
            self._stir_by(deadline)
            await self._stirred.wait()
        event = self._events.popleft()
        if not self._room.is_set() and len(self._events) < MOST_OF_MODEL:
            self._room.set()
        return event

    def _stir_by(self, deadline: float | None) -> None:
        if deadline is None:
            return
        if self._timer is not None:
            if self._loop.time() < self._timer.when() <= deadline:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._stirred.set)
