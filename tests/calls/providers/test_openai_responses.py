"""What an answer of the model becomes on its way to a call."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from calls.core.actions import AgentTurn, CallerTurn, NoticeTurn, ToolTurn
from calls.providers.openai_responses import (
    Asked,
    Failed,
    Finished,
    Said,
    estimate_usage,
)
from tests.calls.providers.responses_server import (
    CREATED,
    GOOD,
    REQUEST,
    USAGE,
    Event,
    Wire,
    answered_by,
    delta,
    final,
    pieces_of,
    refuses,
    serving,
    stalls_after,
    streams,
    tool_item,
)


async def test_says_what_comes_and_finishes_with_the_usage() -> None:
    pieces, _ = await answered_by(
        streams(CREATED, delta("Good "), delta("morning."), final())
    )
    assert pieces[:2] == [Said("Good "), Said("morning.")]
    assert isinstance(pieces[2], Finished)
    usage = pieces[2].usage
    assert usage is not None
    assert (usage.response_id, usage.model) == ("resp_1", "gpt-6-luna-1")
    assert (usage.input_tokens, usage.cached_tokens) == (1200, 1024)
    assert (usage.cache_write_tokens, usage.output_tokens) == (30, 15)
    assert (usage.reasoning_tokens, usage.raw) == (4, USAGE)
    assert not usage.estimated


async def test_asks_the_way_calls_need_it() -> None:
    async with serving(GOOD) as (model, wires):
        await pieces_of(model)
    assert wires[0].body == {
        "model": "gpt-6-luna",
        "instructions": "Be brief.",
        "tools": [
            {
                "type": "function",
                "name": "end_call",
                "description": "Hang up",
                "parameters": {"type": "object"},
                "strict": False,
            }
        ],
        "input": [{"role": "user", "content": "Hello"}],
        "max_output_tokens": 300,
        "prompt_cache_key": "agent-1-release-7",
        "safety_identifier": "a1b2",
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
        "reasoning": {"effort": "none"},
    }
    assert wires[0].request.headers["Authorization"] == "Bearer k"


async def test_leaves_out_what_is_not_set_and_shortens_what_is_too_long() -> None:
    bare = replace(
        REQUEST,
        tools=(),
        reasoning_effort="",
        safety_identifier="",
        cache_key="k" * 65,
    )
    async with serving(GOOD, GOOD) as (model, wires):
        await pieces_of(model, bare)
        await pieces_of(model, bare)
    assert not {"tools", "reasoning", "safety_identifier"} & wires[0].body.keys()
    assert len(str(wires[0].body["prompt_cache_key"])) == 64
    assert wires[0].body["prompt_cache_key"] == wires[1].body["prompt_cache_key"]


async def test_writes_the_history_in_the_providers_words() -> None:
    history = (
        NoticeTurn("It is Monday."),
        CallerTurn("Hello"),
        CallerTurn("are you"),
        AgentTurn(""),
        CallerTurn("there?"),
        ToolTurn("call_1", "look_up_caller", "", "nothing"),
        AgentTurn("Yes."),
        CallerTurn(""),
        NoticeTurn(""),
    )
    async with serving(GOOD) as (model, wires):
        await pieces_of(model, replace(REQUEST, history=history))
    assert wires[0].body["input"] == [
        {"role": "developer", "content": "It is Monday."},
        {"role": "user", "content": "Hello are you there?"},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "look_up_caller",
            "arguments": "{}",
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "nothing"},
        {"role": "assistant", "content": "Yes."},
    ]


async def test_a_later_turn_begins_with_the_bytes_of_the_earlier() -> None:
    later = (*REQUEST.history, AgentTurn("Hi"), CallerTurn("Bye"))
    async with serving(GOOD, GOOD) as (model, wires):
        await pieces_of(model)
        await pieces_of(model, replace(REQUEST, history=later))
    shared = wires[0].raw.index(b'"content":"Hello"}')
    assert wires[1].raw.startswith(wires[0].raw[:shared])


async def test_hands_over_a_tool_call_once_it_is_complete() -> None:
    added = {"type": "response.output_item.added", "item": {"type": "function_call"}}
    pieces, _ = await answered_by(streams(CREATED, added, tool_item(), final()))
    assert pieces[0] == Asked("call_1", "end_call", '{"outcome": "spam"}')
    assert isinstance(pieces[1], Finished)


async def test_does_not_hand_over_half_a_tool_call() -> None:
    cut = final("incomplete", incomplete_details={"reason": "max_output_tokens"})
    pieces, _ = await answered_by(streams(CREATED, tool_item("incomplete"), cut))
    assert isinstance(pieces[0], Failed)


async def test_other_items_are_no_tool_calls() -> None:
    item = {"type": "response.output_item.done", "item": {"type": "reasoning"}}
    pieces, _ = await answered_by(streams(CREATED, item, delta("Hi"), final()))
    assert [type(piece) for piece in pieces] == [Said, Finished]


async def test_speaks_a_refusal() -> None:
    refusal = {"type": "response.refusal.delta", "item_id": "m", "delta": "I cannot."}
    pieces, _ = await answered_by(streams(CREATED, refusal, final()))
    assert pieces[0] == Said("I cannot.")


async def test_keeps_two_messages_apart_and_drops_what_cannot_be_stored() -> None:
    events = [
        *[delta("One moment."), delta(""), delta("Found\0 it.", "msg_2")],
        *[delta(" It is "), delta("open.", "msg_2")],
    ]
    pieces, _ = await answered_by(streams(CREATED, *events, final()))
    said = "".join(piece.text for piece in pieces if isinstance(piece, Said))
    assert said == "One moment. Found it. It is open."


async def test_leaving_closes_the_stream_at_the_server() -> None:
    async with serving(stalls_after(CREATED, delta("Good"))) as (model, wires):
        async with model.answer(REQUEST) as answer:
            assert await anext(answer) == Said("Good")
        await asyncio.wait_for(wires[0].left.wait(), 2)
        assert answer.said == "Good"


async def test_nothing_comes_of_an_answer_that_was_left() -> None:
    async with serving(stalls_after(CREATED, delta("Good"))) as (model, _):
        async with model.answer(REQUEST) as answer:
            await anext(answer)
        assert [piece async for piece in answer] == []


@pytest.mark.parametrize("sent", [[], [CREATED], [CREATED, delta("Good")]])
async def test_cancelling_the_reader_closes_the_stream(sent: Sequence[Event]) -> None:
    asked = asyncio.Event()

    async def stall(wire: Wire) -> None:
        asked.set()
        await stalls_after(*sent)(wire)

    async with serving(stall) as (model, wires):
        reader = asyncio.create_task(pieces_of(model))
        await asked.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await asyncio.wait_for(wires[0].left.wait(), 2)
        assert len(wires) == 1


async def test_closing_from_elsewhere_ends_the_reading() -> None:
    async with serving(stalls_after(CREATED, delta("Good"))) as (model, wires):
        answer = model.answer(REQUEST)
        await anext(answer)
        reader = asyncio.create_task(anext(answer))
        await asyncio.sleep(0)
        await answer.close()
        assert isinstance(await asyncio.wait_for(reader, 2), Failed)
        await asyncio.wait_for(wires[0].left.wait(), 2)
        assert len(wires) == 1


async def test_an_answer_that_was_left_can_be_estimated() -> None:
    async with serving(stalls_after(CREATED, delta("x" * 40))) as (model, _):
        async with model.answer(REQUEST) as answer:
            assert answer.estimate() is None
            await anext(answer)
        usage = answer.estimate()
    assert usage is not None
    assert usage.response_id == "cancelled-resp_1"
    assert usage.estimated
    assert usage.output_tokens == 10
    assert usage.input_tokens > 10


async def test_an_answer_with_figures_is_not_estimated() -> None:
    async with serving(GOOD) as (model, _):
        async with model.answer(REQUEST) as answer:
            async for _piece in answer:
                pass
        assert answer.estimate() is None


def test_an_estimate_without_an_id_gets_one_of_its_own() -> None:
    first, second = (estimate_usage(REQUEST, "ñandú") for _ in range(2))
    assert first.response_id.startswith("cancelled-")
    assert first.response_id != second.response_id
    assert first.output_tokens == 2


async def test_requests_follow_each_other_on_one_connection() -> None:
    async with serving(GOOD, GOOD, refuses(400), GOOD) as (model, wires):
        for _ in range(4):
            await pieces_of(model)
    assert len({wire.peer for wire in wires}) == 1


async def test_leaving_at_the_last_piece_keeps_the_connection() -> None:
    async with serving(GOOD, GOOD) as (model, wires):
        async with model.answer(REQUEST) as answer:
            async for piece in answer:
                if isinstance(piece, Finished):
                    break
        await pieces_of(model)
    assert wires[0].peer == wires[1].peer


async def test_nothing_after_the_last_event_counts() -> None:
    pieces, _ = await answered_by(streams(delta("Hi"), final(), delta("more")))
    assert [type(piece) for piece in pieces] == [Said, Finished]


async def test_does_not_wait_for_a_body_that_never_ends() -> None:
    stuck = stalls_after(CREATED, delta("Hi"), final())
    async with serving(stuck, GOOD) as (model, wires):
        assert isinstance((await pieces_of(model))[-1], Finished)
        assert isinstance((await pieces_of(model))[-1], Finished)
    assert wires[0].peer != wires[1].peer
