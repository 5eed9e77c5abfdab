"""The sideband socket of one call, with our own rule for reconnecting.

The SDK cannot tell a caller who hung up from a network that failed, and would knock on
a dead call for fifteen seconds. Here: a refused handshake (404) means that the call is
over, except in the first moments after accepting, when it may not be known yet; a
connection that breaks is opened again at once, and then up to three times within about
three seconds. So is one on which nothing comes any more: in a live call a silence of
the caller is told of much earlier, and the library's pings would take longer to find
out, so there are none. Nothing is queued across the gap: what was wanted
before it may be wrong after it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

logger = logging.getLogger(__name__)

FRESH_SECONDS = 2.0
FRESH_PAUSE = 0.1
PAUSES = (0.0, 0.2, 0.8, 1.6)
# A socket that breaks sooner was no success: the next pause is not the first one again.
STEADY_SECONDS = 5.0
OPEN_SECONDS = 4.0
QUIET_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Opened:
    """The socket is up; `again` after one that broke."""

    again: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The call is over as far as the provider is concerned, or out of reach.

    `gone`: the provider knows no such call any more.
    """

    code: int
    gone: bool


class Connection(ClientConnection):
    """Without the library's logger, which refers back to the connection: what an ended
    call leaves behind is to be gone at once, and not when the collector comes by.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.logger = self.protocol.logger = logger


class Sideband:
    """Iterate it for `Opened`, the frames as text, and at last `Closed`."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url = url
        self._heard_at = 0.0
        self._quiet_timer: asyncio.TimerHandle | None = None
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._socket: ClientConnection | None = None
        self._leaving = False

    async def send(self, frame: str) -> bool:
        """False if there is no connection; the frame is dropped then."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(frame)
        except websockets.ConnectionClosed:
            return False
        return True

    async def close(self) -> None:
        self._leaving = True
        if self._socket is not None:
            await self._socket.close()

    async def listen(self, *, fresh: bool) -> AsyncIterator[Opened | Closed | bytes]:
        """`fresh`: the call was accepted just now. Events come as they were sent: to
        take them for text would end the connection at the first that is none.
        """
        loop = asyncio.get_running_loop()
        again, tries, code = not fresh, 0, 1006
        patience = loop.time() + (FRESH_SECONDS if fresh else 0)
        while True:
            refused = await self._open(patience)
            if self._socket is not None:
                opened_at = loop.time()
                yield Opened(again)
                again, patience = True, 0.0
                async for frame in self._frames():
                    yield frame
                code, self._socket = self._socket.close_code or 1006, None
                if loop.time() - opened_at > STEADY_SECONDS:
                    tries = 0
            if refused or self._leaving or tries >= len(PAUSES):
                yield Closed(code, gone=refused)
                return
            await asyncio.sleep(PAUSES[tries])
            tries += 1

    async def _frames(self) -> AsyncIterator[bytes]:
        assert self._socket is not None
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        self._watch(self._socket)
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self._heard_at = loop.time()
                yield frame
        except websockets.ConnectionClosed:
            return
        finally:
            if self._quiet_timer is not None:
                self._quiet_timer.cancel()

    def _watch(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        left = self._heard_at + QUIET_SECONDS - loop.time()
        if left > 0:
            self._quiet_timer = loop.call_later(left, self._watch, socket)
        else:
            socket.transport.abort()

    async def _open(self, patience: float) -> bool:
        """True if the provider refused because it knows no such call."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._socket = await connect(
                    self._url,
                    additional_headers=self._headers,
                    compression=None,
                    max_size=None,
                    ping_interval=None,
                    create_connection=Connection,
                    open_timeout=OPEN_SECONDS,
                )
                return False
            except websockets.InvalidStatus as refusal:
                # The connection keeps it, and its traceback the connection.
                refusal.__traceback__ = None
                if refusal.response.status_code != 404:
                    return False
                if loop.time() >= patience:
                    return True
                await asyncio.sleep(FRESH_PAUSE)
            except (OSError, TimeoutError, websockets.InvalidHandshake):
                return False


def sideband_url(base_url: str, call: str) -> str:
    """The SDK's rule: the REST base with a WebSocket scheme; no model, no beta."""
    socket_base = base_url.replace("http", "ws", 1).rstrip("/")
    return f"{socket_base}/realtime?call_id={call}"
