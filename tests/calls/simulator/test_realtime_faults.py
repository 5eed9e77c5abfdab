"""What the voice model gets wrong, and what it forgets."""

from typing import Any

import pytest

from calls.simulator.carrier import Caller
from calls.simulator.openai_api.rules import RuleBook, read_rules
from calls.simulator.realtime.conversation import (
    Conversation,
    Item,
    limits_of,
    message,
    readable,
)
from calls.simulator.realtime.usage import ContextCache, transcription_usage
from tests.calls.simulator.realtime_product import (
    BODY,
    RealtimeProduct,
    Talk,
    greet,
    sip_world,
)

TRANSCRIPTION = "conversation.item.input_audio_transcription"


async def asks(caller: Caller) -> None:
    await caller.agent_done()
    await caller.say("How much does it cost?")
    await caller.agent_done()
    caller.hang_up()


async def played(
    script: Any = greet, caller: Any = asks, rules: str | list[Any] = "", **fields: Any
) -> tuple[Talk, Any]:
    product = RealtimeProduct(script)
    async with sip_world(product) as w:
        if rules:
            w.simulator.model.book = RuleBook(read_rules(rules, "test"))
        record = await w.call(caller, **fields)
    assert product.errors == []
    return product.talks[0], record


async def listens_for(talk: Talk, kind: str) -> None:
    await talk.attach()
    await talk.say("Hello.")
    await talk.until(kind)
    await talk.hang_up()


# Transcripts.


async def test_a_transcription_can_fail() -> None:
    talk, record = await played(transcription_failures=1.0)
    (failed,) = talk.of(f"{TRANSCRIPTION}.failed")
    assert failed["error"]["code"] == "audio_unintelligible"
    assert "May I take your name" in record.heard


async def test_a_transcript_can_be_lost() -> None:
    talk, _ = await played(transcription_losses=1.0)
    assert not any(kind.startswith(TRANSCRIPTION) for kind in talk.kinds)


async def test_late_transcripts_come_after_the_answer_and_in_the_wrong_order() -> None:
    async def interrupts_himself(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say("How much does it cost?")
        await caller.say("And where are you?")
        await caller.agent_done()
        caller.hang_up()

    talk, _ = await played(caller=interrupts_himself, late_transcripts=True)
    said = [e["transcript"] for e in talk.of(f"{TRANSCRIPTION}.completed")]
    assert set(said) == {"How much does it cost?", "And where are you?"}
    answered = talk.of("response.done")[1]["response"]["status"]
    assert answered == "cancelled"
    place = talk.kinds.index(f"{TRANSCRIPTION}.completed")
    assert talk.kinds[:place].count("response.done") >= 2


# Responses.


async def test_a_response_can_fail() -> None:
    async def listens(talk: Talk) -> None:
        await listens_for(talk, "response.done")

    talk, _ = await played(listens, response_failures=1.0)
    response = talk.of("response.done")[0]["response"]
    assert response["status"] == "failed"
    assert response["status_details"]["error"]["code"] == "server_error"
    assert response["output"] == []


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "rate_limit"}, "failed", "rate_limit_exceeded"),
        ({"kind": "server_error"}, "failed", "server_error"),
        ({"kind": "failed", "tokens": 2}, "failed", "server_error"),
        ({"kind": "incomplete", "tokens": 2}, "incomplete", "max_output_tokens"),
        ({"kind": "stall", "seconds": 0.1}, "completed", None),
    ],
)
async def test_a_rules_fault_breaks_the_answer(
    fault: dict[str, Any], status: str, code: str | None
) -> None:
    rule = {"when": {"user": "cost"}, "say": "A lot of money.", "fault": fault}

    async def caller(caller: Caller) -> None:
        await caller.agent_done()
        await caller.say("How much does it cost?")
        await caller.silence(0.6)
        caller.hang_up()

    talk, _ = await played(caller=caller, rules=[rule])
    response = talk.of("response.done")[1]["response"]
    assert response["status"] == status
    details = response["status_details"] or {}
    assert details.get("reason", details.get("error", {}).get("code")) == code


