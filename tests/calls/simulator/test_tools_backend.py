"""The business system behind the product's HTTP tools."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession

from calls.simulator.app import serve
from calls.simulator.config import SimulatorConfig


@asynccontextmanager
async def backend() -> AsyncIterator[tuple[ClientSession, str]]:
    config = SimulatorConfig(
        account_sid="AC", auth_token="t", openai_key="sk-test", port=0
    )
    async with serve(config, {}) as (_, port), ClientSession() as session:
        yield session, f"http://127.0.0.1:{port}/tools"


async def test_slots_are_on_weekdays_to_come() -> None:
    async with backend() as (session, tools):
        answer = await session.post(f"{tools}/opening-slots", json={"day": "any"})
        slots = (await answer.json())["slots"]
    assert len(slots) == 8
    assert not any(s["label"].startswith(("Saturday", "Sunday")) for s in slots)
    assert slots == sorted(slots, key=lambda slot: slot["start"])


@pytest.mark.parametrize("path", ["book-slot", "customer", "crm"])
async def test_the_other_tools_answer(path: str) -> None:
    async with backend() as (session, tools):
        answer = await session.post(f"{tools}/{path}", json={})
        assert answer.status in {200, 201}
        assert await answer.json()


async def test_faults_are_asked_for_in_the_url_or_in_an_argument() -> None:
    async with backend() as (session, tools):
        url = f"{tools}/opening-slots"
        assert (await session.get(f"{url}?fault=500")).status == 500
        assert (await session.post(url, json={"day": "fault:403"})).status == 403
        huge = await session.get(f"{url}?fault=huge")
        assert len(await huge.read()) > 10 * 1024 * 1024
        garbage = await session.get(f"{url}?fault=garbage")
        assert garbage.content_type == "text/html"
        assert (await session.post(url, data=b"{")).status == 400
