"""The text side against a local server that streams what a test tells it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from calls.core.actions import AgentTurn, CallerTurn, NoticeTurn, ToolTurn
from calls.core.tools import ToolDefinition
from calls.providers.openai_responses import (
    AnswerRequest,
    Asked,
    Failed,
    Finished,
    Piece,
    ResponsesModel,
    Said,
    estimate_usage,
)

Handler = Callable[["Wire"], Awaitable[None]]
Event = Mapping[str, object]
Server = tuple[ResponsesModel, list["Wire"]]

REQUEST = AnswerRequest(
    model="gpt-6-luna",
    instructions="Be brief.",
    history=(CallerTurn("Hello"),),
    tools=(ToolDefinition("end_call", "Hang up", {"type": "object"}),),
    reasoning_effort="none",
    max_output_tokens=300,
    cache_key="agent-1-release-7",
    safety_identifier="a1b2",
    first_token_seconds=5,
)
USAGE = {
    "input_tokens": 1200,
    "input_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 30},
    "output_tokens": 15,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 1215,
}
CREATED: Event = {"type": "response.created", "response": {"id": "resp_1"}}


def delta(text: str, item: str = "msg_1") -> Event:
    return {"type": "response.output_text.delta", "item_id": item, "delta": text}


def tool_item(status: str = "completed") -> Event:
    item = {
        "type": "function_call",
        "call_id": "call_1",
        "name": "end_call",
        "arguments": '{"outcome": "spam"}',
        "status": status,
    }
    return {"type": "response.output_item.done", "item": item}


def final(kind: str = "completed", **fields: object) -> Event:
    response = {"id": "resp_1", "model": "gpt-6-luna-1", "usage": USAGE, **fields}
    return {"type": f"response.{kind}", "response": response}


@dataclass
class Wire:
    """One request as the server sees it, and its way to answer."""

    request: web.Request
    body: dict[str, object]
    raw: bytes
    left: asyncio.Event = field(default_factory=asyncio.Event)
    response: web.StreamResponse = field(default_factory=web.StreamResponse)
    peer: object = None

    def __post_init__(self) -> None:
        self.peer = self.transport().get_extra_info("peername")

    def transport(self) -> asyncio.Transport:
        assert self.request.transport is not None
        return self.request.transport

    async def begin(self) -> None:
        self.response.content_type = "text/event-stream"
        await self.response.prepare(self.request)

    async def send(self, *events: Event) -> None:
        for event in events:
            line = f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n"
            await self.response.write(line.encode())


def streams(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.send(*events)

    return handle


def stalls_after(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        if events:
            await wire.begin()
            await wire.send(*events)
        await asyncio.Event().wait()

    return handle


def breaks_after(*events: Event) -> Handler:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.send(*events)
        wire.transport().abort()

    return handle


def refuses(status: int, code: str = "some_code", **headers: str) -> Handler:
    async def handle(wire: Wire) -> None:
        error = {"error": {"code": code, "message": "about Maria", "type": "x"}}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wire.response = web.json_response(error, status=status, headers=named)
        await wire.response.prepare(wire.request)

    return handle


@asynccontextmanager
async def serving(
    *handlers: Handler,
) -> AsyncIterator[tuple[ResponsesModel, list[Wire]]]:
    """A model at a server that answers its requests by one handler after another."""
    wires: list[Wire] = []

    async def respond(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        wire = Wire(request, json.loads(raw), raw)
        wires.append(wire)
        try:
            await handlers[len(wires) - 1](wire)
        finally:
            wire.left.set()
        return wire.response

    app = web.Application()
    app.router.add_post("/v1/responses", respond)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    model = ResponsesModel(
        api_key="k", base_url=f"http://{host}:{port}/v1", stall_seconds=0.2
    )
    try:
        yield model, wires
    finally:
        await model.close()
        await runner.cleanup()


async def pieces_of(
    model: ResponsesModel, request: AnswerRequest = REQUEST
) -> list[Piece]:
    async with model.answer(request) as answer:
        return [piece async for piece in answer]


async def answered_by(
    *handlers: Handler, request: AnswerRequest = REQUEST
) -> tuple[list[Piece], int]:
    """What came of an answer, and how many requests it took."""
    async with serving(*handlers) as (model, wires):
        return await pieces_of(model, request), len(wires)


async def failed_by(*handlers: Handler) -> tuple[Failed, int]:
    pieces, requests = await answered_by(*handlers)
    assert isinstance(pieces[-1], Failed)
    return pieces[-1], requests


GOOD = streams(CREATED, delta("Hi"), final())


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


async def test_tries_again_when_there_are_too_many_requests() -> None:
    pieces, requests = await answered_by(refuses(429, retry_after_ms="20"), GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


@pytest.mark.parametrize("header", ["0", "0.01"])
async def test_waits_as_long_as_it_is_told(header: str) -> None:
    pieces, _ = await answered_by(refuses(503, retry_after=header), GOOD)
    assert pieces[0] == Said("Hi")


async def test_a_pause_may_be_given_as_a_date() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    _, requests = await answered_by(refuses(429, retry_after=past), GOOD)
    assert requests == 2
    future = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    _, requests = await answered_by(refuses(429, retry_after=future), GOOD)
    assert requests == 1


async def test_gives_up_at_once_when_the_pause_does_not_fit() -> None:
    failed, requests = await failed_by(refuses(429, retry_after="30"))
    assert failed == Failed("refused: some_code", 429)
    assert requests == 1


async def test_gives_up_after_three_tries() -> None:
    failed, requests = await failed_by(*[refuses(500)] * 3)
    assert failed == Failed("refused: some_code", 500)
    assert requests == 3


@pytest.mark.parametrize(
    "refusal",
    [
        refuses(400),
        refuses(401),
        refuses(404),
        refuses(429, "insufficient_quota"),
        refuses(500, x_should_retry="false"),
    ],
)
async def test_does_not_try_again_what_cannot_succeed(refusal: Handler) -> None:
    _, requests = await failed_by(refusal)
    assert requests == 1


async def test_no_text_of_the_provider_gets_into_a_reason() -> None:
    failed, _ = await failed_by(refuses(400, "Maria said: hello"))
    assert failed == Failed("refused: unknown", 400)


async def test_nobody_at_the_address() -> None:
    model = ResponsesModel(api_key="k", base_url="http://127.0.0.1:1/v1")
    assert await pieces_of(model) == [Failed("no connection")]
    await model.close()


@pytest.mark.parametrize("sent", [[], [CREATED]])
async def test_the_first_word_has_a_deadline(sent: Sequence[Event]) -> None:
    request = replace(REQUEST, first_token_seconds=0.1)
    pieces, requests = await answered_by(stalls_after(*sent), request=request)
    assert pieces == [Failed("no first word in time")]
    assert requests == 1


async def test_the_deadline_counts_all_tries_together() -> None:
    request = replace(REQUEST, first_token_seconds=0.15)
    refusal = refuses(500, retry_after_ms="100")
    pieces, requests = await answered_by(*[refusal] * 3, request=request)
    assert pieces == [Failed("refused: some_code", 500)]
    assert requests == 2


async def test_an_answer_that_falls_silent_fails() -> None:
    pieces, requests = await answered_by(stalls_after(CREATED, delta("Good")))
    assert pieces == [Said("Good"), Failed("fell silent")]
    assert requests == 1


async def test_a_stream_cut_in_the_middle_is_not_tried_again() -> None:
    pieces, requests = await answered_by(streams(CREATED, delta("Good")), GOOD)
    assert pieces == [Said("Good"), Failed("cut off")]
    assert requests == 1


async def test_a_connection_lost_in_the_middle_is_not_tried_again() -> None:
    pieces, requests = await answered_by(breaks_after(CREATED, delta("Good")), GOOD)
    assert pieces == [Said("Good"), Failed("connection lost")]
    assert requests == 1


async def test_a_tool_call_that_has_begun_is_not_tried_again() -> None:
    added = {"type": "response.output_item.added", "item": {"type": "function_call"}}
    failed, requests = await failed_by(streams(CREATED, added), GOOD)
    assert failed == Failed("cut off")
    assert requests == 1


@pytest.mark.parametrize("broken", [breaks_after(CREATED), streams(CREATED)])
async def test_a_stream_cut_before_its_first_word_is_tried_again(
    broken: Handler,
) -> None:
    pieces, requests = await answered_by(broken, GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


BARE_ERROR: Event = {"type": "error", "code": "server_error", "message": "about Maria"}
NESTED_ERROR: Event = {"type": "error", "error": BARE_ERROR}


@pytest.mark.parametrize("error", [BARE_ERROR, NESTED_ERROR])
async def test_an_error_in_the_stream_ends_it(error: Event) -> None:
    pieces, requests = await answered_by(streams(CREATED, delta("Good"), error), GOOD)
    assert pieces == [Said("Good"), Failed("failed: server_error")]
    assert requests == 1


@pytest.mark.parametrize("error", [BARE_ERROR, NESTED_ERROR])
async def test_an_error_before_the_first_word_is_tried_again(error: Event) -> None:
    pieces, requests = await answered_by(streams(CREATED, error), GOOD)
    assert pieces[0] == Said("Hi")
    assert requests == 2


async def test_a_failed_response_tells_its_code() -> None:
    failed, requests = await failed_by(
        streams(CREATED, final("failed", usage=None, error={"code": "invalid_prompt"}))
    )
    assert failed == Failed("failed: invalid_prompt")
    assert requests == 1


async def test_a_failed_response_that_was_charged_is_reported_not_repeated() -> None:
    failed, requests = await failed_by(
        streams(CREATED, final("failed", error={"code": "server_error"}))
    )
    assert failed.usage is not None
    assert requests == 1


async def test_an_answer_cut_by_its_length_is_finished_all_the_same() -> None:
    cut = final("incomplete", incomplete_details={"reason": "max_output_tokens"})
    pieces, _ = await answered_by(streams(CREATED, delta("Good"), cut))
    assert isinstance(pieces[1], Finished)
    assert pieces[1].cut_by == "max_output_tokens"
    assert pieces[1].usage is not None


async def test_an_answer_that_never_came_to_a_word_has_failed() -> None:
    cut = final("incomplete", incomplete_details={"reason": "max_output_tokens"})
    failed, requests = await failed_by(streams(CREATED, cut))
    assert failed.reason == "stopped before its first word: max_output_tokens"
    assert failed.usage is not None
    assert requests == 1


@pytest.mark.parametrize("usage", [None, {"input_tokens": "many"}])
async def test_an_answer_may_come_without_figures(usage: object) -> None:
    pieces, _ = await answered_by(streams(delta("Hi"), final(usage=usage)))
    assert pieces[-1] == Finished(None)


async def test_figures_may_lack_their_details() -> None:
    pieces, _ = await answered_by(
        streams(delta("Hi"), final(usage={"input_tokens": 5}, service_tier="default"))
    )
    assert isinstance(pieces[-1], Finished)
    usage = pieces[-1].usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_tokens) == (5, 0)
    assert usage.service_tier == "default"


async def test_counts_what_it_does_not_understand_and_goes_on() -> None:
    strange: list[Event] = [
        {"type": "response.news"},
        {"type": "response.news"},
        {"odd": 1},
        {"type": "response.output_text.delta"},
        {"type": "response.in_progress"},
    ]
    async with serving(streams(*strange, delta("Hi"), final())) as (model, _):
        pieces = await pieces_of(model)
        assert model.ignored == {
            "response.news": 2,
            "(no type)": 1,
            "response.output_text.delta (malformed)": 1,
        }
    assert pieces[0] == Said("Hi")


async def test_an_answer_that_is_no_event_stream_fails() -> None:
    async def handle(wire: Wire) -> None:
        await wire.begin()
        await wire.response.write(b"data: <html>\n\n")

    failed, requests = await failed_by(handle)
    assert failed == Failed("unreadable answer")
    assert requests == 1


async def test_a_connection_that_died_meanwhile_is_replaced() -> None:
    async def hangs_up(wire: Wire) -> None:
        wire.response.force_close()
        await GOOD(wire)

    async with serving(hangs_up, GOOD) as (model, wires):
        assert isinstance((await pieces_of(model))[-1], Finished)
        assert isinstance((await pieces_of(model))[-1], Finished)
    assert wires[0].peer != wires[1].peer
