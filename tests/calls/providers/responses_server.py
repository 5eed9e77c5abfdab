"""A server that streams what a test tells it to, in the place of OpenAI."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from calls.core.actions import CallerTurn
from calls.core.tools import ToolDefinition
from calls.providers.openai_responses import (
    AnswerRequest,
    Failed,
    Piece,
    ResponsesModel,
)

Handler = Callable[["Wire"], Awaitable[None]]
Event = Mapping[str, object]
Server = tuple[ResponsesModel, list["Wire"]]

REQUEST = AnswerRequest(
    model="gpt-6-luna",
    instructions="Be brief.",
    history=(CallerTurn("Hello"),),
    tools=(ToolDefinition("end_call", "Hang up", {"type": "object"}),),
    reasoning_effort="none",
    max_output_tokens=300,
    cache_key="agent-1-release-7",
    safety_identifier="a1b2",
    first_token_seconds=5,
)
USAGE = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 30},
    "output_tokens": 15,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 1215,
}
CREATED: Event = {"type": "response.created", "response": {"id": "resp_1"}}


def delta(text: str, item: str = "msg_1") -> Event:
    return {"type": "response.output_text.delta", "item_id": item, "delta": text}


def tool_item(status: str = "completed") -> Event:
    item = {
        "type": "function_call",
        "call_id": "call_1",
        "name": "end_call",
        "arguments": '{"outcome": "spam"}',
        "status": status,
    }
    return {"type": "response.output_item.done", "item": item}


def final(kind: str = "completed", **fields: object) -> Event:
    response = {"id": "resp_1", "model": "gpt-6-luna-1", "usage": USAGE, **fields}
    return {"type": f"response.{kind}", "response": response}


@dataclass
class Wire:
    """One request as the server sees it, and its way to answer."""

    request: web.Request
    body: dict[str, object]
    raw: bytes
    left: asyncio.Event = field(default_factory=asyncio.Event)
    response: web.StreamResponse = field(default_factory=web.StreamResponse)
    peer: object = None

    def __post_init__(self) -> None:
        self.peer = self.transport().get_extra_info("peername")

    def transport(self) -> asyncio.Transport:
        assert self.request.transport is not None
        return self.request.transport

    async def begin(self) -> None:
        self.response.content_type = "text/event-stream"
        await self.response.prepare(self.request)

    async def send(self, *events: Event) -> None:
        for event in events:
            line = f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n"
            await self.response.write(line.encode())


def streams(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.send(*events)

    return handle


def stalls_after(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        if events:
            await wire.begin()
            await wire.send(*events)
        await asyncio.Event().wait()

    return handle


def breaks_after(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.send(*events)
        wire.transport().abort()

    return handle


def refuses(status: int, code: str = "some_code", **headers: str) -> Handler:
    async def handle(wire: Wire) -> None:
        error = {"error": {"code": code, "message": "about Maria", "type": "x"}}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wire.response = web.json_response(error, status=status, headers=named)
        await wire.response.prepare(wire.request)

    return handle


@asynccontextmanager
async def serving(
    *handlers: Handler,
) -> AsyncIterator[tuple[ResponsesModel, list[Wire]]]:
    """A model at a server that answers its requests by one handler after another."""
    wires: list[Wire] = []

    async def respond(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        wire = Wire(request, json.loads(raw), raw)
        wires.append(wire)
        try:
            await handlers[len(wires) - 1](wire)
        finally:
            wire.left.set()
        return wire.response

    app = web.Application()
    app.router.add_post("/v1/responses", respond)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    model = ResponsesModel(
        api_key="k", base_url=f"http://{host}:{port}/v1", stall_seconds=0.2
    )
    try:
        yield model, wires
    finally:
        await model.close()
        await runner.cleanup()


async def pieces_of(
    model: ResponsesModel, request: AnswerRequest = REQUEST
) -> list[Piece]:
    async with model.answer(request) as answer:
        return [piece async for piece in answer]


async def answered_by(
    *handlers: Handler, request: AnswerRequest = REQUEST
) -> tuple[list[Piece], int]:
    """What came of an answer, and how many requests it took."""
    async with serving(*handlers) as (model, wires):
        return await pieces_of(model, request), len(wires)


async def failed_by(*handlers: Handler) -> tuple[Failed, int]:
    pieces, requests = await answered_by(*handlers)
    assert isinstance(pieces[-1], Failed)
    return pieces[-1], requests


GOOD = streams(CREATED, delta("Hi"), final())
