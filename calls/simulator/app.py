"""Putting the simulator together and serving it on one loopback port."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from aiohttp import web

from calls.simulator.batches import Batches
from calls.simulator.carrier.carrier import Carrier
from calls.simulator.config import SimulatorConfig
from calls.simulator.control import Control
from calls.simulator.openai_api.rules import RuleBook, read_rules
from calls.simulator.openai_api.service import ModelService
from calls.simulator.realtime.service import RealtimeService
from calls.simulator.scenario import SIP_FOLDER, Scenario, load_all
from calls.simulator.tools_backend import ToolsBackend
from calls.simulator.twilio_api.routes import TwilioApi

FRONT_DESK = Path(__file__).parent / "openai_api" / "front_desk.yaml"


@dataclass(frozen=True, slots=True)
class Simulator:
    """The parts of a running simulator, for those who hold it in their own process."""

    carrier: Carrier
    model: ModelService
    batches: Batches
    twilio: TwilioApi
    tools: ToolsBackend
    realtime: RealtimeService
    scenarios: Mapping[str, Scenario]


SIMULATOR = web.AppKey("simulator", Simulator)


def rule_book(scenarios: Mapping[str, Scenario]) -> RuleBook:
    """The scenarios' rules first, in the order of their names; then the front desk."""
    rules = [rule for scenario in scenarios.values() for rule in scenario.rules]
    found = yaml.safe_load(FRONT_DESK.read_text())
    return RuleBook([*rules, *read_rules(found, "front_desk")])


def build_app(
    config: SimulatorConfig, scenarios: Mapping[str, Scenario] | None = None
) -> web.Application:
    """The whole simulator as one aiohttp application.

    Run it with `handler_cancellation=True`, as `serve` does: without it the model only
    notices at its next token that a client has gone.
    """
    known = {**load_all(), **load_all(SIP_FOLDER)} if scenarios is None else scenarios
    carrier = Carrier(config)
    model = ModelService(config, rule_book(known))
    realtime = carrier.sip = RealtimeService(carrier, model)
    batches = Batches(carrier, model, known)
    twilio = TwilioApi(carrier)
    tools = ToolsBackend()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app[SIMULATOR] = Simulator(carrier, model, batches, twilio, tools, realtime, known)
    app.add_routes(Control(batches, carrier.violations, model).routes())
    app.add_routes(model.routes())
    app.add_routes(realtime.routes())
    app.add_routes(twilio.routes())
    app.add_routes(tools.routes())
    app.cleanup_ctx.append(_running)
    return app


async def _running(app: web.Application) -> AsyncIterator[None]:
    simulator = app[SIMULATOR]
    async with simulator.carrier:
        yield
        await simulator.batches.close()
        await simulator.realtime.close()
        await simulator.twilio.messages.close()


@asynccontextmanager
async def serve(
    config: SimulatorConfig, scenarios: Mapping[str, Scenario] | None = None
) -> AsyncIterator[tuple[Simulator, int]]:
    """Serve on the configured port (0 = any free one); gives the port it got."""
    app = build_app(config, scenarios)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", config.port, backlog=1024)
        await site.start()
        yield app[SIMULATOR], runner.addresses[0][1]
    finally:
        await runner.cleanup()
