"""A call that this process steers, with the provider's end of the sideband in hand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from asgiref.sync import sync_to_async
from django.test import override_settings

from calls.driver import watch
from calls.driver.runtime import close_runtime, runtime
from calls.models import Call, CallEvent
from calls.providers.openai_realtime.client_events import MARKER
from tests.calls.carrier import Line
from tests.calls.driver.sip_line import ringing
from tests.calls.voice_provider import Provider, event, post, settled
from tests.makers_routing import make_number, publish

SESSION = {"instructions": "Be kind.", "tools": [{"name": "look_up_caller"}]}
SECONDS = 20


@dataclass
class Wire(Provider):
    """`said` is all that the sideband was told by us, over all of its sockets.

    `last` is the last item of the conversation, for whoever looks back. `refusing` is
    the status of each handshake, where it is one.
    """

    said: list[dict[str, Any]] = field(default_factory=list)
    sockets: asyncio.Queue[web.WebSocketResponse] = field(default_factory=asyncio.Queue)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    refusing: int = 0
    last: dict[str, Any] = field(default_factory=dict)
    line: Line | None = None

    async def sideband(self, request: web.Request) -> web.StreamResponse:
        if self.over or self.refusing:
            return web.Response(status=404 if self.over else self.refusing)
        self.transport = request.transport
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        await self.socket.send_json({"type": "session.created", "session": SESSION})
        await self.sockets.put(self.socket)
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.said.append(json.loads(message.data))
                self.told.set()
                await self.look_back(self.said[-1])
        return self.socket

    async def look_back(self, said: dict[str, Any]) -> None:
        if said["type"] == "conversation.item.retrieve":
            await self.tell({"type": "conversation.item.retrieved", "item": self.last})
        elif MARKER in str(said.get("item")):
            item = {"id": "marker", **said["item"]}
            placed = {"item": item, "previous_item_id": "last"}
            await self.tell({"type": "conversation.item.added", **placed})

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

    def cut(self) -> None:
        """The network breaks: what was on its way is lost."""
        assert self.transport is not None
        self.transport.abort()

    async def speaks(self, response: str, *items: dict[str, Any]) -> None:
        """One response, heard to its end; `items` come after what is said in it."""
        said = {"id": f"item_{response}", "type": "message", "role": "assistant"}
        await self.tell(
            {"type": "response.created", "response": {"id": response}},
            {"type": "output_audio_buffer.started", "response_id": response},
            response_done(response, output=[said, *items]),
            {"type": "output_audio_buffer.stopped", "response_id": response},
        )

    async def let_go(self) -> None:
        """Until nobody here steers the call any more."""
        async with asyncio.timeout(SECONDS):
            for driven in list(runtime().live.values()):
                await driven.task  # type: ignore[attr-defined]  # a voice driver
        await runtime().journal.flushed()

    async def end(self) -> None:
        """The caller hangs up: the socket closes and there is no such call any more."""
        self.over = True
        await self.socket.close()
        await self.let_go()


@asynccontextmanager
async def steered(**number: Any) -> AsyncIterator[Wire]:
    """Announced, accepted and attached; the greeting was asked for."""
    async with on_the_wire() as wire:
        wire.line, reference = await ringing(**number)
        _, body = event(("X-Call-Ref", reference))
        await post(body)
        await settled()
        await wire.attached()
        await wire.hears("response.create")
        yield wire


@asynccontextmanager
async def steered_over_a_trunk() -> AsyncIterator[Wire]:
    """The same of a call of which no carrier tells us anything."""
    number = await sync_to_async(make_number)(path="sip", trunk=True)
    await sync_to_async(publish)()
    dialled = ("To", f"<sip:{number.e164}@sip.api.openai.com>")
    async with on_the_wire() as wire:
        _, body = event(("From", "<sip:+12025550123@h>"), dialled, ("Call-ID", "abc"))
        await post(body)
        await settled()
        await wire.attached()
        await wire.hears("response.create")
        yield wire


async def other_process_takes_over(wire: Wire) -> None:
    """Ours ends; the one after it finds the call that nobody steers."""
    await close_runtime()
    await watch.look(runtime())
    await wire.attached()


@asynccontextmanager
async def on_the_wire() -> AsyncIterator[Wire]:
    """The provider, with nothing said yet; our runtime ends with the block."""
    wire = Wire()
    application = web.Application()
    application.router.add_post("/v1/realtime/calls/{call}/{verb}", wire.answer)
    application.router.add_get("/v1/realtime", wire.sideband)
    async with TestServer(application) as server:
        wire.url = str(server.make_url("/v1"))
        with override_settings(OPENAI_BASE_URL=wire.url, SIDEBAND_HERE=True):
            try:
                yield wire
            finally:
                await close_runtime()


async def journal(kind: str) -> list[dict[str, Any]]:
    await runtime().journal.flushed()
    call = await Call.objects.aget()
    events = CallEvent.objects.filter(call=call, kind=kind).order_by("at", "seq")
    return [entry.data async for entry in events]


# Events of the provider.


def function_call(name: str, arguments: str, call: str = "call_1") -> dict[str, Any]:
    """An item."""
    return {
        "id": f"item_{call}",
        "type": "function_call",
        "status": "completed",
        "call_id": call,
        "name": name,
        "arguments": arguments,
    }


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
