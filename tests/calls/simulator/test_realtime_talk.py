"""A conversation with the voice model, event by event."""

from typing import Any

import pytest

from calls.simulator.carrier import Caller, Utterance
from tests.calls.simulator.realtime_product import (
    BODY,
    Event,
    RealtimeProduct,
    Talk,
    greet,
    sip_world,
)

ITEM_ADDED = "conversation.item.added"
TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
LONG = " ".join(["There is a great deal to say about this."] * 6)
TOOLS = [
    {
        "type": "function",
        "name": name,
        "parameters": {
            "type": "object",
            "properties": {key: {"type": "string"} for key in keys},
            "required": keys,
        },
    }
    for name, keys in {"end_call": ["outcome"], "take_message": ["message"]}.items()
]


def body(**audio_input: Any) -> dict[str, Any]:
    found = {**BODY["audio"]["input"], **audio_input}
    return {**BODY, "tools": TOOLS, "audio": {"input": found}}


def order(kinds: list[str], *wanted: str) -> list[str]:
    """The wanted kinds, each once, in the order in which they first came."""
    return list(dict.fromkeys(kind for kind in kinds if kind in wanted))


async def says(caller: Caller, *texts: str | Utterance) -> None:
    for text in texts:
        await caller.agent_done()
        await caller.say(text)
    await caller.agent_done()
    caller.hang_up()


async def converse(
    *texts: str | Utterance, script: Any = greet, **fields: Any
) -> tuple[Talk, Any]:
    """A call in which the caller says these things, one after each answer."""
    config = {k: fields.pop(k) for k in ("speed", "first_token_ms") if k in fields}
    product = RealtimeProduct(script, body=fields.pop("body", body()))

    async def caller(caller: Caller) -> None:
        await says(caller, *texts)

    async with sip_world(product, **config) as w:
        record = await w.call(fields.pop("caller", caller), **fields)
    assert product.errors == []
    return product.talks[0], record


# The agent speaks.


async def test_the_agent_speaks_when_it_is_asked_to_and_not_before() -> None:
    async def silent(talk: Talk) -> None:
        await talk.attach()
        await talk.until_closed()

    async def caller(caller: Caller) -> None:
        await caller.sees("connected")
        await caller.silence(0.5)
        caller.hang_up()

    talk, record = await converse(script=silent, caller=caller)
    assert talk.kinds == ["session.created", "conversation.created"]
    assert record.heard == "[ringing]"


async def test_a_response_is_told_event_by_event() -> None:
    talk, record = await converse()
    assert record.heard == "[ringing] Hello, this is the front desk."
    assert record.ok
    told = order(talk.kinds, *set(talk.kinds))
    told.remove("output_audio_buffer.started")
    assert told == [
        "session.created",
        "conversation.created",
        "response.created",
        "rate_limits.updated",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
        "output_audio_buffer.stopped",
    ]
    deltas = talk.of("response.output_audio_transcript.delta")
    assert "".join(e["delta"] for e in deltas) == "Hello, this is the front desk."
    (done,) = talk.of("response.done")
    assert done["response"]["status"] == "completed"
    assert done["response"]["output"][0]["content"] == [
        {"type": "output_audio", "transcript": "Hello, this is the front desk."}
    ]
    assert len({event["event_id"] for event in talk.events}) == len(talk.events)


async def test_it_is_generated_faster_than_it_is_spoken() -> None:
    async def speak(talk: Talk) -> None:
        await talk.attach()
        await talk.say(LONG)
        await talk.until("response.done")
        assert "output_audio_buffer.stopped" not in talk.kinds
        await talk.until_closed()

    talk, record = await converse(script=speak, speed=10)
    assert record.heard.endswith(LONG)
    kinds = talk.kinds
    assert kinds.index("output_audio_buffer.started") < kinds.index("response.done")


async def test_a_second_response_waits_for_its_turn_to_be_heard() -> None:
    async def speak(talk: Talk) -> None:
        await talk.attach()
        await talk.say("This is the first thing that I have to tell you.")
        await talk.until("response.done")
        await talk.say("And this the second.")
        await talk.until_closed()

    talk, record = await converse(script=speak, speed=5)
    first, second = (e["response"]["id"] for e in talk.of("response.created"))
    sound = [
        (e["type"].rpartition(".")[2], e["response_id"])
        for e in talk.events
        if e["type"].startswith("output_audio_buffer")
    ]
    assert sound == [
        ("started", first),
        ("stopped", first),
        ("started", second),
        ("stopped", second),
    ]
    assert record.heard.endswith("tell you. And this the second.")


