"""The sideband sockets of one call: every event goes to each that is attached.

Nothing is kept for a socket that is not there, and nothing is replayed. A hang-up
closes the socket at once: what was still on its way is lost.
"""

import asyncio
import contextlib
from typing import Any

import orjson
from aiohttp import web

from calls.simulator.knobs import Knobs
from calls.simulator.realtime.conversation import new_id

ABNORMAL = 1006
HUGE = 1_500_000


class Sideband:
    def __init__(
        self, socket: web.WebSocketResponse, request: web.Request, knobs: Knobs
    ) -> None:
        self.socket = socket
        self.request = request
        self.knobs = knobs
        self.sent = 0
        self.closes_after = 0
        """So many events; 0 = it does not."""
        self.close_code = ABNORMAL
        self.closing = False
        self._outbox: asyncio.Queue[tuple[float, str | bytes | None]] = asyncio.Queue()
        self._farewell: asyncio.Task[None] | None = None

    def send(self, frame: str | bytes) -> None:
        """As late as the network is; in order; nothing once it is closing."""
        if self.closing:
            return
        silent = self.knobs.silent_after_events
        if silent and self.sent >= silent:
            return
        self.sent += 1
        self._put(frame)
        if self.closes_after and self.sent >= self.closes_after:
            self.finish(self.close_code)

    def _put(self, frame: str | bytes | None) -> None:
        now = asyncio.get_running_loop().time()
        self._outbox.put_nowait((now + self.knobs.latency_ms / 1000, frame))

    def finish(self, code: int) -> None:
        """Close it once everything is out."""
        if not self.closing:
            self.closing, self.close_code = True, code
            self._put(None)

    async def write(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionResetError):
            while True:
                due, frame = await self._outbox.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                if frame is None:
                    self.close(self.close_code)
                    return
                if isinstance(frame, bytes):
                    await self.socket.send_bytes(frame)
                else:
                    await self.socket.send_str(frame)

    def close(self, code: int) -> None:
        """At once: what is still in the outbox is lost."""
        if self._farewell is not None:
            return
        self.closing = True
        if code == ABNORMAL:
            if self.request.transport is not None:
                self.request.transport.abort()
            return
        self._farewell = asyncio.create_task(self._close(code))

    async def _close(self, code: int) -> None:
        await self.socket.close(code=code)

    async def gone(self) -> None:
        if self._farewell is not None:
            await asyncio.wait({self._farewell})


class Sidebands:
    """All sockets of a call."""

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs
        self.attached: list[Sideband] = []
        self.closes_left = knobs.closes
        self.muted = knobs.mute_sessions

    def attach(self, sideband: Sideband) -> None:
        if self.knobs.close_after_events and self.closes_left:
            self.closes_left -= 1
            sideband.closes_after = self.knobs.close_after_events
            sideband.close_code = self.knobs.close_code
        self.attached.append(sideband)

    def emit(self, kind: str, **fields: Any) -> None:
        """To every socket; nobody is told of what nobody listens to."""
        if not self.attached or self.muted:
            return
        frame = encode(kind, fields, odd=self.knobs.unknown_additions)
        if self.knobs.malformed_events and kind == "response.created":
            self._send_nonsense()
        for sideband in self.attached:
            sideband.send(frame)

    def _send_nonsense(self) -> None:
        huge = encode("session.memory.dumped", {"dump": "x" * HUGE}, odd=False)
        for frame in ('{"type": "response.', b"\x00\xff\xfe", "[]", "null", huge):
            for sideband in self.attached:
                sideband.send(frame)

    def drop_after(self, events: int) -> None:
        """The network breaks after so many more events."""
        for sideband in self.attached:
            if events:
                sideband.closes_after = sideband.sent + events
                sideband.close_code = ABNORMAL
            else:
                sideband.close(ABNORMAL)

    def close(self, code: int) -> None:
        for sideband in self.attached:
            sideband.close(code)

    def finish(self, code: int) -> None:
        for sideband in self.attached:
            sideband.finish(code)


def encode(kind: str, fields: dict[str, Any], *, odd: bool) -> str:
    """DTMF events have no id: they say so by `event_id=None`."""
    event = {"type": kind, "event_id": new_id("event"), **fields}
    if event["event_id"] is None:
        del event["event_id"]
    if odd:
        event["server_note"] = "added without notice"
    return orjson.dumps(event).decode()
