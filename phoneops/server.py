"""daphne, with an end that suits calls and with all close codes.

`python -m phoneops.server -b 127.0.0.1 -p 8000 phoneops.asgi:application` takes
daphne's own options. What is ours:

- Told to end, daphne cancels whatever runs. Here new calls are refused at once, calls
  in progress get DRAIN_SECONDS, and what is left is closed with 1001 ("going away"),
  which the carrier reports to the relay callback, so that another process goes on
  with the call.
- daphne hands an application's close code to an autobahn function that raises on
  1001, 1008 and 1011. The frame itself may carry them (RFC 6455, 7.4.1).
- autobahn makes coloured sentences of all that comes and goes, for a log that is off,
  and twisted asks the event loop before every write. Speech goes out in thousands of
  small frames a second, so both are left out on the way.
"""

import asyncio
import gc
import sys
from collections.abc import Iterable
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from twisted.internet import reactor
from twisted.internet.defer import Deferred

GOING_AWAY = 1001
CLOSE_SECONDS = 3.0
# A call's last words are on their way to the database for this long at most.
SETTLE_SECONDS = 0.5

Application = asyncio.Future[None]


class CallSocket(WebSocketProtocol):  # type: ignore[misc]  # daphne is untyped
    def serverClose(self, code: int | None = None) -> None:
        self.sendCloseFrame(code=1000 if code is None else code, isReply=False)

    def dataReceived(self, data: bytes) -> None:
        self._dataReceived(data)

    def sendData(
        self, data: bytes, sync: bool = False, chopsize: int | None = None
    ) -> None:
        """What lies ready to be sent one after the other stays in that order."""
        if sync or chopsize or self.send_queue or self.state != self.STATE_OPEN:
            super().sendData(data, sync, chopsize)
        else:
            write_now(self.transport, data)


def write_now(transport: Any, data: bytes) -> None:
    """Hand it to the kernel, and to twisted only what the kernel does not take.

    A lost connection takes nothing, and twisted finds out by itself.
    """
    waiting = transport.dataBuffer or transport._tempDataBuffer
    if transport.connected and not waiting:
        taken = transport.writeSomeData(data)
        data = data[taken:] if isinstance(taken, int) else data
    if data:
        transport.write(data)


WebSocketFactory.protocol = CallSocket  # the class is daphne's own place to say so


class CallServer(Server):  # type: ignore[misc]  # daphne is untyped
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ports: list[Any] = []

    def run(self) -> None:
        """No call is served while the collector looks through everything, nor while
        the loop waits for a thread to let it go on.

        What is loaded by now stays loaded, so it is left out of the first. A webhook is
        over before the young are looked through, and what an ended call leaves behind
        is taken away before it has become much. And threads take short turns, since
        the loop loses its own at every socket that it writes to.
        """
        if apps.ready:
            get_resolver().url_patterns  # noqa: B018  or the first call would load them
        gc.collect()
        gc.freeze()
        gc.set_threshold(5000, 4, 1)
        sys.setswitchinterval(0.0005)
        super().run()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ports.append(port)
        # The loop that is asyncio's at this moment is not the one that will run.
        reactor.callLater(0, watch_voice_calls)  # type: ignore[arg-type]  # zope's

    def kill_all_applications(self) -> Deferred[None]:
        """What daphne does when told to end, and waits for."""
        return Deferred.fromFuture(asyncio.ensure_future(self.wind_down()))

    async def wind_down(self) -> None:
        for port in self.ports:
            port.stopListening()
        had_calls = bool(self.calls())
        await ended(self.calls().values(), settings.DRAIN_SECONDS)
        for socket in self.calls():
            socket.serverClose(GOING_AWAY)
        await ended(self.calls().values(), CLOSE_SECONDS)
        if had_calls:
            await asyncio.sleep(SETTLE_SECONDS)
        for application in self.running().values():
            application.cancel()
        await ended(self.running().values(), CLOSE_SECONDS)

    def running(self) -> dict[Any, Application]:
        """The applications at work, each with its connection."""
        found = {
            connection: details.get("application_instance")
            for connection, details in self.connections.items()
        }
        return {key: app for key, app in found.items() if app and not app.done()}

    def calls(self) -> dict[CallSocket, Application]:
        return {
            connection: application
            for connection, application in self.running().items()
            if isinstance(connection, CallSocket)
        }


def watch_voice_calls() -> None:
    """Calls whose process died must be found by one that was only just started."""
    from calls.driver.watch import keep_watch  # the apps are not there before

    keep_watch()


async def ended(applications: Iterable[Application], seconds: float) -> None:
    """Wait until they have ended or the time is over."""
    if waited_for := set(applications):
        await asyncio.wait(waited_for, timeout=seconds)


class Interface(CommandLineInterface):  # type: ignore[misc]  # daphne is untyped
    server_class = CallServer


if __name__ == "__main__":
    Interface.entrypoint()
