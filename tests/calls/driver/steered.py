"""A call that this process steers, with the provider's end of the sideband in hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from django.test import override_settings

from calls.driver.runtime import close_runtime, runtime
from calls.models import Call, CallEvent
from tests.calls.carrier import Line
from tests.calls.driver.sip_line import ringing
from tests.calls.voice_provider import Provider, event, post, settled

SESSION = {"instructions": "Be kind.", "tools": [{"name": "look_up_caller"}]}
SECONDS = 20


@dataclass
class Wire(Provider):
    """`said` is all that the sideband was told by us, over all of its sockets."""

    said: list[dict[str, Any]] = field(default_factory=list)
    sockets: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    line: Line | None = None

    async def sideband(self, request: web.Request) -> web.StreamResponse:
        if self.over:
            return web.Response(status=404)
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        await self.socket.send_json({"type": "session.created", "session": SESSION})
        await self.sockets.put(self.socket)
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.said.append(json.loads(message.data))
                self.told.set()
        return self.socket

    async def attached(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.sockets.get()

    async def tell(self, *events: dict[str, Any]) -> None:
        for one in events:
            await self.socket.send_json(one)

    async def hears(self, kind: str, times: int = 1) -> list[dict[str, Any]]:
        """What we say of this kind, as soon as it was said so often."""
        async with asyncio.timeout(SECONDS):
            while len(found := self.of(kind)) < times:
                self.told.clear()
                await self.told.wait()
        return found

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.said if one["type"] == kind]

    async def break_off(self, code: int = 1011) -> None:
        await self.socket.close(code=code)

    async def end(self) -> None:
        """The caller hangs up: the socket closes and there is no such call any more."""
        self.over = True
        await self.socket.close()
        async with asyncio.timeout(SECONDS):
            for driven in list(runtime().live.values()):
                await driven.task  # type: ignore[attr-defined]  # a voice driver
        await runtime().journal.flushed()


@asynccontextmanager
async def steered(**number: Any) -> AsyncIterator[Wire]:
    """Announced, accepted and attached; the greeting was asked for."""
    wire = Wire()
    application = web.Application()
    application.router.add_post("/v1/realtime/calls/{call}/{verb}", wire.answer)
    application.router.add_get("/v1/realtime", wire.sideband)
    async with TestServer(application) as server:
        wire.url = str(server.make_url("/v1"))
        with override_settings(OPENAI_BASE_URL=wire.url, SIDEBAND_HERE=True):
            try:
                wire.line, reference = await ringing(**number)
                _, body = event(("X-Call-Ref", reference))
                await post(body)
                await settled()
                await wire.attached()
                await wire.hears("response.create")
                yield wire
            finally:
                await close_runtime()


async def journal(kind: str) -> list[dict[str, Any]]:
    await runtime().journal.flushed()
    call = await Call.objects.aget()
    events = CallEvent.objects.filter(call=call, kind=kind).order_by("at", "seq")
    return [entry.data async for entry in events]


# Events of the provider.


def response_done(name: str, status: str = "completed", **fields: Any) -> Any:
    cached = fields.pop("cached", 0)
    usage = {
        "input_tokens": 1000,
        "output_tokens": 50,
        "input_token_details": {"text_tokens": 1000, "cached_tokens": cached},
    }
    body = {"id": name, "status": status, "output": [], "usage": usage, **fields}
    return {"type": "response.done", "response": body}


def transcribed(item: str, text: str, **usage: Any) -> Any:
    return {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": item,
        "transcript": text,
        "usage": usage or {"type": "duration", "seconds": 1.5},
    }