async def test_a_limit_on_tokens_cuts_the_answer() -> None:
    talk, record = await converse(
        body={**BODY, "max_output_tokens": 20}, script=greet, caller=stays_a_moment
    )
    (done,) = talk.of("response.done")
    assert done["response"]["status"] == "incomplete"
    assert done["response"]["status_details"]["reason"] == "max_output_tokens"
    assert "front desk" not in record.heard


async def stays_a_moment(caller: Caller) -> None:
    await caller.agent_done()
    caller.hang_up()


# The caller speaks.


async def test_what_the_caller_says_becomes_a_turn_and_an_answer() -> None:
    talk, record = await converse("How much does it cost?", first_token_ms=300)
    assert "May I take your name" in record.heard
    turn = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
    ]
    assert order(talk.kinds, *turn) == turn
    (started,) = talk.of(turn[0])
    (stopped,) = talk.of(turn[1])
    assert 0 <= started["audio_start_ms"] < stopped["audio_end_ms"]
    (committed,) = talk.of(turn[2])
    greeting, said, answer = talk.of(ITEM_ADDED)
    assert said["item"]["id"] == committed["item_id"] == started["item_id"]
    assert said["previous_item_id"] == greeting["item"]["id"]
    assert answer["previous_item_id"] == said["item"]["id"]
    assert said["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    (transcript,) = talk.of(TRANSCRIBED)
    assert transcript["item_id"] == said["item"]["id"]
    assert transcript["transcript"] == "How much does it cost?"
    assert transcript["usage"]["type"] == "duration"


async def test_a_short_pause_does_not_end_a_turn_but_a_long_one_does() -> None:
    def halting(pause_s: float) -> Utterance:
        text = "How much does it cost?"
        return Utterance(text=text, split_into=2, pause_s=pause_s)

    talk, _ = await converse(halting(0.3))
    assert [e["transcript"] for e in talk.of(TRANSCRIBED)] == ["How much does it cost?"]
    talk, _ = await converse(halting(2.0))
    assert [e["transcript"] for e in talk.of(TRANSCRIBED)] == [
        "How much does",
        "it cost?",
    ]


async def test_a_patient_model_waits_for_the_end_of_a_thought() -> None:
    said = Utterance(text="How much does it cost?", split_into=2, pause_s=1.0)
    patient = {"type": "semantic_vad", "eagerness": "low"}
    talk, _ = await converse(said, body=body(turn_detection=patient))
    assert len(talk.of("input_audio_buffer.committed")) == 1


async def test_a_speaker_who_breaks_off_is_taken_at_half_a_word() -> None:
    said = Utterance(text="How much does it cost?", breaks_off=True)
    talk, _ = await converse(said)
    assert talk.of(TRANSCRIBED)[0]["transcript"] == "How much"


async def test_without_turn_detection_the_client_decides() -> None:
    async def commits(talk: Talk) -> None:
        await talk.attach()
        await talk.send("input_audio_buffer.commit")
        error = await talk.until("error")
        assert error["error"]["code"] == "input_audio_buffer_commit_empty"
        await talk.say("Hello.")
        await talk.until("output_audio_buffer.stopped")
        while "input_audio_buffer.committed" not in talk.kinds:
            await talk.send("input_audio_buffer.commit")
            await talk.event()
        await talk.send("response.create")
        await talk.until_closed()

    talk, record = await converse(
        "How much does it cost?", body=body(turn_detection=None), script=commits
    )
    assert "input_audio_buffer.speech_started" not in talk.kinds
    assert "May I take your name" in record.heard


async def test_a_model_that_may_not_answer_by_itself_waits() -> None:
    async def answers(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        await talk.until(TRANSCRIBED)
        assert len(talk.of("response.created")) == 1
        await talk.send("response.create")
        await talk.until_closed()

    manual = {"type": "server_vad", "create_response": False}
    _, record = await converse(
        "How much does it cost?", body=body(turn_detection=manual), script=answers
    )
    assert "May I take your name" in record.heard


async def test_keys_come_without_an_event_id() -> None:
    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.press("12#")
        caller.hang_up()

    talk, _ = await converse(caller=caller)
    keys = talk.of("input_audio_buffer.dtmf_event_received")
    assert [key["event"] for key in keys] == ["1", "2", "#"]
    assert all(set(key) == {"type", "event", "received_at"} for key in keys)


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


# Usage.


@pytest.mark.parametrize("changes", [False, True])
async def test_the_cache_lasts_as_long_as_the_head_of_the_prompt(
    changes: bool,
) -> None:
    async def updates(talk: Talk) -> None:
        await talk.attach()
        await talk.send("response.create")
        while await talk.event() is not None:
            if changes and talk.kinds[-1] == TRANSCRIBED:
                session = {"type": "realtime", "instructions": "Other ones."}
                await talk.send("session.update", session=session)

    long = {**body(), "instructions": "Be kind. " * 200}
    talk, _ = await converse(
        "How much does it cost?", "Hello?", script=updates, body=long
    )
    cached = [
        e["response"]["usage"]["input_token_details"]["cached_tokens"]
        for e in talk.of("response.done")
    ]
    assert cached[0] == 0
    assert cached[1] >= 448 or changes
    assert (cached[2] < 64) if changes else (cached[2] >= cached[1])


@pytest.mark.parametrize("own_instructions", [False, True])
async def test_exact_words_keep_the_cache_as_an_item_at_the_end(
    own_instructions: bool,
) -> None:
    async def asks(talk: Talk) -> None:
        await talk.attach()
        await talk.send("response.create")
        await talk.until("output_audio_buffer.stopped")
        words = "Say exactly the following and nothing else: Good night."
        if own_instructions:
            own = {"instructions": words, "tools": []}
            await talk.send("response.create", response=own)
        else:
            content = [{"type": "input_text", "text": words}]
            item = {"type": "message", "role": "system", "content": content}
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create", response={"tool_choice": "none"})
        await talk.until("output_audio_buffer.stopped")
        await talk.send("response.create")
        await talk.until("output_audio_buffer.stopped")
        await talk.hang_up()

    async def listens(caller: Caller) -> None:
        await caller.silence(600)

    long = {**body(), "instructions": "Be kind. " * 200}
    talk, record = await converse(script=asks, body=long, caller=listens)
    _, exact, after = talk.of("response.done")
    assert record.heard.count("Good night.") == 1
    cached = exact["response"]["usage"]["input_token_details"]["cached_tokens"]
    assert (cached < 64) if own_instructions else (cached >= 448)
    assert after["response"]["status"] == "completed"


async def test_cached_tokens_are_a_part_of_the_input() -> None:
    long = {**body(), "instructions": "Be kind. " * 200}
    talk, record = await converse("How much?", "Hello?", body=long)
    for event in talk.of("response.done"):
        usage = event["response"]["usage"]
        details = usage["input_token_details"]
        assert usage["input_tokens"] == details["text_tokens"] + details["audio_tokens"]
        assert details["cached_tokens"] == sum(
            details["cached_tokens_details"].values()
        )
        assert details["cached_tokens"] <= usage["input_tokens"]
    assert record.voice_sessions[0].cached_tokens > 0


async def test_older_transcription_models_are_charged_by_tokens() -> None:
    older = body(transcription={"model": "gpt-4o-transcribe"})
    talk, _ = await converse("How much does it cost?", body=older)
    (transcript,) = talk.of(TRANSCRIBED)
    assert transcript["usage"]["type"] == "tokens"
    assert transcript["usage"]["total_tokens"] > 0


async def test_without_a_transcription_model_there_is_no_transcript() -> None:
    talk, _ = await converse("How much?", body=body(transcription=None))
    assert not any("transcription" in kind for kind in talk.kinds)


# Silence.


async def test_a_silent_caller_is_prompted() -> None:
    idle = {"type": "server_vad", "idle_timeout_ms": 5000}

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.hears("still there")
        await caller.agent_done()
        caller.hang_up()

    talk, record = await converse(body=body(turn_detection=idle), caller=caller)
    wanted = (
        "output_audio_buffer.stopped",
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
    )
    assert order(talk.kinds, *wanted) == list(wanted)
    (triggered,) = talk.of(wanted[1])
    assert triggered["audio_end_ms"] - triggered["audio_start_ms"] == 5000
    assert record.voice_sessions[0].idle_prompts == 1


# Other kinds of response.


async def test_a_response_apart_leaves_no_trace_in_the_conversation() -> None:
    async def asks(talk: Talk) -> None:
        await talk.attach()
        question = {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "How much does it cost?"}],
        }
        apart = {
            "conversation": "none",
            "output_modalities": ["text"],
            "input": [question],
            "metadata": {"purpose": "summary"},
        }
        await talk.send("response.create", response=apart)
        done = await talk.until("response.done")
        assert done["response"]["conversation_id"] is None
        assert done["response"]["metadata"] == {"purpose": "summary"}
        (item,) = done["response"]["output"]
        assert "May I take your name" in item["content"][0]["text"]
        await talk.hang_up()

    talk, record = await converse(script=asks)
    assert ITEM_ADDED not in talk.kinds
    assert "response.output_text.delta" in talk.kinds
    assert "output_audio_buffer.started" not in talk.kinds
    assert record.heard == "[ringing]"
