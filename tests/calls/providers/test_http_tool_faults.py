"""A business system that is slow, fails, or answers with nonsense."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from calls.providers.http_tools import run_http_tool
from tests.calls.providers.tool_server import (
    TOOL,
    Handler,
    answers,
    outcome_of,
    serving,
)


async def test_a_tool_has_only_its_own_time() -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(stall) as server:
        outcome = await server.run(replace(TOOL, timeout=0.05), day="monday")
    assert outcome.output == "The tool did not answer in time."
    assert (outcome.ok, outcome.status, outcome.problem) == (False, None, "timeout")
    assert outcome.ms >= 50


async def test_the_time_covers_the_body_too() -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "text/plain"
        await response.prepare(request)
        await response.write(b"wait")
        await asyncio.Event().wait()
        return response

    async with serving(trickle) as server:
        outcome = await server.run(replace(TOOL, timeout=0.05), day="monday")
    assert outcome.problem == "timeout"


@pytest.mark.parametrize("status", [500, 503, 401, 403, 418])
async def test_a_failure_is_a_plain_sentence(status: int) -> None:
    outcome = await outcome_of(answers("Traceback of Maria", status))
    assert outcome.output == f"The tool failed (status {status})."
    assert (outcome.ok, outcome.problem) == (False, "status")


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_a_refusal_is_passed_on_shortened(status: int) -> None:
    outcome = await outcome_of(answers("That day is full. " + "x" * 900, status))
    start = f"The tool refused the request (status {status}). It said: That day is full"
    assert outcome.output.startswith(start)
    assert len(outcome.output) < 400
    assert not outcome.ok


@pytest.mark.parametrize(("text", "kind"), [("<p>No", "text/html"), ("", "text/plain")])
async def test_a_refusal_without_words_for_the_model(text: str, kind: str) -> None:
    outcome = await outcome_of(answers(text, 404, kind))
    assert outcome.output == "The tool refused the request (status 404)."


async def test_does_not_follow_a_redirect() -> None:
    outcome = await outcome_of(answers("", 302, Location="http://127.0.0.1:1/"))
    assert (outcome.ok, outcome.status, outcome.problem) == (False, 302, "redirect")


async def test_an_empty_answer_is_a_success() -> None:
    outcome = await outcome_of(answers("", 204))
    assert outcome.ok
    assert outcome.output == "The tool did it and gave no details."


async def test_reads_no_more_of_a_huge_answer_than_it_uses() -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        response.content_type = "text/plain"
        response.content_length = 10 * 1024 * 1024
        await response.prepare(request)
        for _ in range(160):
            await response.write(b"0123456789abcdef" * 4096)
            sent += 65536
        return response

    async with serving(flood) as server:
        outcome = await server.run(TOOL, day="monday")
        assert outcome.ok
        assert outcome.output.endswith("(The answer was longer and is cut here.)")
        assert len(outcome.output) < 16 * 1024 + 60
    assert sent < 8 * 1024 * 1024


async def test_cuts_between_letters() -> None:
    outcome = await outcome_of(answers("€" * 6000))
    assert outcome.output.startswith("€" * 5461 + " …")


@pytest.mark.parametrize(
    "handler",
    [
        answers(b"\x89PNG", kind="image/png"),
        answers(b"\x00\x01", kind="application/octet-stream"),
        answers(b"packed", Content_Encoding="gzip"),
    ],
)
async def test_refuses_what_is_no_text(handler: Handler) -> None:
    outcome = await outcome_of(handler)
    assert outcome.output == "The tool's answer could not be read."
    assert (outcome.ok, outcome.problem) == (False, "unreadable")


@pytest.mark.parametrize(
    ("handler", "output"),
    [
        (
            answers(b"ol\xe9", kind="text/plain; charset=latin-1"),
            "olé",
        ),
        (answers("hi", kind="text/plain; charset=klingon"), "hi"),
        (answers(b"a\xffb\x00"), "a�b"),
        (answers('{"a": "é"}', kind="application/problem+json"), '{"a":"é"}'),
        (answers("[" * 10_000, kind="application/json"), "[" * 10_000),
    ],
)
async def test_reads_text_as_well_as_it_can(handler: Handler, output: str) -> None:
    outcome = await outcome_of(handler)
    assert (outcome.ok, outcome.output) == (True, output)


async def test_nobody_at_the_address() -> None:
    async with serving() as server:
        tool = replace(TOOL, url="http://127.0.0.1:1/")
        outcome = await server.run(tool, day="monday")
    assert outcome.output == "The tool could not be reached."
    assert (outcome.ok, outcome.problem) == (False, "unreachable")


async def test_a_connection_that_breaks() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert (await outcome_of(hang_up)).problem == "unreachable"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "TRACE"},
        {"url": "ftp://example.com/"},
        {"url": "http://{day}/"},
        {"url": "http://"},
        {"url": "http://127.0.0.1:port/"},
        {"schema": {"type": "strin"}},
        {"schema": {"$ref": "http://127.0.0.1:1/schema.json"}},
    ],
)
async def test_a_tool_that_is_set_up_wrongly(change: dict[str, object]) -> None:
    async with serving() as server:
        tool = replace(TOOL, **change)  # type: ignore[arg-type]  # one field of many
        outcome = await server.run(tool, day="monday")
    assert outcome.output == "The tool is set up wrongly and cannot be used."
    assert not outcome.ok
    assert server.seen == []


async def test_a_secret_that_is_no_header_is_not_sent() -> None:
    async with serving() as server:
        outcome = await run_http_tool(
            replace(TOOL, url=server.origin),
            {"day": "monday"},
            secret="two\r\nlines",
            session=server.sessions,
        )
    assert not outcome.ok
    assert server.seen == []


async def test_cancelling_a_tool_ends_its_request() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def stall(request: web.Request) -> web.StreamResponse:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        raise AssertionError

    async with serving(stall) as server:
        running = asyncio.create_task(server.run(TOOL, day="monday"))
        await asked.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.wait_for(left.wait(), 2)
