"""The provider does not take the call as we asked it to."""

import asyncio
from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.utils import timezone

from calls.core.words import CauseOwner, EngineState, IncidentKind
from calls.driver import engine_calls, watch
from calls.driver.runtime import runtime
from calls.models import EngineSession, Incident
from calls.providers.openai_realtime import control
from calls.providers.openai_realtime.control import CallControl
from calls.services import engine_claims
from tests.calls.carrier import Line
from tests.calls.driver.sip_line import ringing, session_of, state_of
from tests.calls.voice_provider import (
    CUT,
    Provider,
    event,
    post,
    refusal,
    settled,
    voice_provider,
)

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 30.0
TRANSCRIPTION = "session.audio.input.transcription.model"


async def announce(provider: Provider) -> tuple[Line, str]:
    """A call of ours that is announced; when this returns it was dealt with."""
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    assert (await post(body)).status_code == 200
    await settled()
    await runtime().journal.flushed()
    return line, call


async def test_without_a_transcript_model_the_next_one_is_taken() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [refusal(400, TRANSCRIPTION)]
        line, _ = await announce(provider)
    first, second = provider.bodies
    assert first["audio"]["input"]["transcription"]["model"] == "gpt-live-transcribe"
    assert second["audio"]["input"]["transcription"]["model"] == "gpt-transcribe"
    session = await session_of(line)
    assert (session.state, session.transcription_model) == (
        EngineState.ACCEPTED,
        "gpt-transcribe",
    )
    incident = await Incident.objects.aget()
    assert (incident.kind, incident.cause) == (
        IncidentKind.ACCEPT_FAILED,
        CauseOwner.CONFIGURATION,
    )


async def test_without_any_transcript_the_agent_keeps_its_tools() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [refusal(400, TRANSCRIPTION) for _ in range(2)]
        line, _ = await announce(provider)
    assert provider.bodies[2]["audio"]["input"]["transcription"] is None
    assert provider.bodies[2]["tools"]
    assert (await session_of(line)).transcription_model == ""


async def test_a_body_that_is_refused_for_another_field_goes_in_its_smallest_form() -> (
    None
):
    async with voice_provider() as provider:
        provider.script["accept"] = [refusal(400, "session.audio.output.voice")]
        line, _ = await announce(provider)
    assert set(provider.bodies[1]) == {
        "type",
        "model",
        "instructions",
        "output_modalities",
    }
    assert await state_of(line) == EngineState.ACCEPTED
    assert "without its tools" in (await Incident.objects.aget()).detail


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (400, CauseOwner.CONFIGURATION),
        (401, CauseOwner.CONFIGURATION),
        (403, CauseOwner.CONFIGURATION),
        (429, CauseOwner.MODEL),
        (500, CauseOwner.MODEL),
        (503, CauseOwner.MODEL),
    ],
)
async def test_a_call_that_is_not_accepted_ends_at_once(
    status: int, cause: CauseOwner
) -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [status] * 4
        line, call = await announce(provider)
    assert provider.asked[-1] == ("reject", call)
    assert provider.bodies[-1] == {"status_code": 503}
    assert len(provider.calls_for("accept")) == (4 if status == 400 else 1)
    session = await session_of(line)
    assert session.state == EngineState.FAILED
    incident = await Incident.objects.aget()
    assert (incident.kind, incident.cause) == (IncidentKind.ACCEPT_FAILED, cause)
    assert incident.call_id == session.call_id


async def test_a_provider_that_refuses_everything_is_not_asked_for_ever() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [500]
        provider.script["reject"] = [500]
        line, _ = await announce(provider)
    assert await state_of(line) == EngineState.FAILED


async def test_a_broken_connection_is_tried_once_more() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [CUT]
        line, call = await announce(provider)
    assert provider.asked == [("accept", call)] * 2
    assert await state_of(line) == EngineState.ACCEPTED


async def test_connections_that_keep_breaking_are_a_failure() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [CUT, CUT]
        line, call = await announce(provider)
    assert provider.asked == [("accept", call)] * 2 + [("reject", call)]
    assert await state_of(line) == EngineState.FAILED


async def test_a_call_the_provider_does_not_know_is_over() -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [404]
        line, call = await announce(provider)
    assert provider.asked == [("accept", call)]
    session = await session_of(line)
    assert (session.state, session.detail) == (
        EngineState.OVER,
        "The caller had left before the answer.",
    )
    assert not await Incident.objects.aexists()


@pytest.mark.parametrize("script", [[409], [CUT, 404], [CUT, 409]])
async def test_where_the_accept_may_have_been_heard_the_sideband_finds_out(
    script: list[int],
) -> None:
    async with voice_provider() as provider:
        provider.script["accept"] = [*script]
        line, _ = await announce(provider)
    session = await session_of(line)
    assert session.state == EngineState.ACCEPTED
    assert session.detail
    assert provider.calls_for("reject") == []


