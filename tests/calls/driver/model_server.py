"""A model at the wire: answers Responses requests as its script says.

A script is a list of answers, one for each request, and an answer a list of steps:
text to say, `Tool`, `Wait` (until the test sets the event), `Cut` (the connection
breaks) or `Status` (an HTTP error instead of a stream).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 10,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 110,
}


@dataclass(frozen=True)
class Tool:
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    event: asyncio.Event


@dataclass(frozen=True)
class Cut:
    pass


@dataclass(frozen=True)
class Status:
    code: int


Step = str | Tool | Wait | Cut | Status


@dataclass
class ModelServer:
    script: list[list[Step]]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, request: int = -1) -> list[str]:
        """What the model was told, as "role: words"."""
        items = self.requests[request]["input"]
        return [f"{i['role']}: {i['content']}" for i in items if "role" in i]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        number = len(self.requests)
        steps: list[Step] = ["I have nothing more to say."]
        if self.script:
            steps = self.script.pop(0)
        if isinstance(steps[0], Status):
            body = {"error": {"message": "no", "type": "server_error", "code": None}}
            return web.json_response(body, status=steps[0].code)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._stream(response, steps, f"resp_{id(self)}_{number}")
        except (ConnectionError, asyncio.CancelledError):
            self.left.set()
            raise
        return response

    async def _stream(
        self, response: web.StreamResponse, steps: list[Step], name: str
    ) -> None:
        async def send(kind: str, **data: object) -> None:
            text = json.dumps({"type": kind, **data})
            await response.write(f"event: {kind}\ndata: {text}\n\n".encode())

        await send("response.created", response={"id": name})
        for step in steps:
            match step:
                case str():
                    await send("response.output_text.delta", item_id="m", delta=step)
                case Tool():
                    item = {
                        "type": "function_call",
                        "call_id": f"call_{name}_{step.name}",
                        "name": step.name,
                        "arguments": json.dumps(step.arguments),
                        "status": "completed",
                    }
                    await send("response.output_item.done", item=item)
                case Wait():
                    await step.event.wait()
                case Cut():
                    assert response._payload_writer is not None
                    transport = response._payload_writer.transport
                    assert transport is not None
                    transport.abort()
                    return
        done = {"id": name, "model": "gpt-6-luna", "usage": USAGE}
        await send("response.completed", response=done)


@asynccontextmanager
async def model_server(*script: list[Step]) -> AsyncIterator[ModelServer]:
    model = ModelServer(list(script))
    app = web.Application()
    app.router.add_post("/v1/responses", model.answer)
    server = TestServer(app, handler_cancellation=True)
    await server.start_server(shutdown_timeout=0.1)
    model.url = str(server.make_url("/v1"))
    try:
        yield model
    finally:
        await server.close()
