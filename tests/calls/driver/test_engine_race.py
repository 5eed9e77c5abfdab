"""Several processes hear of one call: one accept reaches the provider.

The processes are event loops on threads of their own, each with its own runtime, its
own database connections and its own view of the world.
"""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from calls.core.words import EngineState
from calls.driver.runtime import close_runtime
from calls.models import Call, EngineSession
from tests.calls.driver.sip_line import ringing
from tests.calls.voice_provider import LIVE, event, post, settled, voice_provider
from tests.makers_routing import make_number, publish

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = 4


async def deliver_at_once(bodies: Sequence[bytes]) -> None:
    """Every process gets its own delivery, all in the same moment."""
    start = threading.Barrier(len(bodies))

    async def live(body: bytes) -> int:
        try:
            start.wait(10)
            answer = await post(body)
            await settled()
            return int(answer.status_code)
        finally:
            await close_runtime()
            await sync_to_async(connections.close_all)()

    def process(body: bytes) -> int:
        return asyncio.run(live(body))

    statuses = await asyncio.gather(*(asyncio.to_thread(process, b) for b in bodies))
    assert set(statuses) == {200}


@pytest.mark.parametrize("turn", range(3))
async def test_one_of_several_processes_accepts(turn: int) -> None:
    _, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        await deliver_at_once([body] * PROCESSES)
    assert provider.asked == [("accept", call)]
    session = await EngineSession.objects.aget()
    assert (session.state, session.claims) == (EngineState.ACCEPTED, 1)


@pytest.mark.parametrize("turn", range(3))
async def test_both_engines_announcements_make_one_decision(turn: int) -> None:
    _, reference = await ringing()
    headers = ("X-Call-Ref", reference), ("Call-ID", "abc")
    call, ours = event(*headers)
    _, twin = event(*headers, type_=LIVE, call="live_1")
    async with voice_provider() as provider:
        await deliver_at_once([ours, twin, ours, twin])
    assert provider.asked == [("accept", call)]


@pytest.mark.parametrize("turn", range(3))
async def test_a_call_over_a_trunk_is_admitted_once(turn: int) -> None:
    number = await sync_to_async(make_number)(path="sip", trunk=True)
    await sync_to_async(publish)()
    headers = ("To", f"<sip:{number.e164}@sip.api.openai.com>"), ("Call-ID", "abc")
    call, ours = event(*headers)
    _, twin = event(*headers, type_=LIVE, call="live_1")
    async with voice_provider() as provider:
        await deliver_at_once([ours, twin, ours, ours])
    assert provider.asked == [("accept", call)]
    assert await Call.objects.acount() == 1