async def test_an_accept_that_is_never_answered_may_have_been_heard() -> None:
    async with voice_provider() as provider:
        account = control.Account("key", provider.url)
        await runtime().control.close()
        runtime().control = CallControl(account, accept_seconds=0.1)
        never = asyncio.Event()
        provider.script["accept"] = [never]
        line, call = await announce(provider)
        never.set()
    assert provider.asked == [("accept", call)]
    assert await state_of(line) == EngineState.ACCEPTED


async def test_a_slow_provider_is_waited_for_after_the_answer() -> None:
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        slow = asyncio.Event()
        provider.script["accept"] = [slow]
        assert (await post(body)).status_code == 200
        assert await state_of(line) == EngineState.DECIDING
        assert (await post(body)).status_code == 200
        slow.set()
        await settled()
    assert provider.asked == [("accept", call)]
    assert await state_of(line) == EngineState.ACCEPTED


async def test_a_claim_that_could_not_be_renewed_is_renewed_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_calls, "HOLD_SECONDS", 0.01)
    renewed, loop = asyncio.Event(), asyncio.get_running_loop()
    answers: list[Exception | None] = [OperationalError()] * 3 + [None]

    def hold(session: int, *, owner: str, now: datetime) -> None:
        problem = answers.pop(0) if answers else None
        if problem is not None:
            raise problem
        loop.call_soon_threadsafe(renewed.set)

    monkeypatch.setattr(engine_claims, "hold", hold)
    line, reference = await ringing()
    _, body = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        slow = asyncio.Event()
        provider.script["accept"] = [slow]
        assert (await post(body)).status_code == 200
        await asyncio.wait_for(renewed.wait(), PATIENCE_SECONDS)
        slow.set()
        await settled()
    assert await state_of(line) == EngineState.ACCEPTED


async def test_a_caller_who_leaves_while_we_accept_is_hung_up_on() -> None:
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    async with voice_provider() as provider:
        slow = asyncio.Event()
        provider.script["accept"] = [slow]
        answer = asyncio.create_task(post(body))
        await provider.heard.wait()
        await sync_to_async(line.hang_up)("canceled")
        slow.set()
        assert (await answer).status_code == 200
        await settled()
    assert provider.asked == [("accept", call), ("hangup", call)]
    assert await state_of(line) == EngineState.OVER


# A process died while it was deciding


async def abandoned(seconds: float) -> tuple[Line, str, bytes]:
    """A claim of another process that was renewed so long ago.

    Or will be: no machine is so slow that it does not count as being held.
    """
    line, reference = await ringing()
    call, body = event(("X-Call-Ref", reference))
    await EngineSession.objects.aupdate(
        state=EngineState.DECIDING,
        engine="realtime",
        provider_call=call,
        decided_by="another process",
        claimed_at=timezone.now() - timedelta(seconds=seconds),
        claims=1,
    )
    return line, call, body


async def test_a_claim_that_is_being_held_is_left_alone() -> None:
    line, _, body = await abandoned(-60)
    async with voice_provider() as provider:
        assert (await post(body)).status_code == 200
        await watch.look(runtime())
        await settled()
    assert provider.asked == []
    assert await state_of(line) == EngineState.DECIDING


async def test_a_claim_of_a_dead_process_is_taken_over() -> None:
    line, call, body = await abandoned(4)
    async with voice_provider() as provider:
        assert (await post(body)).status_code == 200
        await settled()
    assert provider.asked == [("accept", call)]
    session = await session_of(line)
    assert (session.state, session.claims) == (EngineState.ACCEPTED, 2)


async def test_what_a_dead_process_had_accepted_is_attached() -> None:
    line, _, body = await abandoned(4)
    async with voice_provider() as provider:
        provider.script["accept"] = [404]
        assert (await post(body)).status_code == 200
        await settled()
    assert provider.calls_for("hangup") == []
    assert await state_of(line) == EngineState.ACCEPTED


async def test_nobody_need_announce_a_call_that_a_dead_process_had_decided() -> None:
    line, call, _ = await abandoned(4)
    async with voice_provider() as provider:
        await watch.look(runtime())
        await settled()
        await watch.look(runtime())
        await settled()
    assert provider.asked == [("accept", call)]
    session = await session_of(line)
    assert (session.state, session.claims) == (EngineState.ACCEPTED, 2)


async def test_a_caller_who_left_a_dead_process_is_passed_by() -> None:
    line, _, _ = await abandoned(4)
    await sync_to_async(line.hang_up)("canceled")
    await EngineSession.objects.aupdate(state=EngineState.DECIDING)
    async with voice_provider() as provider:
        await watch.look(runtime())
        await settled()
    assert provider.asked == []
    assert await state_of(line) == EngineState.OVER


async def test_of_two_that_take_over_one_goes_on() -> None:
    await abandoned(4)
    session = await EngineSession.objects.aget()
    async with voice_provider() as provider:
        await asyncio.gather(
            *(engine_calls.take_over(session.pk, runtime()) for _ in range(3))
        )
    assert [verb for verb, _ in provider.asked] == ["accept"]
