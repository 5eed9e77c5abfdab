"""Values of the database that a process keeps in memory and renews in the background.

Whoever asks for a value older than `fresh_for` seconds sets off a thread that fetches
it anew, and is answered from the old one; so nobody waits for the database. Only who
asks for a value older than `stale_after` waits for the new one, and at most for
`patience`: that is the first to ask after nobody has asked for a while. While the
database cannot be reached the old value stays, and every few seconds somebody's
question is a new attempt.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connections

logger = logging.getLogger(__name__)

Value = TypeVar("Value")
NEVER = float("inf")


class Kept(Generic[Value]):
    def __init__(
        self,
        name: str,
        load: Callable[[], Value],
        *,
        fresh_for: float,
        stale_after: float = NEVER,
        patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._load, self._clock = name, load, clock
        self._fresh_for = fresh_for
        self._stale_after, self._patience = stale_after, patience
        self._value: Value | None = None
        self._fetched_at = -NEVER
        self._due_at = clock()
        self._thread: threading.Thread | None = None

    def current(self) -> Value | None:
        """None until the first fetch has succeeded."""
        now = self._clock()
        if now >= self._due_at:
            self.renew()
        if now - self._fetched_at > self._stale_after:
            self.wait(self._patience)
        return self._value

    def wait(self, seconds: float) -> bool:
        """Whether no fetch is going on any more."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def renew(self) -> None:
        """Begins a fetch, however fresh the value is."""
        # A thread is not alive in a process forked from its own, so none is waited
        # for that does not exist. Two askers at the same moment only fetch twice.
        if self._thread is not None and self._thread.is_alive():
            return
        self._due_at = self._clock() + self._fresh_for
        thread = threading.Thread(
            target=self._fetch, name=f"billing-{self._name}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            logger.exception("no thread could be had to fetch a value")
            return
        self._thread = thread  # and not before: nobody can wait for one not started

    def _fetch(self) -> None:
        began_at = self._clock()
        try:
            self._value = self._load()
            self._fetched_at = began_at
        except Exception:
            logger.exception("a value could not be fetched")
        finally:
            connections.close_all()
