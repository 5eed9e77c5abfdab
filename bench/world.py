"""Twilio and OpenAI for the bench: the simulator, held in the bench's own process.

Two carriers share one model: one calls the product, the other the reference, which has
no webhooks. It is handed the product's own TwiML, so that both meet the same relay.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

import aiohttp
import yaml
from aiohttp import web

from bench.stamps import Stamps
from calls.simulator.app import FRONT_DESK
from calls.simulator.carrier.carrier import Carrier
from calls.simulator.carrier.product import Product, Reply, Webhook
from calls.simulator.config import SimulatorConfig
from calls.simulator.openai_api.events import Event
from calls.simulator.openai_api.request import ModelRequest
from calls.simulator.openai_api.rules import Answer, RuleBook, read_rules
from calls.simulator.openai_api.service import ModelService
from phoneops import simulated

# People talk so much faster than in life that an answer of forty words, which takes
# fifteen seconds to say, has been heard before the caller's next turn.
SPEED = 4.0
NOTHING = Reply(200, "text/xml", "<Response/>")


class StampingModel(ModelService):
    """Times every token as it leaves."""

    stamps: Stamps

    async def _events(
        self, asked: ModelRequest, answer: Answer
    ) -> AsyncIterator[Event]:
        async for event in super()._events(asked, answer):
            if event["type"] == "response.output_text.delta":
                event["delta"] = self.stamps.stamp(event["delta"])
            yield event


class Overheard(Product):
    """The product, with its TwiML kept."""

    twiml = ""

    async def send(self, hook: Webhook) -> Reply:
        reply = await super().send(hook)
        if hook.url == self.config.voice_url:
            self.twiml = reply.body
        return reply


class StandIn(Product):
    """Answers the webhooks in the reference's place."""

    twiml = ""

    async def send(self, hook: Webhook) -> Reply:
        if hook.url != self.config.voice_url:
            return NOTHING
        return Reply(200, "text/xml", self.twiml)


class BenchCarrier(Carrier):
    def __init__(self, config: SimulatorConfig, kind: type[Product]) -> None:
        super().__init__(config)
        self._kind = kind

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.product = self._kind(self.config, self._session, self._complain)
        return self


@dataclass(frozen=True, slots=True)
class World:
    model: StampingModel
    to_product: BenchCarrier
    to_reference: BenchCarrier
    session: aiohttp.ClientSession


@dataclass(frozen=True, slots=True)
class Ports:
    product: int
    model: int
    reference: int
    reference_webhook: int


def config_for(ports: Ports, port: int) -> SimulatorConfig:
    """What the product takes for granted when it has no provider keys."""
    return SimulatorConfig(
        account_sid=simulated.ACCOUNT_SID,
        auth_token=simulated.AUTH_TOKEN,
        openai_key=simulated.API_KEY,
        public_origin=simulated.PUBLIC_BASE_URL,
        port=ports.model,
        connect_to=f"127.0.0.1:{port}",
        speed=SPEED,
    )


@asynccontextmanager
async def world(ports: Ports) -> AsyncIterator[World]:
    to_product = config_for(ports, ports.product)
    to_reference = config_for(ports, ports.reference)
    rules = read_rules(yaml.safe_load(FRONT_DESK.read_text()), "front_desk")
    model = StampingModel(to_product, RuleBook(rules))
    model.stamps = Stamps()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.add_routes(model.routes())
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", ports.model, backlog=1024).start()
        yield World(
            model,
            await stack.enter_async_context(BenchCarrier(to_product, Overheard)),
            await stack.enter_async_context(BenchCarrier(to_reference, StandIn)),
            await stack.enter_async_context(aiohttp.ClientSession()),
        )
