"""A driver that hangs is noticed from outside of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from calls import consumers
from calls.driver.opening import open_call
from calls.driver.relay import RelayDriver
from calls.driver.runtime import close_runtime, runtime
from calls.models import Call, Incident
from calls.providers.relay_frames import SetupFrame
from tests.calls.driver.carrier import TOKEN, Carrier, carrier, ready_call
from tests.calls.driver.model_server import model_server

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30.0


class DeafSocket:
    """It takes no frame, ever; what it is told to close with can be waited for."""

    def __init__(self) -> None:
        self.written = asyncio.Event()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(self, frame: str) -> None:
        self.written.set()
        await asyncio.Event().wait()

    async def close(self, code: int) -> None:
        self.closed.set_result(code)

    async def code(self) -> int:
        return await asyncio.wait_for(self.closed, PATIENCE_SECONDS)


@asynccontextmanager
async def driven(call: Call, socket: DeafSocket) -> AsyncIterator[RelayDriver]:
    setup = SetupFrame("VX1", call.account_sid, call.carrier_sid, TOKEN)
    try:
        yield await open_call(setup, runtime(), send=socket.send, close=socket.close)
    finally:
        await close_runtime()


async def lease_owner(call: Call) -> str:
    return str((await Call.objects.aget(pk=call.pk)).lease_owner)


async def closed_at_last(end: Carrier) -> int:
    """On a slow machine more is said before."""
    while (received := await end.socket.receive_output(10))["type"] == "websocket.send":
        pass
    return int(received["code"])


async def test_a_driver_that_hangs_is_ended_so_that_the_carrier_calls_back(
    settings: Settings,
) -> None:
    settings.STUCK_SECONDS = 1
    # Somebody who takes up a call finds something to say at once.
    call = await ready_call()
    socket = DeafSocket()
    async with driven(call, socket) as driver:
        driver.take_over("Ana")  # it says so, and that never gets through
        assert await socket.code() == 1011
        await driver.gone()
        assert not await lease_owner(call)
        assert driver.call not in runtime().leased
    incident = await Incident.objects.aget(call=call)
    assert (incident.kind, incident.cause) == ("driver_failed", "ours")
    assert "no headway" in incident.detail


@contextmanager
def held_by_somebody(call: Call) -> Iterator[None]:
    """Its row is locked, as by a transaction that hangs."""
    with psycopg.connect(**connection_to_the_database()) as other:
        other.execute("SELECT 1 FROM calls_call WHERE id = %s FOR UPDATE", [call.pk])
        yield


def connection_to_the_database() -> dict[str, Any]:
    own = connection.settings_dict
    return {"host": own["HOST"], "user": own["USER"], "dbname": own["NAME"]}


async def test_a_session_that_cannot_be_opened_is_not_left_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumers, "OPEN_SECONDS", 0.1)
    call = await ready_call()
    end = Carrier(call)
    try:
        assert await end.connect()
        with held_by_somebody(call):
            await end.setup()
            assert await end.closed() == 1011
        await end.leaves(1011)
    finally:
        await close_runtime()


async def test_a_driver_that_waits_for_its_caller_is_left_alone(
    settings: Settings,
) -> None:
    settings.STUCK_SECONDS = 1
    call = await ready_call()
    async with driven(call, DeafSocket()) as driver:
        for _ in range(5):
            assert driver.makes_headway()
            await asyncio.sleep(0)
    assert not await Incident.objects.filter(call=call).aexists()


async def test_a_call_that_was_taken_from_us_is_let_go() -> None:
    call = await ready_call()
    async with model_server() as model, carrier(call, model.url) as end:
        await end.says("Hello")
        assert await end.hears()
        await Call.objects.filter(pk=call.pk).aupdate(lease_owner="another")
        assert await asyncio.wait_for(closed_at_last(end), PATIENCE_SECONDS) == 1001
    assert await lease_owner(call) == "another"
