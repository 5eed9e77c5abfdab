"""Speaking over the voice model, and the tools that it asks for."""

from calls.simulator.carrier import Caller
from tests.calls.simulator.realtime_product import (
    Event,
    Talk,
)
from tests.calls.simulator.voice_talks import (
    LONG,
    body,
    converse,
    order,
)

# Speaking over the agent.


async def speak_at_length(talk: Talk) -> None:
    await talk.attach()
    await talk.say(LONG)
    await talk.until_closed()


async def interrupts(caller: Caller) -> None:
    await caller.interrupt_after(5, "Stop, how much does it cost?")
    await caller.agent_done()
    caller.hang_up()


BARGE_IN = (
    "input_audio_buffer.speech_started",
    "output_audio_buffer.cleared",
    "response.done",
    "conversation.item.truncated",
    "input_audio_buffer.committed",
)


async def test_a_barge_in_cuts_the_response_and_what_was_not_heard() -> None:
    talk, record = await converse(script=speak_at_length, caller=interrupts, speed=5)
    assert order(talk.kinds, *BARGE_IN) == list(BARGE_IN)
    cancelled = talk.of("response.done")[0]["response"]
    assert cancelled["status"] == "cancelled"
    assert cancelled["status_details"]["reason"] == "turn_detected"
    assert cancelled["output"][0]["status"] == "incomplete"
    assert cancelled["usage"]["output_token_details"]["audio_tokens"] > 0
    (truncated,) = talk.of("conversation.item.truncated")
    assert truncated["item_id"] == cancelled["output"][0]["id"]
    assert 1000 < truncated["audio_end_ms"] < 10_000
    assert " —" in record.heard
    assert record.voice_sessions[0].interrupts == 1


async def test_a_barge_in_after_the_response_is_done_only_cuts_the_sound() -> None:
    async def speak(talk: Talk) -> None:
        await talk.attach()
        await talk.say(LONG)
        await talk.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.interrupt_after(30, "Stop, how much does it cost?")
        await caller.agent_done()
        caller.hang_up()

    talk, _ = await converse(script=speak, caller=caller, speed=10)
    first = talk.of("response.done")[0]["response"]
    assert first["status"] == "completed"
    wanted = (BARGE_IN[0], BARGE_IN[1], BARGE_IN[3])
    assert order(talk.kinds, *wanted) == list(wanted)


async def test_an_agent_that_may_not_be_interrupted_goes_on() -> None:
    deaf = {"type": "server_vad", "interrupt_response": False}
    talk, record = await converse(
        script=speak_at_length,
        caller=interrupts,
        body=body(turn_detection=deaf),
        speed=10,
    )
    assert "conversation.item.truncated" not in talk.kinds
    assert LONG in record.heard


async def test_cancelling_leaves_the_sound_and_clearing_ends_it() -> None:
    async def stops(talk: Talk) -> None:
        await talk.attach()
        await talk.say(LONG)
        await talk.until("output_audio_buffer.started")
        await talk.send("response.cancel")
        done = await talk.until("response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        assert "output_audio_buffer.cleared" not in talk.kinds
        await talk.send("output_audio_buffer.clear")
        await talk.until("conversation.item.truncated")
        await talk.send("response.cancel", event_id="mine")
        error = await talk.until("error")
        assert error["error"]["code"] == "response_cancel_not_active"
        assert error["error"]["event_id"] == "mine"
        await talk.hang_up()

    talk, record = await converse(script=stops, speed=5)
    assert order(talk.kinds, *BARGE_IN[1:4]) == [BARGE_IN[2], BARGE_IN[1], BARGE_IN[3]]
    assert record.ok


# Tools.


async def test_a_function_is_called_and_its_output_answered() -> None:
    async def ends(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        done = await talk.until("response.output_item.done", output_index=1)
        call: Event = done["item"]
        assert call["status"] == "completed"
        await talk.until("response.done")
        output = {"type": "function_call_output", "call_id": call["call_id"]}
        await talk.send("conversation.item.create", item={**output, "output": "{}"})
        await talk.send("response.create")
        await talk.until_closed()

    talk, record = await converse("No, that's all. Goodbye.", script=ends)
    assert "Thank you for calling. Goodbye! Goodbye!" in record.heard
    (arguments,) = talk.of("response.function_call_arguments.done")
    assert arguments["name"] == "end_call"
    assert arguments["arguments"] == '{"outcome":"resolved"}'
    assert record.ok
    assert record.warnings == []


async def test_a_function_call_that_was_cut_is_told_but_not_completed() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say("Please tell them that the key is with the neighbor upstairs.")
        await caller.say("Stop, how much does it cost?")
        caller.hang_up()

    talk, _ = await converse(caller=caller, first_token_ms=0, speed=4)
    cut = talk.of("response.done")[1]["response"]
    assert cut["status"] == "cancelled"
    (call,) = cut["output"]
    assert call["type"] == "function_call"
    assert call["status"] == "incomplete"
    told = talk.of("response.function_call_arguments.done")
    assert [e["call_id"] for e in told if e["item_id"] == call["id"]] == [
        call["call_id"]
    ]


async def test_outputs_that_nobody_waits_for_are_mistakes() -> None:
    async def errs(talk: Talk) -> None:
        await talk.attach()
        item = {"type": "function_call_output", "call_id": "call_x", "output": "1"}
        await talk.send("conversation.item.create", item=item, event_id="e1")
        error = await talk.until("error")
        assert error["error"]["code"] == "invalid_tool_call_id"
        assert error["error"]["event_id"] == "e1"
        await talk.hang_up()

    _, record = await converse(script=errs)
    assert record.violations == [
        "realtime: Tool call ID 'call_x' not found in conversation."
    ]
