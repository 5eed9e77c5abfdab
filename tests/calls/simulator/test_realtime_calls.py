"""The verbs of a SIP call: who may decide, when, and what an accepted body must be."""

from typing import Any

import openai
import pytest
from aiohttp import ClientSession

from calls.simulator.carrier import Caller
from calls.simulator.openai_api.errors import ApiError
from calls.simulator.realtime import call
from calls.simulator.realtime.session_body import check_accept, check_update
from tests.calls.simulator.realtime_product import (
    BODY,
    RealtimeProduct,
    Talk,
    greet,
    sip_world,
)


class Deciding(RealtimeProduct):
    """Does something else with the call than to accept it."""

    def __init__(self, decision: Any, **fields: Any) -> None:
        super().__init__(**fields)
        self.decision = decision

    async def decide(self, talk: Talk) -> None:
        await self.decision(talk)


async def accept(talk: Talk, **changes: Any) -> None:
    await talk.client.realtime.calls.accept(talk.call_id, **{**BODY, **changes})


# Accepting.

FULL: dict[str, Any] = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "instructions": "Be brief.",
    "output_modalities": ["audio"],
    "audio": {
        "input": {
            "noise_reduction": {"type": "near_field", "strength": 0.5},
            "transcription": {
                "model": "gpt-live-transcribe",
                "languages": ["en", "es"],
                "keywords": ["Acme"],
            },
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "prefix_padding_ms": 300,
                "silence_duration_ms": 500,
                "create_response": True,
                "interrupt_response": True,
                "idle_timeout_ms": 8000,
            },
        },
        "output": {"voice": "marin", "speed": 1.0},
    },
    "tools": [
        {
            "type": "function",
            "name": "end_call",
            "description": "Ends it.",
            "parameters": {"type": "object", "properties": {}, "required": []},
        }
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "reasoning": {"effort": "low"},
    "max_output_tokens": 1024,
    "truncation": {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 8000},
    },
    "tracing": None,
    "include": ["item.input_audio_transcription.logprobs"],
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The full body with one part of it changed."""
    first, _, rest = path.partition(".")
    return {**FULL, first: _changed(FULL.get(first, {}), rest, value)}


def _changed(found: Any, path: str, value: object) -> Any:
    if not path:
        return value
    first, _, rest = path.partition(".")
    return {**found, first: _changed(found.get(first, {}), rest, value)}


def test_a_complete_body_is_accepted() -> None:
    check_accept(FULL)
    check_accept({"type": "realtime", "model": "gpt-realtime-2.1-mini"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("audio.input.turn_detection", {"type": "semantic_vad", "eagerness": "high"}),
        ("audio.input.turn_detection", None),
        ("audio.input.transcription", None),
        ("audio.input.noise_reduction", None),
        ("audio.output.voice", {"id": "voice_1"}),
        ("tool_choice", {"type": "function", "name": "end_call"}),
        ("max_output_tokens", "inf"),
        ("truncation", "disabled"),
        ("tracing", "auto"),
        ("tools", [{"type": "mcp", "server_label": "a", "server_url": "https://b"}]),
    ],
)
def test_these_variations_are_accepted_too(path: str, value: object) -> None:
    check_accept(changed(path, value))


VAD = "audio.input.turn_detection"
SPEECH = "audio.input.transcription"


@pytest.mark.parametrize(
    ("path", "value", "code", "param"),
    [
        ("type", "transcription", "invalid_value", "type"),
        ("model", "gpt-6-luna", "invalid_model", "model"),
        ("model", "gpt-realtime-9", "invalid_model", "model"),
        ("model", "gpt-realtime-whisper", "invalid_model", "model"),
        ("prompt", {"id": "pmpt_1"}, "invalid_value", "prompt"),
        ("voice", "marin", "unknown_parameter", "voice"),
        ("output_modalities", ["audio", "text"], "invalid_value", None),
        ("instructions", 3, "invalid_type", "instructions"),
        ("audio.output.voice", "fable", "invalid_value", "audio.output.voice"),
        ("audio.output.speed", 2, "decimal_above_max_value", "audio.output.speed"),
        ("audio.input.noise_reduction", {}, "missing_required_parameter", None),
        (f"{VAD}.threshold", 1.5, "decimal_above_max_value", f"{VAD}.threshold"),
        (f"{VAD}.idle_timeout_ms", 4999, "integer_below_min_value", None),
        (f"{VAD}.eagerness", "low", "unknown_parameter", f"{VAD}.eagerness"),
        (f"{VAD}.type", "none", "invalid_value", f"{VAD}.type"),
        (VAD, {"type": "semantic_vad", "threshold": 1}, "unknown_parameter", None),
        (f"{VAD}.create_response", 1, "invalid_type", None),
        (f"{SPEECH}.language", "en", "unsupported_parameter", f"{SPEECH}.language"),
        (f"{SPEECH}.delay", "low", "unsupported_parameter", f"{SPEECH}.delay"),
        (f"{SPEECH}.model", "gpt-6-luna", "unsupported_parameter", None),
        (SPEECH, {"languages": ["en"]}, "missing_required_parameter", None),
        ("tools", [{"type": "web_search"}], "invalid_value", "tools[0].type"),
        ("tools", [{"type": "function", "name": "a b"}], "invalid_value", None),
        ("tools", FULL["tools"] * 2, "invalid_value", "tools"),
        ("tools", {}, "invalid_type", "tools"),
        ("tool_choice", {"type": "function", "name": "x"}, "invalid_value", None),
        ("reasoning", {"effort": "max"}, "invalid_value", "reasoning.effort"),
        ("max_output_tokens", 5000, "integer_above_max_value", "max_output_tokens"),
        ("max_output_tokens", True, "invalid_type", "max_output_tokens"),
        ("truncation.retention_ratio", 2, "decimal_above_max_value", None),
        ("truncation", {"type": "none"}, "invalid_value", "truncation.type"),
    ],
)
def test_a_body_that_would_not_work_is_refused(
    path: str, value: object, code: str, param: str | None
) -> None:
    with pytest.raises(ApiError) as refused:
        check_accept(changed(path, value))
    assert refused.value.code == code
    assert param in {None, refused.value.param}


@pytest.mark.parametrize("name", ["type", "model"])
def test_type_and_model_are_needed(name: str) -> None:
    body = {key: value for key, value in FULL.items() if key != name}
    with pytest.raises(ApiError, match="Missing required parameter"):
        check_accept(body)


def test_reasoning_is_for_models_that_reason() -> None:
    with pytest.raises(ApiError, match=r"with the 'gpt-realtime-1\.5'"):
        check_accept({**FULL, "model": "gpt-realtime-1.5"})


def test_a_schema_must_be_an_object() -> None:
    tool = {"type": "function", "name": "a", "parameters": {"type": "string"}}
    with pytest.raises(ApiError) as refused:
        check_accept({**FULL, "tools": [tool]})
    assert refused.value.code == "invalid_function_parameters"


def test_an_update_needs_its_type_and_keeps_its_model() -> None:
    check_update({"type": "realtime", "instructions": "x"}, "gpt-realtime-2.1")
    with pytest.raises(ApiError, match=r"session\.type"):
        check_update({"instructions": "x"}, "gpt-realtime-2.1")
    with pytest.raises(ApiError, match="Cannot change the model"):
        check_update(
            {"type": "realtime", "model": "gpt-realtime-2"}, "gpt-realtime-2.1"
        )


async def test_a_refused_body_leaves_the_call_undecided() -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.BadRequestError, match=r"audio\.output\.speed"):
            await accept(talk, audio={"output": {"speed": 9}})
        await accept(talk)
        await talk.hang_up()

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call()
    assert product.errors == []
    assert record.voice_sessions[0].decision == "accepted"
    assert record.violations[0].startswith("accept: Invalid 'audio.output.speed'")


async def test_a_decision_is_made_once() -> None:
    async def decision(talk: Talk) -> None:
        calls = talk.client.realtime.calls
        await accept(talk)
        with pytest.raises(openai.NotFoundError) as gone:
            await accept(talk)
        assert gone.value.code == "call_id_not_found"
        with pytest.raises(openai.NotFoundError):
            await calls.reject(talk.call_id)
        await calls.hangup(talk.call_id)
        for again in (calls.hangup(talk.call_id), calls.reject(talk.call_id)):
            with pytest.raises(openai.NotFoundError):
                await again
        with pytest.raises(openai.NotFoundError):
            await calls.refer(talk.call_id, target_uri="tel:+14155550123")

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call()
    assert product.errors == []
    assert record.voice_sessions[0].ended_by == "hangup"


async def test_the_caller_may_be_gone_before_the_decision() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("ringing")
        caller.hang_up()

    async def decision(talk: Talk) -> None:
        while w.simulator.realtime.calls[talk.call_id].state != "over":
            await talk.client.models.list()
        with pytest.raises(openai.NotFoundError):
            await accept(talk)

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(caller)
    assert product.errors == []
    assert record.status == "canceled"


async def test_a_ghost_can_be_accepted_and_talked_with() -> None:
    async def caller(caller: Caller) -> None:
        await caller.hears("ringing")
        caller.hang_up()

    product = RealtimeProduct(greets_a_ghost)
    async with sip_world(product) as w:
        record = await w.call(caller, ghost_calls=True)
    assert product.errors == []
    assert record.voice_sessions[0].ended_by == "hangup"
    assert "front desk" not in record.heard


async def greets_a_ghost(talk: Talk) -> None:
    await talk.attach()
    await talk.say("Hello, this is the front desk.")
    await talk.until("output_audio_buffer.stopped")
    await talk.hang_up()


# Rejecting.


@pytest.mark.parametrize(
    ("code", "status"),
    [(486, "busy"), (603, "busy"), (480, "no-answer"), (503, "failed")],
)
async def test_a_rejection_reaches_the_dial(code: int, status: str) -> None:
    async def decision(talk: Talk) -> None:
        await talk.client.realtime.calls.reject(talk.call_id, status_code=code)

    product = Deciding(decision)
    async with sip_world(product) as w:
        await w.call()
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialSipResponseCode"] == str(code)
    assert ended["DialCallStatus"] == status
    assert ended["DialBridged"] == "false"


async def test_a_rejection_without_a_status_declines() -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.BadRequestError, match="status_code"):
            await talk.client.realtime.calls.reject(talk.call_id, status_code=200)
        await talk.client.realtime.calls.reject(talk.call_id)

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call()
    assert product.errors == []
    assert record.voice_sessions[0].decision == "rejected"
    assert record.voice_sessions[0].sip_code == 603


# What a key and a project open.


async def test_only_the_projects_key_opens_anything() -> None:
    async with sip_world() as w, ClientSession() as session:
        url = f"{w.origin}/v1/realtime/calls/rtc_1/hangup"
        wrong = {"Authorization": "Bearer sk-other"}
        right = {"Authorization": "Bearer sk-test"}
        async with session.post(url, headers=wrong) as answer:
            assert answer.status == 401
        async with session.post(url, headers=right) as answer:
            assert answer.status == 404
            assert (await answer.json())["error"]["code"] == "call_id_not_found"
        other = right | {"OpenAI-Project": "proj_other"}
        async with session.post(url, headers=other) as answer:
            assert answer.status == 401
        async with session.get(f"{w.origin}/v1/realtime", headers=wrong) as answer:
            assert answer.status == 401


async def test_the_retiring_models_say_when() -> None:
    async with sip_world() as w:
        dates = {
            model.id: getattr(model, "shutdown_date", "")
            for model in (await w.client.models.list()).data
        }
    assert dates["gpt-realtime-2.1"] is None
    assert dates["gpt-realtime"] == "2027-01-20"
    assert dates["gpt-4o-transcribe"] == "2027-02-26"


# Faults.


@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500])
async def test_accept_can_be_refused_once(status: int) -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.APIStatusError) as refused:
            await accept(talk)
        assert refused.value.status_code == status
        await accept(talk)
        await talk.hang_up()

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(accept_status=status, accept_refusals=1)
    assert product.errors == []
    assert record.voice_sessions[0].decision == "accepted"


async def test_a_refused_transcription_is_named() -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.BadRequestError) as refused:
            await accept(talk)
        assert refused.value.param == "audio.input.transcription.model"
        await talk.client.realtime.calls.reject(talk.call_id)

    product = Deciding(decision)
    async with sip_world(product) as w:
        await w.call(accept_status=400)
    assert product.errors == []


async def test_a_slow_accept_may_be_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "LEAST_UNDECIDED_S", 0.2)

    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.NotFoundError):
            await accept(talk)

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(accept_delay_s=0.3, undecided_s=1.0)
    assert product.errors == []
    assert record.voice_sessions[0].ended_by == "undecided"


async def test_an_accept_that_nobody_waits_for_is_done() -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.APITimeoutError):
            await accept(talk, timeout=0.2)
        while w.simulator.realtime.calls[talk.call_id].state != "accepted":
            await talk.client.models.list()
        await talk.hang_up()

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(accept_delay_s=0.5)
    assert product.errors == []
    assert record.voice_sessions[0].decision == "accepted"


async def test_an_accept_can_get_lost() -> None:
    async def decision(talk: Talk) -> None:
        with pytest.raises(openai.APITimeoutError):
            await accept(talk, timeout=0.2)
        assert w.simulator.realtime.calls[talk.call_id].state == "ringing"
        await accept(talk)
        await talk.hang_up()

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(accepts_lost=1)
    assert product.errors == []
    assert record.voice_sessions[0].decision == "accepted"


async def test_a_stillborn_session_fails_the_leg() -> None:
    product = RealtimeProduct(greet)
    async with sip_world(product) as w:
        record = await w.call(stillborn_sessions=True)
    (refused,) = product.errors
    assert "404" in str(refused)
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialSipResponseCode"] == "400"
    assert record.voice_sessions[0].ended_by == "bad session"


# The Live API's view of the same call.


async def test_the_other_interface_can_turn_the_call_away_but_not_take_it() -> None:
    async def decision(talk: Talk) -> None:
        found = w.simulator.realtime.calls[talk.call_id]
        sessions = talk.client.live.sessions
        wanted: Any = {"type": "live"}
        with pytest.raises(openai.NotFoundError):
            await sessions.accept(found.live_id, session=wanted)
        await sessions.reject(found.live_id, status_code=480)
        with pytest.raises(openai.ConflictError) as decided:
            await sessions.reject(found.live_id, status_code=480)
        assert decided.value.code == "decision_already_made"
        with pytest.raises(openai.NotFoundError):
            await accept(talk)

    product = Deciding(decision)
    async with sip_world(product) as w:
        record = await w.call(both_webhooks=True)
    assert product.errors == []
    assert record.voice_sessions[0].sip_code == 480
    assert record.violations == ["live: the simulator plays no Live session"]
