"""Hanging up and letting go, when whoever is asked to do it does not."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from calls.core.words import EngineState, EventKind, IncidentKind
from calls.driver import watch
from calls.driver.runtime import close_runtime, runtime
from calls.models import Call, CallEvent, EngineSession, Incident
from tests.calls.driver.steered import (
    Wire,
    function_call,
    journal,
    other_process_takes_over,
    steered,
    steered_over_a_trunk,
)
from tests.calls.twilio_api import FakeTwilio, twilio_api

pytestmark = pytest.mark.django_db(transaction=True)

END = function_call("end_call", '{"outcome": "resolved"}')


@pytest.fixture
def carrier(settings: Any) -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        settings.TWILIO_API_BASE_URL = server.url
        yield server


async def says_goodbye(wire: Wire) -> None:
    await wire.speaks("resp_1")
    asked = len(wire.of("response.create"))
    await wire.tell({"type": "input_audio_buffer.speech_started"})
    await wire.tell({"type": "input_audio_buffer.speech_stopped"})
    await wire.speaks("resp_2", END)
    assert len(wire.of("response.create")) == asked


async def the_session() -> EngineSession:
    return await EngineSession.objects.select_related("call").aget()


async def ended() -> tuple[str, str]:
    session = await the_session()
    return session.state, session.call.ending


async def test_the_call_is_hung_up_once_the_goodbye_was_heard() -> None:
    async with steered() as wire:
        await says_goodbye(wire)
        await wire.let_go()
    assert len(wire.calls_for("hangup")) == 1
    assert await ended() == (EngineState.OVER, "agent_ended")
    assert (await the_session()).call.outcome == "resolved"


async def test_a_provider_that_does_not_hang_up_is_helped_by_the_carrier(
    carrier: FakeTwilio,
) -> None:
    async with steered() as wire:
        wire.script["hangup"] = [500]
        await says_goodbye(wire)
        await wire.let_go()
    ((_, path, asked),) = carrier.asked
    session = await the_session()
    assert session.call.carrier_sid in path
    assert asked == {"Status": ["completed"]}
    assert await ended() == (EngineState.OVER, "agent_ended")
    incident = await Incident.objects.aget()
    assert incident.kind == IncidentKind.MODEL_ERROR


async def test_where_nobody_hangs_up_it_is_tried_again(carrier: FakeTwilio) -> None:
    carrier.answer = (500, {})
    async with steered() as wire:
        wire.script["hangup"] = [500, 500]
        await says_goodbye(wire)
        await wire.let_go()
        assert await ended() == (EngineState.ATTACHED, "agent_ended")
        for _ in range(2):
            await watch.look(runtime())
            await wire.let_go()
    assert len(wire.calls_for("hangup")) == 3
    assert await ended() == (EngineState.OVER, "agent_ended")
    assert await Incident.objects.acount() == 1


async def test_a_process_that_dies_while_it_hangs_up_is_replaced() -> None:
    async with steered() as wire:
        never = asyncio.Event()
        wire.script["hangup"] = [never]
        await says_goodbye(wire)
        async with asyncio.timeout(20):
            while not wire.calls_for("hangup"):
                await asyncio.wait_for(wire.heard.wait(), 20)
                wire.heard.clear()
        await close_runtime()
        assert await ended() == (EngineState.ATTACHED, "agent_ended")
        await watch.look(runtime())
        await wire.let_go()
        never.set()
    assert len(wire.calls_for("hangup")) == 2
    assert await ended() == (EngineState.OVER, "agent_ended")
    assert len(await journal(EventKind.GREETED)) == 1


async def test_that_the_leg_is_gone_does_not_change_who_ended_the_call() -> None:
    """The process before us hung up and died before it could say so."""
    async with steered() as wire:
        never = asyncio.Event()
        wire.script["hangup"] = [never]
        await says_goodbye(wire)
        while not wire.calls_for("hangup"):
            await wire.heard.wait()
            wire.heard.clear()
        await close_runtime()
        wire.over, wire.script["hangup"] = True, [404]
        await watch.look(runtime())
        await wire.let_go()
        never.set()
    assert await ended() == (EngineState.OVER, "agent_ended")


async def test_a_goodbye_that_a_dead_process_began_is_said_again() -> None:
    """Unless the caller speaks up, the call ends after it."""
    async with steered() as wire:
        await wire.speaks("resp_1")
        response = {"id": "resp_2", "status": "completed", "output": [END]}
        await wire.tell({"type": "response.created", "response": {"id": "resp_2"}})
        await wire.tell({"type": "response.done", "response": response})
        await wire.hears("response.create", 2)
        await other_process_takes_over(wire)
        await wire.hears("response.create", 3)
        await wire.speaks("resp_3")
        await wire.let_go()
    assert len(wire.calls_for("hangup")) == 1
    assert await ended() == (EngineState.OVER, "agent_ended")


async def test_over_a_trunk_a_call_out_of_reach_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody but the provider can end it, and it answers nothing just now."""
    async with steered_over_a_trunk() as wire:
        wire.refusing = 503
        wire.script["hangup"] = [503]
        wire.cut()
        await wire.let_go()
        assert (await ended())[0] == EngineState.ATTACHED
        await watch.look(runtime())
        await wire.let_go()
    assert len(wire.calls_for("hangup")) == 2
    assert (await ended())[0] == EngineState.FAILED
    kinds = [i.kind async for i in Incident.objects.filter(kind="socket_lost")]
    assert kinds == [IncidentKind.SOCKET_LOST]


async def test_what_was_collected_is_kept_when_the_call_is_let_go() -> None:
    async with steered() as wire:
        await close_runtime()
        name = {"name": "caller_name", "value": "Ana"}
        kind, call = EventKind.FIELD_COLLECTED.value, await Call.objects.aget()
        await CallEvent.objects.acreate(
            call=call, stream=1, seq=900, at=timezone.now(), kind=kind, data=name
        )
        await watch.look(runtime())
        await wire.attached()
        wire.refusing = 503
        wire.cut()
        await wire.let_go()
    call = await Call.objects.aget()
    assert (call.collected, call.ending) == ({"caller_name": "Ana"}, "")
    assert (await ended())[0] == EngineState.FAILED


async def test_a_caller_who_leaves_after_a_transfer_in_vain_was_not_handed_over() -> (
    None
):
    arguments = '{"reason": "caller_asked", "summary": "Wants a person."}'
    async with steered_over_a_trunk() as wire:
        wire.script["refer"] = [500] * 9
        await wire.speaks("resp_1")
        await wire.speaks("resp_2", function_call("transfer_to_person", arguments))
        await wire.hears("response.create", 2)
        await wire.speaks("resp_3")
        await wire.end()
    assert await ended() == (EngineState.OVER, "caller_left")


class NoDatabase:
    async def run(self, *args: object, **kwargs: object) -> None:
        raise OperationalError

    def close(self) -> None:
        pass


async def test_a_transfer_that_cannot_even_be_noted_is_admitted_to_the_caller() -> None:
    async with steered() as wire:
        await wire.speaks("resp_1")
        runtime().database.close()
        runtime().database = NoDatabase()  # type: ignore[assignment]
        arguments = '{"reason": "caller_asked", "summary": "Wants a person."}'
        await wire.speaks("resp_2", function_call("transfer_to_person", arguments))
        asked = await wire.hears("response.create", 2)
        assert asked[-1]["response"] == {"tool_choice": "none"}
        said = wire.of("conversation.item.create")[-1]["item"]["content"][0]["text"]
        assert "nobody" in said.lower() or "sorry" in said.lower()
        await wire.end()
