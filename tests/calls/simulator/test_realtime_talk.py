"""A conversation with the voice model, event by event."""

from calls.simulator.carrier import Caller, Utterance
from tests.calls.simulator.realtime_product import (
    BODY,
    Talk,
    greet,
)
from tests.calls.simulator.voice_talks import (
    ITEM_ADDED,
    LONG,
    TRANSCRIBED,
    body,
    converse,
    order,
    stays_a_moment,
)

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
