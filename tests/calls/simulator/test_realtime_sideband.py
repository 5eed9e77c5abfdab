"""The sideband socket: who gets in, how it ends, and what it refuses."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from calls.simulator.carrier import Caller
from calls.simulator.realtime import responder, sideband
from tests.calls.simulator.realtime_product import (
    BODY,
    InvalidStatus,
    RealtimeProduct,
    Talk,
    greet,
    sip_world,
)

GREETING = "Hello, this is the front desk."


async def played(script: Any, **fields: Any) -> tuple[RealtimeProduct, Any]:
    product = RealtimeProduct(script, body=fields.pop("body", None))
    caller = fields.pop("caller", None)
    async with sip_world(product, speed=fields.pop("speed", 20.0)) as w:
        record = await w.call(caller, **fields)
    assert product.errors == []
    return product, record


async def says_something(caller: Caller) -> None:
    await caller.agent_done()
    await caller.say("How much does it cost?")
    await caller.agent_done()
    caller.hang_up()


# Getting in.


async def test_nobody_gets_in_before_the_call_is_accepted() -> None:
    class Hasty(RealtimeProduct):
        async def decide(self, talk: Talk) -> None:
            with pytest.raises(InvalidStatus) as refused:
                await talk.attach()
            assert refused.value.response.status_code == 404
            await super().decide(talk)

    product = Hasty()
    async with sip_world(product) as w:
        record = await w.call(says_something)
    assert product.errors == []
    assert GREETING in record.heard


@pytest.mark.parametrize(
    ("query", "headers"),
    [("&model=gpt-realtime-2.1", {}), ("", {"OpenAI-Beta": "realtime=v1"})],
)
async def test_a_model_or_a_beta_header_is_not_found(
    query: str, headers: dict[str, str]
) -> None:
    async def attach(talk: Talk) -> None:
        url = f"{talk.client.base_url}realtime?call_id={talk.call_id}{query}"
        given = {"Authorization": "Bearer sk-test", **headers}
        async with ClientSession() as session:
            with pytest.raises(WSServerHandshakeError) as refused:
                await session.ws_connect(url, headers=given)
        assert refused.value.status == 404
        await talk.hang_up()

    _, record = await played(attach)
    assert record.violations == [
        "sideband: a sideband takes neither `model` nor an OpenAI-Beta header"
    ]


async def test_the_first_handshakes_may_not_find_the_call() -> None:
    async def attach(talk: Talk) -> None:
        for _ in range(2):
            with pytest.raises(InvalidStatus):
                await talk.attach()
        await greet(talk)

    _, record = await played(attach, caller=says_something, handshake_404s=2)
    assert record.voice_sessions[0].refused_handshakes == 2
    assert GREETING in record.heard


async def test_every_handshake_may_be_refused() -> None:
    async def attach(talk: Talk) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await talk.attach()
        assert refused.value.response.status_code == 503
        await talk.hang_up()

    await played(attach, handshake_status=503)


async def test_after_the_call_there_is_nothing_to_attach_to() -> None:
    async def attach(talk: Talk) -> None:
        await talk.hang_up()
        with pytest.raises(InvalidStatus) as refused:
            await talk.attach()
        assert refused.value.response.status_code == 404

    await played(attach)


# How it ends.


@pytest.mark.parametrize("code", [1000, 1006])
async def test_a_hang_up_closes_the_socket_at_once(code: int) -> None:
    async def caller(caller: Caller) -> None:
        await caller.after_words(3)
        caller.hang_up()

    product, record = await played(greet, caller=caller, hang_up_close=code, speed=5)
    (talk,) = product.talks
    assert talk.closed_with == code
    assert "output_audio_buffer.stopped" not in talk.kinds
    assert record.outcome == "caller_hung_up"
    assert record.voice_sessions[0].ended_by == "carrier"
    assert record.voice_sessions[0].cut_by_end > 0


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011])
async def test_a_socket_that_breaks_does_not_end_the_call(code: int) -> None:
    async def comes_back(talk: Talk) -> None:
        await greet(talk)
        assert talk.closed_with == code
        await talk.attach()
        created = await talk.until("session.created")
        assert created["session"]["instructions"] == BODY["instructions"]
        await talk.until("response.done")
        await talk.hang_up()

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.silence(0.5)
        await caller.say("How much does it cost?")

    product, record = await played(
        comes_back, caller=caller, close_after_events=5, close_code=code
    )
    assert record.voice_sessions[0].sidebands == 2
    assert product.talks[0].kinds.count("conversation.created") == 1
    assert GREETING in record.heard


async def test_the_call_may_die_with_its_socket() -> None:
    product, record = await played(greet, close_after_events=8, close_ends_call=True)
    assert record.voice_sessions[0].ended_by == "died"
    (ended,) = product.at("/twilio/sip-ended/")
    assert ended["DialCallStatus"] == "completed"
    assert ended["DialBridged"] == "true"


async def test_a_caller_can_break_the_connection() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("connected")
        await caller.ear.until(lambda: caller.ear.speaking)
        caller.drop_after(0)
        await caller.agent_done()
        caller.hang_up()

    product, record = await played(greet, caller=caller, speed=5)
    assert product.talks[0].closed_with == 1006
    assert GREETING in record.heard


async def test_a_socket_can_fall_silent() -> None:
    product, record = await played(greet, caller=says_something, silent_after_events=4)
    assert len(product.talks[0].events) == 4
    assert "May I take your name" in record.heard


async def test_a_mute_session_never_says_anything() -> None:
    async def caller(caller: Caller) -> None:
        await caller.sees("connected")
        await caller.silence(0.3)
        caller.hang_up()

    product, record = await played(greet, caller=caller, mute_sessions=True)
    assert product.talks[0].events == []
    assert record.heard == "[ringing]"


async def test_a_session_expires() -> None:
    product, record = await played(greet, session_cap_s=5.0)
    (error,) = product.talks[0].of("error")
    assert error["error"]["code"] == "session_expired"
    assert product.talks[0].closed_with == 1000
    assert record.voice_sessions[0].ended_by == "expired"


async def test_a_slow_network_delays_every_event() -> None:
    async def measure(talk: Talk) -> None:
        await talk.attach()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await talk.event()
        waited.append(loop.time() - began)
        await talk.hang_up()

    waited: list[float] = []
    await played(measure, latency_ms=120)
    assert waited[0] > 0.1


async def test_two_sockets_hear_the_same() -> None:
    async def two(talk: Talk) -> None:
        other = Talk(talk.client, talk.call_id)
        await talk.attach()
        await other.attach()
        await talk.say("Hello.")
        done = await talk.until("response.done")
        same = await other.until("response.done")
        assert done["event_id"] == same["event_id"]
        await other.close()
        await talk.hang_up()

    await played(two)


# What it refuses.


async def asks(event: dict[str, Any] | str) -> tuple[dict[str, Any], list[str]]:
    """Send one event; gives the error and the violations."""

    async def ask(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        await talk.until("output_audio_buffer.stopped")
        if isinstance(event, str):
            await talk._connection.send_raw(event)
        else:
            await talk.send(**{"kind": event["type"], **_rest(event)})
        answers.append((await talk.until("error"))["error"])
        await talk.hang_up()

    answers: list[dict[str, Any]] = []
    _, record = await played(ask)
    return answers[0], record.violations


def _rest(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "type"}


UPDATE = {"type": "session.update"}
CREATE = {"type": "conversation.item.create"}


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ("{nonsense", None, "body"),
        ('{"event_id": "e1"}', "missing_required_parameter", "type"),
        ({"type": "session.destroy"}, "invalid_value", "type"),
        ({**UPDATE, "session": {}}, "missing_required_parameter", "session.type"),
        (
            {**UPDATE, "session": {"type": "realtime", "voice": "ash"}},
            "unknown_parameter",
            "session.voice",
        ),
        (
            {
                **UPDATE,
                "session": {"type": "realtime", "audio": {"output": {"voice": "ash"}}},
            },
            "cannot_update_voice",
            "session.audio.output.voice",
        ),
        (
            {"type": "response.create", "response": {"voice": "ash"}},
            "unknown_parameter",
            "response.voice",
        ),
        (
            {"type": "response.create", "response": {"metadata": {"a": "b" * 600}}},
            "string_above_max_length",
            "response.metadata.a",
        ),
        ({**CREATE, "item": {"type": "music"}}, "invalid_value", "item.type"),
        (
            {**CREATE, "item": {"type": "message", "role": "bot", "content": []}},
            "invalid_value",
            "item.role",
        ),
        (
            {
                **CREATE,
                "item": {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_audio"}],
                },
            },
            "invalid_value",
            "item.content[0].type",
        ),
        (
            {"type": "conversation.item.retrieve", "item_id": "item_x"},
            "item_retrieve_invalid_item_id",
            "item_id",
        ),
        (
            {
                "type": "conversation.item.truncate",
                "item_id": "item_x",
                "content_index": 0,
                "audio_end_ms": 1,
            },
            "item_truncate_invalid_item_id",
            "item_id",
        ),
        ({"type": "input_audio_buffer.append", "audio": "AA=="}, None, "type"),
    ],
)
async def test_a_wrong_event_is_answered_and_written_down(
    event: Any, code: str | None, param: str
) -> None:
    error, violations = await asks(event)
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"
    assert len(violations) == 1


async def test_a_second_response_at_a_time_is_refused_but_no_mistake() -> None:
    async def twice(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        await talk.send("response.create", event_id="again")
        error = await talk.until("error")
        assert error["error"]["code"] == "conversation_already_has_active_response"
        assert error["error"]["event_id"] == "again"
        await talk.until("response.done")
        await talk.hang_up()

    _, record = await played(twice)
    assert record.violations == []
    assert record.voice_sessions[0].errors == [
        "conversation_already_has_active_response"
    ]


async def test_a_binary_frame_is_refused() -> None:
    async def sends(talk: Talk) -> None:
        await talk.attach()
        await talk._connection.send_raw(b"\x00")
        await talk.until("error")
        await talk.hang_up()

    _, record = await played(sends)
    assert record.violations == ["realtime: Binary frames are not supported."]


# Items and updates.


def note(text: str, role: str = "system") -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": role, "content": content}


async def test_items_can_be_put_in_looked_at_and_taken_out() -> None:
    async def juggles(talk: Talk) -> None:
        await talk.attach()
        create, added = "conversation.item.create", "conversation.item.added"
        await talk.send(create, item=note("Last.") | {"id": "item_last"})
        assert (await talk.until(added))["previous_item_id"] is None
        await talk.send(create, item=note("First."), previous_item_id="root")
        first = await talk.until(added)
        assert first["previous_item_id"] is None
        await talk.send(
            create, item=note("Second."), previous_item_id=first["item"]["id"]
        )
        second = await talk.until(added)
        assert second["previous_item_id"] == first["item"]["id"]
        await talk.send("conversation.item.retrieve", item_id="item_last")
        found = await talk.until("conversation.item.retrieved")
        assert found["item"]["content"] == note("Last.")["content"]
        await talk.send("conversation.item.delete", item_id="item_last")
        await talk.until("conversation.item.deleted", item_id="item_last")
        await talk.send(create, item=note("Again.") | {"id": first["item"]["id"]})
        error = await talk.until("error")
        assert error["error"]["code"] == "item_create_duplicate_item_id"
        await talk.hang_up()

    await played(juggles)


async def test_what_was_heard_can_be_cut_by_a_client_too() -> None:
    async def cuts(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello, this is the front desk.")
        done = await talk.until("response.done")
        item_id = done["response"]["output"][0]["id"]
        place = {"item_id": item_id, "content_index": 0}
        await talk.send("conversation.item.truncate", **place, audio_end_ms=500)
        await talk.until("conversation.item.truncated", audio_end_ms=500)
        await talk.send("conversation.item.truncate", **place, audio_end_ms=900)
        assert "already shorter" in (await talk.until("error"))["error"]["message"]
        await talk.hang_up()

    _, record = await played(cuts)
    assert record.violations == []


async def test_a_key_that_is_told_to_the_model_is_understood() -> None:
    async def tells(talk: Talk) -> None:
        await talk.attach()
        item = note("(keyed on the keypad: 4711#)", "user")
        await talk.send("conversation.item.create", item=item)
        await talk.send("response.create")
        await talk.until("output_audio_buffer.stopped")
        await talk.hang_up()

    _, record = await played(tells)
    assert "reference four seven one one" in record.heard


async def test_an_update_changes_what_it_names_and_nothing_else() -> None:
    async def updates(talk: Talk) -> None:
        await talk.attach()
        audio = {"output": {"speed": 1.5}, "input": {"turn_detection": None}}
        session = {"type": "realtime", "audio": audio}
        await talk.send("session.update", session=session)
        found = (await talk.until("session.updated"))["session"]
        assert found["audio"]["output"]["speed"] == 1.5
        assert found["audio"]["output"]["voice"] == "marin"
        assert found["audio"]["input"]["turn_detection"] is None
        assert found["instructions"] == BODY["instructions"]
        await talk.hang_up()

    await played(updates)


async def test_the_caller_can_be_forgotten() -> None:
    async def clears(talk: Talk) -> None:
        await talk.attach()
        await talk.send("input_audio_buffer.clear")
        await talk.until("input_audio_buffer.cleared")
        await talk.hang_up()

    await played(clears)


# What nobody has heard of.


async def test_strange_and_broken_events_come_when_asked_for() -> None:
    raw: list[str | bytes] = []

    async def listens(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        while not any(b"buffer.stopped" in _bytes(frame) for frame in raw):
            raw.append(await talk._connection.recv_bytes())
        await talk.hang_up()

    _, record = await played(listens, malformed_events=True, unknown_additions=True)
    assert b"\x00\xff\xfe" in raw
    assert max(len(frame) for frame in raw) > sideband.HUGE
    assert any(b"server_note" in _bytes(frame) for frame in raw)
    assert "Hello." in record.heard


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


async def test_now_and_then_an_event_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def listens(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        await talk.until("session.mood.updated")
        await talk.hang_up()

    monkeypatch.setattr(responder, "ODD_SHARE", 1.0)
    await played(listens)
