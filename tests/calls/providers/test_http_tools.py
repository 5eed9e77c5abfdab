"""The agents' own tools: what they ask, and what the model is told."""

import json
import logging
from dataclasses import replace

import pytest
from aiohttp import web

from calls.providers.http_tools import run_http_tool
from tests.calls.providers.tool_server import (
    LOOSE,
    SECRET,
    TOOL,
    answers,
    fine,
    outcome_of,
    serving,
)


async def test_gives_the_model_what_the_tool_said_without_its_blanks() -> None:
    outcome = await outcome_of(fine)
    assert outcome.output == '{"times":["nine","ten"]}'
    assert (outcome.ok, outcome.status, outcome.problem) == (True, 200, "")
    assert outcome.ms >= 0


async def test_a_get_carries_its_arguments_in_the_query() -> None:
    async with serving() as server:
        await server.run(
            LOOSE,
            path="/times?open=1",
            day="next monday & more",
            tags=["a", "b"],
            new=True,
            where={"x": 1},
            nothing=None,
        )
    request = server.seen[0].request
    assert list(request.query.items()) == [
        ("open", "1"),
        ("day", "next monday & more"),
        ("tags", "a"),
        ("tags", "b"),
        ("new", "true"),
        ("where", '{"x": 1}'),
    ]
    assert request.method == "GET"
    assert server.seen[0].body == b""


@pytest.mark.parametrize("method", ["POST", "put", "PATCH", "DELETE"])
async def test_other_methods_carry_them_as_json(method: str) -> None:
    async with serving() as server:
        await server.run(replace(TOOL, method=method), day="mañana", count=2)
    request = server.seen[0].request
    assert request.method == method.upper()
    assert request.content_type == "application/json"
    assert json.loads(server.seen[0].body) == {"day": "mañana", "count": 2}


async def test_arguments_named_in_the_address_stand_there_and_nowhere_else() -> None:
    async with serving() as server:
        await server.run(
            replace(LOOSE, method="POST"),
            path="/people/{who}/times?day={day}",
            who="a/b c?d#e%2F",
            day="1&x=2",
            count=2,
        )
    request = server.seen[0].request
    assert request.raw_path == "/people/a%2Fb%20c%3Fd%23e%252F/times?day=1%26x%3D2"
    assert request.query["day"] == "1&x=2"
    assert json.loads(server.seen[0].body) == {"count": 2}


@pytest.mark.parametrize("value", ["..", ".", "", "a/../b", "a\\..\\b", None, [1], {}])
async def test_an_argument_cannot_lead_to_another_address(value: object) -> None:
    async with serving() as server:
        outcome = await server.run(LOOSE, path="/people/{who}/times", who=value)
    assert outcome.output == "The value of 'who' cannot be used."
    assert server.seen == []


async def test_numbers_may_stand_in_an_address() -> None:
    async with serving() as server:
        await server.run(LOOSE, path="/people/{who}", who=12)
    assert server.seen[0].request.path == "/people/12"


async def test_tells_the_model_which_arguments_are_wrong() -> None:
    async with serving() as server:
        outcome = await server.run(TOOL, count="many")
    assert outcome.output == (
        "free_times was not run: 'count': 'many' is not of type 'integer'; 'day' is a "
        "required property. Call it again with this corrected."
    )
    assert (outcome.ok, outcome.problem) == (False, "arguments")
    assert server.seen == []


async def test_sends_the_secret_as_a_bearer_token() -> None:
    async with serving() as server:
        await server.run(TOOL, day="monday")
        await run_http_tool(
            replace(TOOL, url=server.origin),
            {"day": "monday"},
            secret=None,
            session=server.sessions,
        )
    assert server.seen[0].request.headers["Authorization"] == f"Bearer {SECRET}"
    assert "Authorization" not in server.seen[1].request.headers


@pytest.mark.parametrize("status", [200, 409])
@pytest.mark.parametrize("padding", [0, 16 * 1024 - 8 - len(SECRET)])
async def test_a_tool_that_echoes_the_secret_does_not_tell_it_the_model(
    status: int, padding: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        token = request.headers["Authorization"]
        text = json.dumps({"a": "x" * padding, "token": token, "raw": "y" * 400})
        return web.Response(text=text + token, status=status)

    caplog.set_level(logging.DEBUG)
    outcome = await outcome_of(echo)
    assert "s3cret" not in outcome.output
    assert "s3cret" not in caplog.text


async def test_logs_nothing_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(answers("for Maria", 500)) as server:
        await server.run(LOOSE, path="/people/{who}", who="maria")
    record = next(r for r in caplog.records if r.name.startswith("calls"))
    assert record.getMessage() == "A tool failed"
    told = {k: v for k, v in vars(record).items() if k in ("tool", "problem", "status")}
    assert told == {"tool": "7", "problem": "status", "status": 500}
    assert "maria" not in str(vars(record)).lower()
