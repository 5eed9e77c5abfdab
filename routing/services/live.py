"""The release that calls are decided from, in memory.

`current` is what every new call asks, so it must not wait for the database: a thread
of its own looks for a newer release when one is announced, and twice a second in any
case, and replaces the ruleset whole. A call keeps the ruleset it was given. While the
database is away the last one stays.

`ROUTING_REFRESH_SECONDS` sets the interval; with 0 there is no thread and every use
looks by itself, which is what tests want.
"""

import asyncio
import contextlib
import logging
import os
import threading
from collections import OrderedDict

from django.conf import settings
from django.db import connection
from django.utils import timezone

from routing.core.compile import compile_snapshot
from routing.core.plan import plan_of
from routing.core.ruleset import Ruleset
from routing.errors import NoRelease, UnknownRelease
from routing.models import Release
from routing.services.announcements import Listener

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 5.0
OLDER_RULESETS = 8


def current() -> Ruleset:
    """The newest release. From any thread, also from within an event loop."""
    return LIVE.current()


def ruleset(number: int) -> Ruleset:
    """The release a call was decided under. May query: not from an event loop."""
    return LIVE.numbered(number)


def look_ahead() -> None:
    """In a new process, wait for the first look, which needs a database connection:
    for whoever is about to take one, of which there may be many."""
    if settings.ROUTING_REFRESH_SECONDS > 0:
        LIVE.follow()


def refresh() -> None:
    """Look for a newer release now."""
    LIVE.refresh()


class Live:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As in a new process; a forked one has neither the thread nor free locks."""
        # Never held while a connection is waited for: whoever waits for the lock may
        # hold the last one.
        self.lock = threading.Lock()
        self.refreshing = threading.Lock()
        self.looked = threading.Event()
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None
        self.pk: int | None = None
        self.newest: Ruleset | None = None
        self.older: OrderedDict[int, Ruleset] = OrderedDict()

    def current(self) -> Ruleset:
        self.look()
        newest = self.newest
        if newest is None:
            raise NoRelease(
                "Nothing has been published yet, or the database did not answer. "
                "Publish a release in the admin."
            )
        return newest

    def numbered(self, number: int) -> Ruleset:
        self.look()
        newest = self.newest
        if newest is not None and newest.number == number:
            return newest
        with self.lock:
            found = self.older.pop(number, None)
        found = found or load(number)
        with self.lock:
            self.older[number] = found
            if len(self.older) > OLDER_RULESETS:
                self.older.popitem(last=False)
        return found

    def look(self) -> None:
        if settings.ROUTING_REFRESH_SECONDS > 0:
            self.follow()
        elif in_event_loop():
            once = threading.Thread(target=self.refresh_apart)
            once.start()
            once.join()
        else:
            self.refresh()

    def follow(self) -> None:
        """Make sure that the thread runs and has looked once."""
        if self.thread is None or not self.thread.is_alive():
            with self.lock:
                if self.thread is None or not self.thread.is_alive():
                    self.thread = threading.Thread(
                        target=self.keep_refreshing, name="releases", daemon=True
                    )
                    self.thread.start()
        self.looked.wait(FIRST_LOOK_SECONDS)

    def keep_refreshing(self) -> None:
        with contextlib.closing(Listener()) as listener:
            while not self.stopped.is_set():
                self.refresh_apart()
                self.looked.set()
                listener.wait(settings.ROUTING_REFRESH_SECONDS)

    def stop(self) -> None:
        """Let the thread end. A process that ends need not ask for it."""
        self.stopped.set()
        if self.thread is not None:
            self.thread.join()

    def refresh_apart(self) -> None:
        """In a thread of our own: whatever goes wrong, the next look may go right."""
        try:
            self.refresh()
        except Exception as problem:  # noqa: BLE001  the edge of the thread
            logger.warning(
                "looking for a newer release failed",
                extra={"problem": type(problem).__name__},
            )
        finally:
            connection.close()

    def refresh(self) -> None:
        # One at a time, so that what was read last is also what is kept.
        with self.refreshing:
            newest = Release.objects.order_by("-number").values_list("pk", "number")
            pk, number = newest.first() or (None, 0)
            if pk == self.pk:
                return
            found = load(number) if pk is not None else None
            if found is not None:
                plan_of(found).openings.look_ahead(timezone.now())
            with self.lock:
                self.newest, self.pk = found, pk
                self.older.clear()


def load(number: int) -> Ruleset:
    snapshots = Release.objects.filter(number=number).values_list("snapshot", flat=True)
    snapshot = snapshots.first()
    if snapshot is None:
        raise UnknownRelease(f"Release {number} does not exist.")
    return compile_snapshot(number, snapshot)


def in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


LIVE = Live()
os.register_at_fork(after_in_child=LIVE.reset)
