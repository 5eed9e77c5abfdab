"""The voice model's side of many calls: as lean as it can be, and timed.

It takes what the product asks for and tells what a turn tells, with frames that were
made beforehand; the simulator, which thinks and listens, could not keep up with five
hundred calls on half a machine.
"""

import asyncio
import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from aiohttp import WSMsgType, web

from bench import sip_frames
from bench.sip_frames import Frame

GONE = json.dumps({"error": {"code": "call_id_not_found", "message": "gone"}})


@dataclass(slots=True)
class Line:
    """One call. Moments are of `perf_counter`, 0 until they have come."""

    id: str
    announced: float = 0.0
    accepted: float = 0.0
    answered: float = 0.0
    attached: float = 0.0
    greeted: float = 0.0
    over: bool = False
    lost: int = 0
    socket: web.WebSocketResponse | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    answers: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    wants: asyncio.Event = field(default_factory=asyncio.Event)


class Provider:
    """`answered_after` has, for each tool, the milliseconds from asked to output."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.answered_after: dict[str, array[float]] = {
            sip_frames.FIELD: array("d"),
            sip_frames.HTTP: array("d"),
        }
        self.events = 0
        self.unanswered = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_post("/v1/realtime/calls/{call}/accept", self.accept)
        app.router.add_post("/v1/realtime/calls/{call}/hangup", self.hang_up)
        app.router.add_get("/v1/realtime", self.sideband)
        app.router.add_post("/tools/opening-slots", self.tool)
        return app

    def announce(self, call: str) -> Line:
        line = self.lines[call] = Line(call, announced=perf_counter())
        return line

    async def accept(self, request: web.Request) -> web.Response:
        line = self.lines[request.match_info["call"]]
        line.accepted = perf_counter()
        await request.read()
        line.answered = perf_counter()
        return web.Response()

    async def hang_up(self, request: web.Request) -> web.Response:
        line = self.lines[request.match_info["call"]]
        line.lost += not line.over
        line.over = True
        return web.Response()

    async def tool(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"slots": [{"start": "2030-01-07T09:00"}]})

    async def sideband(self, request: web.Request) -> web.StreamResponse:
        line = self.lines.get(request.query.get("call_id", ""))
        if line is None or line.over:
            return web.Response(status=404, text=GONE)
        line.attached = perf_counter()
        socket = web.WebSocketResponse(compress=False, timeout=0.2)
        await socket.prepare(request)
        line.socket = socket
        session = {"instructions": "Be kind. " * 400, "tools": []}
        event = {"type": "session.created", "event_id": "event_0", "session": session}
        await socket.send_str(json.dumps(event))
        async for said in socket:
            if said.type is WSMsgType.TEXT:
                self._take(line, json.loads(said.data))
        line.lost += not line.over
        return socket

    def _take(self, line: Line, event: dict[str, Any]) -> None:
        now = perf_counter()
        match event["type"]:
            case "response.create":
                line.greeted = line.greeted or now
                line.ready.set()
                line.wants.set()
            case "conversation.item.create":
                waiting = line.answers.pop(event["item"].get("call_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(now)

    # What the model does.

    async def greet(self, line: Line) -> None:
        """It says what it was asked for."""
        await line.ready.wait()
        await self._tell(line, sip_frames.speaks(f"{line.id}g"))

    async def turn(self, line: Line, number: int, tool: str) -> None:
        """The caller says something and is answered, perhaps with a tool's help."""
        name = f"{line.id[-6:]}n{number}"
        await self._tell(line, sip_frames.caller(name))
        if tool:
            line.wants.clear()
            await self._tell(line, sip_frames.asks(f"{name}t", tool), tool)
            async with asyncio.timeout(5):
                await line.wants.wait()
        await self._tell(line, sip_frames.speaks(name))

    async def leave(self, line: Line) -> None:
        line.over = True
        if line.socket is not None:
            await line.socket.close()

    async def _tell(self, line: Line, frames: Iterable[Frame], tool: str = "") -> None:
        assert line.socket is not None
        for one in frames:
            if one.after:
                await asyncio.sleep(one.after)
            waiting = None
            if one.asks:
                waiting = asyncio.get_running_loop().create_future()
                line.answers[one.asks] = waiting
            sent = perf_counter()
            await line.socket.send_str(one.text)
            self.events += 1
            if waiting is not None:
                await self._await_answer(waiting, sent, tool)

    async def _await_answer(
        self, waiting: asyncio.Future[float], sent: float, tool: str
    ) -> None:
        try:
            async with asyncio.timeout(5):
                answered = await waiting
        except TimeoutError:
            self.unanswered += 1
        else:
            self.answered_after[tool].append((answered - sent) * 1000)
