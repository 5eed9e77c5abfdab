"""Every scenario of the speech-to-speech path, played against a small product."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from calls.simulator.app import serve
from calls.simulator.batches import read_spec
from calls.simulator.config import DEMO_NUMBERS, SimulatorConfig
from calls.simulator.scenario import SIP_FOLDER, Expectation, load_all
from tests.calls.simulator.fake_product import TOKEN
from tests.calls.simulator.realtime_product import SECRET
from tests.calls.simulator.small_voice_product import ACCOUNT, SmallVoiceProduct
from tests.calls.simulator.test_scenarios import finished


@asynccontextmanager
async def running() -> AsyncIterator[tuple[SmallVoiceProduct, str]]:
    clients: list[AsyncOpenAI] = []

    def client() -> AsyncOpenAI:
        plain = DefaultAsyncHttpxClient(verify=False, timeout=10)
        base = f"{product.origin}/v1"
        clients.append(AsyncOpenAI(api_key="k", base_url=base, http_client=plain))
        return clients[-1]

    product = SmallVoiceProduct(client, silence_s=5.0)
    runner = web.AppRunner(product.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    config = SimulatorConfig(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        openai_key="k",
        openai_webhook_secret=SECRET,
        port=0,
        connect_to=f"127.0.0.1:{runner.addresses[0][1]}",
        speed=20.0,
    )
    try:
        async with serve(config) as (_, port):
            product.origin = f"http://127.0.0.1:{port}"
            yield product, product.origin
            if product.tasks:
                await asyncio.wait(product.tasks, timeout=5)
    finally:
        for opened in clients:
            await opened.close()
        await runner.cleanup()


async def test_every_sip_scenario_can_be_played() -> None:
    async with running() as (_, origin), ClientSession() as session:
        asked = {"scenario": "all", "paths": "sip", "concurrency": 8}
        async with session.post(f"{origin}/simulator/batches", json=asked) as answer:
            assert answer.status == 201
            batch = await answer.json()
        batch = await finished(session, origin, batch)
    assert batch["state"] == "done"
    assert batch["finished"] == len(load_all(SIP_FOLDER))
    problems = {
        call["scenario"]: call["unmet"] + call["violations"] + call["warnings"]
        for call in batch["calls"]
        if not call["ok"]
    }
    assert problems == {}


def names(asked: dict[str, Any]) -> set[str]:
    scenarios = {**load_all(), **load_all(SIP_FOLDER)}
    return {s.name for s in read_spec(asked, scenarios, DEMO_NUMBERS).scenarios}


def test_the_path_is_played_only_where_it_is_asked_for() -> None:
    assert names({}) == names({"paths": "relay"}) == set(load_all())
    assert names({"paths": "sip"}) == set(load_all(SIP_FOLDER))
    assert names({"paths": "relay,sip"}) == {*load_all(), *load_all(SIP_FOLDER)}
    assert names({"scenario": "sip_lead"}) == {"sip_lead"}


def test_every_sip_scenario_says_its_path_and_calls_its_number() -> None:
    for scenario in load_all(SIP_FOLDER).values():
        assert scenario.path == "sip"
        assert scenario.trunk or scenario.to == "sip"
        assert scenario.expect != Expectation()
