"""The whole table, against the simulator."""

from collections.abc import AsyncIterator
from io import StringIO

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as configured
from django.core.management import call_command
from pytest_django import Settings

from calls.simulator.app import serve
from calls.simulator.config import SimulatorConfig
from phoneops import health
from routing.models import PhoneNumber
from routing.services.demo import load_demo
from tests.makers_routing import publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def _simulator(settings: Settings) -> AsyncIterator[None]:
    config = SimulatorConfig(
        account_sid=configured.TWILIO_ACCOUNT_SID,
        auth_token=configured.TWILIO_AUTH_TOKEN,
        openai_key=configured.OPENAI_API_KEY,
        public_origin=configured.PUBLIC_BASE_URL,
        port=0,
    )
    async with serve(config) as (_, port):
        settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{port}"
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{port}/v1"
        yield


@database_sync_to_async
def prepare(second_line: str = "+12025550101") -> None:
    load_demo(simulator_port=8100)
    PhoneNumber.objects.filter(label="Second line").update(e164=second_line)
    publish()


@database_sync_to_async
def doctor() -> tuple[int, str]:
    """How it ended, and what it printed, with every gap one space wide."""
    said = StringIO()
    try:
        call_command("doctor", stdout=said, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), " ".join(said.getvalue().split())
    return 0, " ".join(said.getvalue().split())


@pytest.mark.usefixtures("_simulator")
async def test_the_demo_passes() -> None:
    await prepare()
    code, said = await doctor()
    assert code == 0
    assert "ok Settings complete, simulated" in said
    assert "ok Release release 2 is loaded" in said
    assert "ok Twilio answers; the account has 4 numbers" in said
    assert "warn Voice line has no VoiceFallbackUrl" in said
    assert "ok Trunk line +1 202 555 0103 is connected to a SIP trunk" in said
    assert "ok Voice model gpt-realtime-2.1, used by Front desk, Sales lead" in said
    assert said.endswith("0 failures")


@pytest.mark.usefixtures("_simulator")
async def test_one_failure_is_enough_to_fail() -> None:
    await prepare(second_line="+12025550177")
    code, said = await doctor()
    assert code == 1
    assert "fail Second line +1 202 555 0177 is not a number of this account" in said
    assert said.endswith("1 failure")


@pytest.mark.usefixtures("_simulator")
async def test_without_a_release_the_providers_are_looked_at_all_the_same() -> None:
    code, said = await doctor()
    assert code == 1
    assert "fail Release Nothing has been published yet" in said
    assert "ok Twilio answers" in said


@pytest.mark.usefixtures("_simulator")
async def test_without_a_database_the_providers_are_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away() -> str:
        raise ConnectionRefusedError

    monkeypatch.setitem(health.PARTS, "database", away)
    code, said = await doctor()
    assert code == 1
    assert "fail Database not reachable (ConnectionRefusedError)" in said
    assert "ok OpenAI answers" in said
