"""A whole call over the socket: consumer, driver, journal, real database."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from billing.meter import PRICES
from billing.services import load_prices
from calls.driver.runtime import close_runtime
from calls.models import Call, CallEvent, Handoff, Incident, Usage
from calls.services.sessions import TOKEN_LIFE
from tests.calls.driver.carrier import (
    Carrier,
    carrier,
    journal,
    on_the_line,
    ready_call,
    signature,
)
from tests.calls.driver.model_server import Cut, Status, Tool, Wait, model_server

pytestmark = pytest.mark.django_db(transaction=True)


async def kinds(call: Call) -> list[str]:
    return [kind for kind, _ in await journal(call)]


async def test_the_agent_answers_and_the_journal_tells_it() -> None:
    call = await ready_call()
    async with on_the_line(call, ["We open ", "at nine."]) as (end, model):
        await end.says("When do you open?")
        assert await end.hears() == "We open at nine."
    rows = await journal(call)
    assert ("caller_said", {"text": "When do you open?", "language": ""}) in rows
    said = next(data for kind, data in rows if kind == "agent_said")
    assert said["text"] == "We open at nine."
    assert "user: When do you open?" in model.heard()
    usage = await Usage.objects.aget(call=call)
    assert usage.figures["input_tokens"] == 100


async def test_two_pieces_of_an_utterance_get_one_answer() -> None:
    call = await ready_call()
    async with on_the_line(call, ["Of course."]) as (end, model):
        await end.says("I need a plumber")
        await end.says("on Tuesday")
        assert await end.hears() == "Of course."
    assert len(model.requests) == 1
    assert "user: I need a plumber on Tuesday" in model.heard()


async def test_barge_in_leaves_the_stream_and_keeps_what_was_heard() -> None:
    call = await ready_call()
    never = asyncio.Event()
    async with on_the_line(call, ["Our prices start at ", Wait(never)], ["Yes?"]) as (
        end,
        model,
    ):
        await end.says("What does it cost?")
        assert (await end.frame())["token"] == "Our prices start at "
        await end.send(
            {
                "type": "interrupt",
                "utteranceUntilInterrupt": "Our prices",
                "durationUntilInterruptMs": "460",
            }
        )
        assert await end.frame() == {"type": "text", "token": "", "last": True}
        await end.says("Wait")
        assert await end.hears() == "Yes?"
        await asyncio.wait_for(model.left.wait(), 5)
    assert "assistant: Our prices" in model.heard()
    assert "agent_cut" in await kinds(call)
    estimated = [u.estimated async for u in Usage.objects.filter(call=call)]
    assert sorted(estimated) == [False, True]


async def test_a_transfer_is_stored_before_the_carrier_is_told() -> None:
    call = await ready_call()
    wish = {"reason": "angry_caller", "summary": "Wants to complain."}
    async with on_the_line(call, ["One moment.", Tool("transfer_to_person", wish)]) as (
        end,
        _model,
    ):
        await end.says("I want a person!")
        handed = await end.ends()
        handoff = await Handoff.objects.aget(call=call)
    assert handed["reason"] == "angry_caller"
    assert handoff.summary == "Wants to complain."


async def test_a_model_that_fails_hands_over_with_an_apology_and_an_incident() -> None:
    call = await ready_call()
    async with on_the_line(call, [Status(400)]) as (end, _model):
        await end.says("Hello?")
        apology = await end.hears()
        assert (await end.ends())["reason"] == "model_failed"
    assert "sorry" in apology.lower()
    incident = await Incident.objects.aget(call=call)
    assert (incident.kind, incident.cause) == ("model_error", "model")


async def test_a_stream_that_breaks_is_continued_once() -> None:
    call = await ready_call()
    async with on_the_line(call, ["We are open ", Cut()], ["until six."]) as (
        end,
        model,
    ):
        await end.says("Until when?")
        assert await end.hears() == "We are open "
        assert await end.hears() == "until six."
    assert "assistant: We are open" in model.heard()


async def test_a_dropped_call_is_taken_up_where_it_stood() -> None:
    call = await ready_call()
    async with on_the_line(call, ["It is Monday."], ["Still Monday."]) as (end, model):
        await end.says("What day is it?")
        await end.hears()
        await end.leaves(code=1006)
        await Call.objects.filter(pk=call.pk).aupdate(
            relay_token_digest=call.relay_token_digest, relay_entries=2
        )
        async with carrier(call, model.url) as end:
            assert await end.hears()  # "I am back", and no second greeting
            await end.says("And now?")
            assert await end.hears() == "Still Monday."
    assert "user: What day is it?" in model.heard()
    assert "assistant: It is Monday." in model.heard()
    assert (await kinds(call)).count("greeted") == 1


def know_prices() -> None:
    """Those of this test, not those another one has left in the process."""
    assert PRICES.wait(10)
    PRICES.renew()
    assert PRICES.wait(10)


async def test_what_was_spent_before_a_drop_counts_after_it() -> None:
    call = await ready_call()
    dear = {"input_tokens": 40_000_000, "output_tokens": 0}
    await CallEvent.objects.acreate(
        call=call, stream=1, seq=1, at=timezone.now(), kind="noted"
    )
    await Usage.objects.acreate(
        call=call,
        provider="openai",
        item="gpt-6-luna",
        provider_id="resp_before",
        figures=dear,
        at=timezone.now(),
    )
    await sync_to_async(load_prices)()
    await sync_to_async(know_prices)()
    async with on_the_line(call, ["We close at five."]) as (end, _):
        await end.says("When do you close?")
        assert (await end.ends())["reason"] == "limit_reached"


@pytest.fixture
async def fresh_call() -> Call:
    return await ready_call()


async def test_a_handshake_without_signature_is_refused(fresh_call: Call) -> None:
    assert not await Carrier(fresh_call, signed="").connect()


async def test_a_handshake_signed_for_another_url_is_refused(fresh_call: Call) -> None:
    other = settings.RELAY_URL.replace("wss://", "https://")
    assert not await Carrier(fresh_call, signed=signature(other)).connect()


@pytest.mark.parametrize(
    "changed",
    [
        {"customParameters": {"token": "another"}},
        {"customParameters": {}},
        {"callSid": "CA" + "0" * 32},
        {"accountSid": "another"},
    ],
)
async def test_a_setup_that_fits_no_call_is_refused(
    fresh_call: Call, changed: dict[str, Any]
) -> None:
    async with model_server() as model:
        settings.OPENAI_BASE_URL = model.url
        end = Carrier(fresh_call)
        assert await end.connect()
        await end.setup(**changed)
        assert await end.closed() == 1008
        await end.leaves()
        await close_runtime()
    assert await Incident.objects.filter(kind="socket_refused").aexists()


async def test_a_token_that_has_expired_is_refused(fresh_call: Call) -> None:
    long_ago = timezone.now() - 2 * TOKEN_LIFE
    await Call.objects.filter(pk=fresh_call.pk).aupdate(last_seen_at=long_ago)
    end = Carrier(fresh_call)
    assert await end.connect()
    await end.setup()
    assert await end.closed() == 1008
    await end.leaves()
    await close_runtime()


async def test_a_second_socket_for_a_live_session_is_refused(fresh_call: Call) -> None:
    async with model_server() as model, carrier(fresh_call, model.url) as first:
        await first.says("Hello")
        await first.hears()
        second = Carrier(fresh_call)
        second.session = first.session
        assert await second.connect()
        await second.setup()
        assert await second.closed() == 1008
        await second.leaves()


@pytest.mark.parametrize(
    "frame",
    ["not json", "[1, 2]", "{}", '{"type": "prompt", "voicePrompt": "Hi"}', '"text"'],
)
async def test_a_first_frame_that_is_not_setup_is_refused(
    fresh_call: Call, frame: str
) -> None:
    end = Carrier(fresh_call)
    assert await end.connect()
    await end.send(frame)
    assert await end.closed() == 1008
    await end.leaves()


async def test_strange_frames_change_nothing(fresh_call: Call) -> None:
    async with on_the_line(fresh_call, ["Hello."]) as (end, _model):
        for frame in ("{", "[]", '{"type": 7}', '{"type": "brandNew", "x": []}'):
            await end.send(frame)
        await end.send({"type": "dtmf", "digit": "many"})
        await end.send({"type": "prompt"})
        await end.send({"type": "info", "name": "configUpdated", "value": None})
        await end.send("x" * 200_000)
        await end.says("Hi")
        assert await end.hears() == "Hello."
