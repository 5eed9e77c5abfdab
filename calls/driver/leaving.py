"""Leaving sessions, as many as there are at once with one statement.

Calls end together: at closing time, when a line is cut, when a process is told to end.
A piece of database work for each would keep every thread busy that a live call needs.
"""

import asyncio

from django.utils import timezone

from calls.driver.database import DatabaseThreads
from calls.services import sessions
from calls.services.sessions import Left

GATHER_SECONDS = 0.02


class Leaving:
    def __init__(self, database: DatabaseThreads, owner: str) -> None:
        self._database, self._owner = database, owner
        self._lefts: dict[int, Left] = {}
        self._batch: asyncio.Task[None] | None = None

    async def leave(self, call: int, left: Left) -> None:
        """Returns when it is stored, or raises what kept it from being."""
        self._lefts[call] = left
        if self._batch is None:
            self._batch = asyncio.create_task(self._store())
        # One caller who gives up must not take the others with it.
        await asyncio.shield(self._batch)

    async def _store(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        lefts, self._lefts, self._batch = self._lefts, {}, None
        await self._database.run(
            sessions.leave_sessions, lefts, owner=self._owner, now=timezone.now()
        )
