"""A product on OpenAI's side of a SIP call, and a world with a simulator around it.

It talks through the real client and verifies webhooks with it, so that two
implementations of each scheme have to agree.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, NotFoundError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from calls.simulator.app import Simulator, serve
from calls.simulator.carrier import CallOrder, CallRecord, place_call
from calls.simulator.config import SimulatorConfig
from calls.simulator.knobs import Knobs
from tests.calls.simulator.fake_product import TOKEN, FakeProduct, Params, Relay, hold

SECRET = "whsec_c2ltdWxhdGVkIHNlY3JldCBmb3IgdGVzdHM="
ADDRESS = "sip:proj_test@sip.api.openai.com;transport=tls;secure=true?X-Call-Ref=a%2Bb"
DIAL = """<Response><Dial answerOnBridge="true" action="/twilio/sip-ended/" {dial}>
<Sip statusCallback="/twilio/status/"
 statusCallbackEvent="initiated ringing answered completed">{address}</Sip>
</Dial></Response>"""
BODY: dict[str, Any] = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "instructions": "You work at the front desk.",
    "audio": {"input": {"transcription": {"model": "gpt-live-transcribe"}}},
}
Event = dict[str, Any]


def dialled(dial: str = "", address: str = ADDRESS) -> str:
    return DIAL.format(dial=dial, address=address)


class Talk:
    """One accepted call, as seen from its sideband."""

    def __init__(self, client: AsyncOpenAI, call_id: str) -> None:
        self.client = client
        self.call_id = call_id
        self.events: list[Event] = []
        self.closed_with = 0
        self._connection: Any = None

    async def attach(self) -> None:
        manager = self.client.realtime.connect(call_id=self.call_id)
        self._connection = await manager.enter()

    async def send(self, kind: str, **fields: Any) -> None:
        await self._connection.send({"type": kind, **fields})

    async def say(self, text: str) -> None:
        words = f"Say exactly the following and nothing else: {text}"
        await self.send("response.create", response={"instructions": words})

    async def event(self) -> Event | None:
        """The next event as it came over the wire; None once the socket is closed."""
        try:
            raw = await self._connection.recv_bytes()
        except ConnectionClosed as closed:
            self.closed_with = closed.rcvd.code if closed.rcvd else 1006
            return None
        self.events.append(orjson.loads(raw))
        return self.events[-1]

    async def until(self, kind: str, **wanted: Any) -> Event:
        while (event := await self.event()) is not None:
            if event["type"] == kind and wanted.items() <= event.items():
                return event
        raise AssertionError(f"no {kind} among {self.kinds}")

    async def until_closed(self) -> None:
        while await self.event() is not None:
            continue

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def hang_up(self) -> None:
        with suppress(NotFoundError):
            await self.client.realtime.calls.hangup(self.call_id)


Script = Callable[[Talk], Awaitable[None]]


async def greet(talk: Talk) -> None:
    """Say hello and stay until it is over."""
    await talk.attach()
    await talk.say("Hello, this is the front desk.")
    await talk.until_closed()


class RealtimeProduct(FakeProduct):
    """Accepts every announced call with `body` and then acts out `script`."""

    def __init__(
        self,
        script: Script = greet,
        *,
        answers: dict[str, Callable[[Params], Any] | str] | None = None,
        relay: Callable[[Relay], Awaitable[None]] = hold,
        body: dict[str, Any] | None = None,
    ) -> None:
        planned: dict[str, Callable[[Params], Any] | str] = {
            "/twilio/voice/": dialled(),
            "/twilio/sip-ended/": "<Response/>",
        }
        super().__init__({**planned, **(answers or {})}, relay)
        self.script = script
        self.body = body or BODY
        self.client: AsyncOpenAI
        self.announced: list[Event] = []
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        self.webhook_answers: list[int] = []
        """Statuses to answer with, one after the other; then 200."""
        self.talks: list[Talk] = []
        self.errors: list[Exception] = []
        self._tasks: list[asyncio.Task[None]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/openai/webhook/", self._announced)
        app.router.add_get("/twilio/relay/", self._socket)
        app.router.add_route("*", "/{tail:.*}", self._webhook)
        return app

    async def _announced(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.deliveries.append((dict(request.headers), body))
        if self.webhook_answers and (status := self.webhook_answers.pop(0)) != 200:
            return web.Response(status=status)
        event = self.client.webhooks.unwrap(body, request.headers)
        self.announced.append(orjson.loads(body))
        if event.type == "realtime.call.incoming":
            task = asyncio.create_task(self._take(event.data.call_id))
            self._tasks.append(task)
        return web.Response()

    async def _take(self, call_id: str) -> None:
        if call_id in {talk.call_id for talk in self.talks}:
            return
        talk = Talk(self.client, call_id)
        self.talks.append(talk)
        try:
            await self.decide(talk)
        except Exception as error:  # noqa: BLE001  a test looks at it
            self.errors.append(error)
        finally:
            await talk.close()

    async def decide(self, talk: Talk) -> None:
        await self.client.realtime.calls.accept(talk.call_id, **self.body)
        await self.script(talk)

    async def settle(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)


@dataclass
class SipWorld:
    product: RealtimeProduct
    simulator: Simulator
    client: AsyncOpenAI
    origin: str
    records: list[CallRecord] = field(default_factory=list)

    async def call(self, script: Any = None, **fields: Any) -> CallRecord:
        knobs = {name: fields.pop(name) for name in list(fields) if name in KNOBS}
        if script is not None:
            fields["script"] = script
        order = CallOrder(knobs=Knobs(**knobs), **fields)
        record = await place_call(self.simulator.carrier, order)
        await self.product.settle()
        self.records.append(record)
        return record


KNOBS = frozenset(Knobs.__dataclass_fields__)


@asynccontextmanager
async def sip_world(
    product: RealtimeProduct | None = None, **config: Any
) -> AsyncIterator[SipWorld]:
    product = product or RealtimeProduct()
    runner = web.AppRunner(product.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = SimulatorConfig(
        account_sid="AC" + "1" * 32,
        auth_token=TOKEN,
        openai_key="sk-test",
        openai_project="proj_test",
        openai_webhook_secret=config.pop("openai_webhook_secret", SECRET),
        port=0,
        connect_to=f"127.0.0.1:{runner.addresses[0][1]}",
        speed=config.pop("speed", 20.0),
        call_cap_s=config.pop("call_cap_s", 15.0),
        first_token_ms=config.pop("first_token_ms", 10.0),
        **config,
    )
    try:
        async with serve(settings) as (simulator, port):
            origin = f"http://127.0.0.1:{port}"
            async with AsyncOpenAI(
                api_key="sk-test",
                base_url=f"{origin}/v1",
                webhook_secret=SECRET,
                max_retries=0,
                http_client=DefaultAsyncHttpxClient(verify=False, timeout=10),
            ) as client:
                product.client = client
                yield SipWorld(product, simulator, client, origin)
    finally:
        await runner.cleanup()


__all__ = [
    "BODY",
    "SECRET",
    "InvalidStatus",
    "RealtimeProduct",
    "SipWorld",
    "Talk",
    "dialled",
    "greet",
    "sip_world",
]
