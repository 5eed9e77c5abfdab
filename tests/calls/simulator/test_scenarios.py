"""Every scenario, played against a small product over the wire; and their format."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from calls.simulator.app import serve
from calls.simulator.config import SimulatorConfig
from calls.simulator.scenario import SIP_FOLDER, BadScenario, load, load_all
from tests.calls.simulator.fake_product import TOKEN
from tests.calls.simulator.small_product import SmallProduct

Json = dict[str, Any]


@asynccontextmanager
async def running(**changes: Any) -> AsyncIterator[tuple[SmallProduct, str]]:
    """A small product and a simulator that know one another."""
    clients: list[AsyncOpenAI] = []

    def client() -> AsyncOpenAI:
        base, plain = f"{origin}/v1", DefaultAsyncHttpxClient(verify=False)
        clients.append(AsyncOpenAI(api_key="k", base_url=base, http_client=plain))
        return clients[-1]

    product = SmallProduct(client, silence_s=5.0)
    runner = web.AppRunner(product.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    config = SimulatorConfig(
        account_sid="AC" + "1" * 32,
        auth_token=TOKEN,
        openai_key="k",
        port=0,
        connect_to=f"127.0.0.1:{runner.addresses[0][1]}",
        speed=40.0,
        **changes,
    )
    try:
        async with serve(config) as (_, port):
            origin = f"http://127.0.0.1:{port}"
            yield product, origin
    finally:
        for opened in clients:
            await opened.close()
        await runner.cleanup()


async def finished(session: ClientSession, origin: str, batch: Json) -> Json:
    """Ask for the batch until it is over: it has its own caps."""
    while batch["state"] == "running":
        async with session.get(f"{origin}/simulator/batches/{batch['id']}") as answer:
            batch = await answer.json()
    return batch


async def test_every_scenario_can_be_played() -> None:
    async with running() as (_, origin), ClientSession() as session:
        asked = {"scenario": "all", "concurrency": 25}
        async with session.post(f"{origin}/simulator/batches", json=asked) as answer:
            assert answer.status == 201
            batch = await answer.json()
        batch = await finished(session, origin, batch)
    assert batch["state"] == "done"
    assert batch["finished"] == len(load_all())
    problems = {
        call["scenario"]: call["unmet"] + call["violations"] + call["warnings"]
        for call in batch["calls"]
        if not call["ok"]
    }
    assert problems == {}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scenario": "none"}, "no scenario 'none'; there are angry_caller"),
        ({"calls": 2001}, "calls must be a whole number from 1 to 2000, not 2001"),
        ({"concurrency": 601}, "concurrency must be a whole number from 1 to 600"),
        ({"knobs": {"latency": 1}}, "there is no knob 'latency'; the knobs are"),
        ({"knobs": {"latency_ms": -1}}, "knob latency_ms: -1 is below zero"),
        ({"knobs": {"latency_ms": "x"}}, "knob latency_ms: 'x' is not a float"),
        ({"speed": 0}, "speed must be above 0 and at most 100, not 0"),
        ({"to": "third"}, "'third' is neither a number nor main, second"),
        ({"callers": 3}, "a batch has no ['callers']"),
        ({"paths": "fax"}, "paths are relay and sip, not 'fax'"),
        ([], "a batch is a JSON object"),
    ],
)
async def test_a_batch_that_cannot_be_done_is_refused(asked: Any, error: str) -> None:
    async with running() as (_, origin), ClientSession() as session:
        answer = await session.post(f"{origin}/simulator/batches", json=asked)
        assert answer.status == 400
        assert error in (await answer.json())["error"]


async def test_a_batch_can_be_stopped_and_results_be_read_from_a_point_on() -> None:
    async with running() as (_, origin), ClientSession() as session:
        asked = {"scenario": "blocked_caller", "calls": 3, "concurrency": 1}
        async with session.post(f"{origin}/simulator/batches", json=asked) as answer:
            batch = await finished(session, origin, await answer.json())
        url = f"{origin}/simulator/batches/{batch['id']}?since=2"
        async with session.get(url) as answer:
            assert len((await answer.json())["calls"]) == 1
        asked = {"scenario": "silence", "calls": 1}
        async with session.post(f"{origin}/simulator/batches", json=asked) as answer:
            batch = await answer.json()
        async with session.delete(
            f"{origin}/simulator/batches/{batch['id']}"
        ) as answer:
            assert (await answer.json())["state"] == "stopped"
        async with session.get(f"{origin}/simulator/batches/nothing") as answer:
            assert answer.status == 404


async def test_violations_are_listed_with_their_call_and_can_be_cleared() -> None:
    async with running() as (product, origin), ClientSession() as session:
        product.answers["/twilio/voice/"] = "<Response><Shout/></Response>"
        asked = {"scenario": "blocked_caller", "calls": 1}
        async with session.post(f"{origin}/simulator/batches", json=asked) as answer:
            batch = await finished(session, origin, await answer.json())
        async with session.get(f"{origin}/simulator/violations") as answer:
            listed = await answer.json()
        async with session.delete(f"{origin}/simulator/violations") as answer:
            assert (await answer.json())["total"] == 0
    (violation,) = listed["violations"]
    assert violation["call_sid"] == batch["calls"][0]["call_sid"]
    assert violation["scenario"] == "blocked_caller"
    assert violation["text"] == "<Shout> is not allowed in <Response>"
    assert batch["ok"] == 0


async def test_scenarios_can_be_listed() -> None:
    async with running() as (_, origin), ClientSession() as session:
        async with session.get(f"{origin}/simulator/scenarios") as answer:
            listed = await answer.json()
        async with session.get(f"{origin}/simulator/") as answer:
            assert (await answer.json())["numbers"]["main"] == "+12025550100"
    names = [s["name"] for s in listed]
    assert names == [*sorted(load_all()), *sorted(load_all(SIP_FOLDER))]
    assert all(s["description"].endswith(".") for s in listed)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("steps: [dance]", "steps[0]: a step is one word or a mapping with one key"),
        ("steps: [{dance: 1}]", "steps[0]: there is no step 'dance'"),
        ("steps: [{press: 12a}]", "steps[0].press: '12a' are no keys"),
        ("steps: [{say: ''}]", "steps[0].say: there is nothing to say"),
        ("steps: [{say: {text: a, loud: 1}}]", "steps[0].say: ['loud'] is none of"),
        ("stesp: []", "a scenario has no ['stesp']"),
        ("contacts: [sings]", "a contact cannot 'sings'"),
        ("knobs: {speed: 2}", "there is no knob 'speed'"),
        ("model: [{when: {usr: x}}]", "model[0] has no 'usr'"),
        ("model: [{when: {user: '('}}]", "model[0].user: missing )"),
        ("model: [{fault: {kind: fire}}]", "a fault's kind is one of hang"),
        ("path: fax", "a path is relay or sip, not 'fax'"),
        ("- a", "a scenario is a mapping"),
        ("a: [", "while parsing"),
    ],
)
def test_a_bad_scenario_names_the_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadScenario) as refused:
        load(file)
    assert str(refused.value).startswith("mine.yaml: ")
    assert complaint in str(refused.value)
