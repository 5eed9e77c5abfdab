"""What the voice model charges for, and what its cache saves."""

import pytest

from calls.simulator.carrier import Caller
from tests.calls.simulator.realtime_product import (
    Talk,
)
from tests.calls.simulator.voice_talks import (
    TRANSCRIBED,
    body,
    converse,
)

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