async def test_from_one_response_on_there_can_be_dead_air() -> None:
    async def interrupts(talk: Talk) -> None:
        await talk.attach()
        await talk.say("Hello.")
        await talk.until("output_audio_buffer.stopped")
        await talk.send("response.create")
        await talk.until("response.created")
        await talk.send("response.cancel")
        done = await talk.until("response.done")
        assert done["response"]["status"] == "cancelled"
        await talk.hang_up()

    talk, record = await played(interrupts, silent_from_response=2)
    assert record.heard == "[ringing] Hello."
    assert talk.kinds.count("output_audio_buffer.started") == 1


async def test_usage_can_be_missing() -> None:
    talk, _ = await played(usage_gaps=True)
    first, second = talk.of("response.done")
    assert first["response"]["usage"] is not None
    assert second["response"]["usage"] is None


# What it remembers.


def told(text: str, role: str = "user") -> Item:
    return Item(message(role, [], "completed"), text, by_voice=True)


def test_history_over_the_limit_is_cut_to_what_is_kept() -> None:
    conversation = Conversation()
    for number in range(10):
        conversation.append(told(f"{number}" * 40, "assistant"))
    size = conversation.chain[0].text_tokens
    conversation.truncate(limit=size * 10, keep=size * 5)
    assert len(conversation.context()) == 10
    conversation.truncate(limit=size * 9, keep=size * 5)
    assert [item.words[0] for item in conversation.context()] == list("56789")
    conversation.delete(conversation.chain[0].id)
    assert [item.words[0] for item in conversation.context()] == list("56789")


def test_the_limits_are_those_of_the_session() -> None:
    assert limits_of("disabled") is None
    assert limits_of("auto") == (28_224, 28_224)
    ratio = {"type": "retention_ratio", "retention_ratio": 0.5}
    assert limits_of(ratio) == (28_224, 14_112)
    limits = {"token_limits": {"post_instructions": 8000}}
    assert limits_of(ratio | limits) == (8000, 4000)


def test_the_model_reads_no_silences_and_no_loose_ends() -> None:
    cut = {"type": "function_call", "id": "1", "call_id": "c1", "status": "incomplete"}
    output = {"type": "function_call_output", "id": "2", "call_id": "c1", "output": "x"}
    strange = {"type": "mcp_approval_response", "id": "3"}
    items = [told(""), Item(cut), Item(output), Item(strange), told("Hello?")]
    assert readable(items) == [{"type": "message", "role": "user", "content": "Hello?"}]


def test_a_change_in_the_middle_loses_what_follows() -> None:
    cache = ContextCache()
    items = [told("word " * 100, "assistant") for _ in range(4)]
    assert cache.read_and_write("head", items).cached_text == 0
    whole = cache.read_and_write("head", items)
    assert whole.cached_text == whole.text // 64 * 64
    items[1].words = "heard only this"
    assert 64 <= cache.read_and_write("head", items).cached_text < whole.cached_text
    assert cache.read_and_write("other", items).cached_text == 0


def test_transcription_is_charged_by_the_second_or_by_tokens() -> None:
    by_second = transcription_usage("gpt-live-transcribe", "Hello there.", 1230)
    assert by_second == {"type": "duration", "seconds": 1.23}
    by_tokens = transcription_usage("gpt-4o-transcribe", "Hello there.", 1230)
    assert (by_tokens["input_tokens"], by_tokens["output_tokens"]) == (13, 3)


async def test_a_long_call_forgets_its_beginning() -> None:
    async def chats(talk: Talk) -> None:
        await talk.attach()
        for _ in range(5):
            text = "This is a sentence that costs quite a number of tokens."
            await talk.say(text)
            await talk.until("output_audio_buffer.stopped")
        await talk.hang_up()

    short = {"post_instructions": 150}
    truncation = {
        "type": "retention_ratio",
        "retention_ratio": 0.5,
        "token_limits": short,
    }
    product = RealtimeProduct(chats, body={**BODY, "truncation": truncation})
    async with sip_world(product) as w:
        await w.call(cap_s=20)
    assert product.errors == []
    totals = [
        e["response"]["usage"]["input_tokens"]
        for e in product.talks[0].of("response.done")
    ]
    assert max(totals) < 150 + 60
