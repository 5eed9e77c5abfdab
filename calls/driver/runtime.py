"""What one process holds for all of its live calls, made once on its event loop."""

import asyncio
import logging
import os
import socket
import sys
import uuid
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextvars import Context
from itertools import count
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from twisted.internet.defer import Deferred

from calls.core.meter import Meter
from calls.driver.database import DatabaseThreads
from calls.driver.journal import Journal
from calls.driver.leaving import Leaving
from calls.providers.http_tools import ToolSessions
from calls.providers.openai_realtime import control
from calls.providers.openai_realtime.control import CallControl
from calls.providers.openai_responses import ResponsesModel
from calls.providers.twilio import rest
from calls.services import sessions

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
RENEW_LOOKS = 4
RENEW_PATIENCE_SECONDS = 3.0
COMMANDS = "calls.commands"


class LiveCall(Protocol):
    """A call that this process is driving."""

    call: int

    def take_over(self, name: str) -> None: ...

    def caller_gone(self) -> None: ...

    def let_go(self) -> None: ...

    async def gone(self) -> None: ...


class LeasedCall(LiveCall, Protocol):
    """A call over the relay: its lease is renewed for as long as it makes headway."""

    def makes_headway(self) -> bool: ...


class Runtime:
    def __init__(self) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.live: dict[int, LiveCall] = {}
        self.leased: dict[int, LeasedCall] = {}
        self.journal = Journal()
        self.database = DatabaseThreads()
        self.leaving = Leaving(self.database, self.owner)
        # A caller who is let in waits for this one; what others leave behind can wait.
        self.admission = DatabaseThreads(2)
        self.http = ToolSessions()
        self.meter: Meter = import_string(settings.CALLS_METER)()
        self.model = ResponsesModel(
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            project=settings.OPENAI_PROJECT_ID or None,
        )
        self.control = CallControl(
            control.Account(
                settings.OPENAI_API_KEY,
                settings.OPENAI_BASE_URL,
                settings.OPENAI_PROJECT_ID,
            )
        )
        self.watching = False
        self.hosts: bool = settings.SIDEBAND_HERE
        self._tasks: set[asyncio.Task[None]] = set()
        self.spawn(self._look_after_calls())
        self.spawn(self._obey_commands())

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that goes on beside the calls and ends with the process.

        Of the request that asked for it it knows nothing: it outlives its thread.
        """
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def redirect(self, call_sid: str, url: str) -> None:
        """Send a live call of the carrier's to an address of ours."""
        await asyncio.to_thread(_carrier().send_to, call_sid, url)

    async def end_at_carrier(self, call_sid: str) -> None:
        await asyncio.to_thread(_carrier().hang_up, call_sid)

    async def close(self) -> None:
        """Lets go of everything; calls still live are resumed elsewhere."""
        await _stop(self._tasks)
        await asyncio.gather(
            *(call.gone() for call in list(self.live.values())), return_exceptions=True
        )
        await self.journal.close()
        await self.model.close()
        await self.control.close()
        await self.http.close()
        self.database.close()
        self.admission.close()

    async def _look_after_calls(self) -> None:
        for looks in count(1):
            await asyncio.sleep(LOOK_SECONDS)
            try:
                alive = [c.call for c in [*self.leased.values()] if c.makes_headway()]
                if alive and looks % RENEW_LOOKS == 0:
                    await self._renew_leases(alive)
            except Exception:
                logger.exception("leases could not be renewed")

    async def _renew_leases(self, calls: Sequence[int]) -> None:
        """Bounded: a database that does not answer must not keep us from looking."""
        async with asyncio.timeout(RENEW_PATIENCE_SECONDS):
            lost = await self.database.run(
                sessions.renew_leases, calls, owner=self.owner, now=timezone.now()
            )
        for call in lost:
            if call in self.leased:
                self.leased[call].let_go()

    async def _obey_commands(self) -> None:
        """Commands for live calls arrive on the channel layer, for all processes."""
        while True:
            try:
                await self._listen()
            except Exception:
                logger.warning("command channel lost", exc_info=True)
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel()
        await layer.group_add(COMMANDS, channel)
        while True:
            self._obey(await layer.receive(channel))

    def _obey(self, command: Mapping[str, object]) -> None:
        call = self.live.get(int(str(command.get("call", 0))))
        if call is None:
            return
        match command.get("type"):
            case "take.over":
                call.take_over(str(command.get("name", "")))
            case "caller.gone":
                call.caller_gone()


def _carrier() -> rest.Carrier:
    return rest.Carrier(
        rest.Account(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_API_BASE_URL,
        )
    )


async def _stop(tasks: Iterable[asyncio.Task[None]]) -> None:
    """A cancellation that meets a Redis client in the act of connecting can be lost
    in it, so it is repeated.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.2)


_runtimes: WeakKeyDictionary[asyncio.AbstractEventLoop, Runtime] = WeakKeyDictionary()


def runtime() -> Runtime:
    """The runtime of the running event loop, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _runtimes:
        _runtimes[loop] = Context().run(Runtime)
        _close_with_the_server()
    return _runtimes[loop]


def find_runtime() -> Runtime | None:
    """The running event loop's, if it has one; asking must not make it."""
    return _runtimes.get(asyncio.get_running_loop())


async def close_runtime() -> None:
    made = _runtimes.pop(asyncio.get_running_loop(), None)
    if made is not None:
        await made.close()


def _close_with_the_server() -> None:
    """daphne knows no lifespan events; its reactor waits for what we hand it here."""
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is None or not reactor.running:
        return

    def close() -> "Deferred[None]":
        return Deferred.fromFuture(asyncio.ensure_future(close_runtime()))

    reactor.addSystemEventTrigger("before", "shutdown", close)
