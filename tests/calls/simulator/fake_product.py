"""A product of forty lines to hold the simulator against, and a world around both.

It checks every signature with Twilio's own library, so that two implementations of the
scheme have to agree.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web
from twilio.request_validator import (  # type: ignore[import-untyped]  # no stubs
    RequestValidator,
)

from calls.simulator.carrier import CallOrder, CallRecord, Carrier, place_call
from calls.simulator.config import SimulatorConfig

ORIGIN = "https://phoneops.test"
TOKEN = "a-token-for-tests"
RELAY = """<Response><Connect action="/twilio/relay-ended/"><ConversationRelay
 url="wss://phoneops.test/twilio/relay/" {attributes}/></Connect></Response>"""
Answer = str | web.StreamResponse
Params = dict[str, str]


class Waits(Exception):
    """An answer that does not come before the product is released."""


def relay_twiml(attributes: str = "") -> str:
    return RELAY.format(attributes=attributes)


def say(text: str) -> str:
    return f"<Response><Say>{text}</Say></Response>"


@dataclass
class Hook:
    """One webhook as it came in."""

    path: str
    params: Params
    token: str
    signed: bool


class Relay:
    """The product's end of one relay socket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def next(self, kind: str = "") -> dict[str, Any]:
        """The next frame, or the next one of a kind; {} once the socket is closed."""
        async for message in self.socket:
            frame: dict[str, Any] = orjson.loads(message.data)
            self.frames.append(frame)
            if kind in {"", frame["type"]}:
                return frame
        return {}

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message; nothing once the socket has gone."""
        with suppress(ConnectionResetError):
            await self.socket.send_str(orjson.dumps({"type": kind, **fields}).decode())

    async def say(self, text: str, **fields: Any) -> None:
        await self.send("text", token=text, last=True, **fields)

    async def spoken(self) -> None:
        """Until the agent has said all there was to say (needs `speaker-events`)."""
        while await self.next("info") and self.frames[-1]["value"] != "off":
            continue

    async def until_closed(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.frames.append(orjson.loads(message.data))


async def hold(relay: Relay) -> None:
    await relay.until_closed()


@dataclass
class FakeProduct:
    answers: dict[str, Callable[[Params], Answer] | str] = field(default_factory=dict)
    relay: Callable[[Relay], Awaitable[None]] = hold
    hooks: list[Hook] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)
    relay_signatures: list[str] = field(default_factory=list)
    handshake_status: int = 101
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def at(self, path: str) -> list[Params]:
        return [hook.params for hook in self.hooks if hook.path == path]

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/twilio/relay/", self._socket)
        app.router.add_route("*", "/{tail:.*}", self._webhook)
        return app

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        params = {k: str(v) for k, v in (await request.post()).items()}
        url = ORIGIN + request.path_qs
        signed = RequestValidator(TOKEN).validate(
            url, params, request.headers["X-Twilio-Signature"]
        )
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.hooks.append(Hook(request.path, params, token, signed))
        assert request.headers["X-Forwarded-Proto"] == "https"
        assert request.headers["Host"] == "phoneops.test"
        planned = self.answers.get(request.path, "<Response/>")
        try:
            answer = planned if isinstance(planned, str) else planned(params)
        except Waits:
            await self.released.wait()
            answer = "<Response/>"
        if isinstance(answer, str):
            return web.Response(text=answer, content_type="text/xml")
        return answer

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.handshake_status != 101:
            return web.Response(status=self.handshake_status)
        self.relay_signatures.append(request.headers["X-Twilio-Signature"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        relay = Relay(socket)
        self.relays.append(relay)
        await self.relay(relay)
        await socket.close()
        return socket


@dataclass
class World:
    product: FakeProduct
    carrier: Carrier

    async def call(self, script: Any = None, **fields: Any) -> CallRecord:
        if script is not None:
            fields["script"] = script
        return await place_call(self.carrier, CallOrder(**fields))


@asynccontextmanager
async def world(
    product: FakeProduct | None = None, **config: Any
) -> AsyncIterator[World]:
    product = product or FakeProduct()
    runner = web.AppRunner(product.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    settings = SimulatorConfig(
        account_sid="AC" + "1" * 32,
        auth_token=TOKEN,
        openai_key="sk-test",
        connect_to=f"127.0.0.1:{port}",
        speed=config.pop("speed", 60.0),
        call_cap_s=config.pop("call_cap_s", 10.0),
        **config,
    )
    try:
        async with Carrier(settings) as carrier:
            yield World(product, carrier)
    finally:
        await runner.cleanup()
