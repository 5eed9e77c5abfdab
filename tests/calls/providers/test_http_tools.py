"""The agents' own tools against a local server."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from calls.providers.http_tools import ToolOutcome, ToolSessions, run_http_tool
from calls.providers.http_tools.connections import is_public
from routing.core.ruleset import HttpTool

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = 's3cret-to"ken'
TOOL = HttpTool(
    key="7",
    name="free_times",
    description="Free times",
    method="GET",
    url="",
    schema={
        "type": "object",
        "properties": {"day": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["day"],
    },
    secret_name="TOOL_TOKEN",
    timeout=5,
    waiting_line="",
    allow_private=True,
)
LOOSE = replace(TOOL, schema={"type": "object"})


@dataclass
class Seen:
    """A request as the server saw it."""

    request: web.Request
    body: bytes


@dataclass
class Server:
    origin: str
    sessions: ToolSessions
    seen: list[Seen] = field(default_factory=list)

    async def run(
        self, tool: HttpTool, *, path: str = "/times", **arguments: object
    ) -> ToolOutcome:
        placed = replace(tool, url=tool.url or self.origin + path)
        return await run_http_tool(
            placed, arguments, secret=SECRET, session=self.sessions
        )


class PretendedNames(AbstractResolver):
    """Every name is at these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


async def fine(request: web.Request) -> web.StreamResponse:
    return web.json_response({"times": ["nine", "ten"]})


@asynccontextmanager
async def serving(
    handler: Handler = fine, *, names: AbstractResolver | None = None
) -> AsyncIterator[Server]:
    async def respond(request: web.Request) -> web.StreamResponse:
        server.seen.append(Seen(request, await request.read()))
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", respond)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server = Server(f"http://{host}:{port}", ToolSessions(resolver=names))
    try:
        yield server
    finally:
        await server.sessions.close()
        await runner.cleanup()


async def outcome_of(handler: Handler) -> ToolOutcome:
    async with serving(handler) as server:
        return await server.run(TOOL, day="monday")


def answers(
    text: str | bytes, status: int = 200, kind: str = "text/plain", **headers: str
) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = text if isinstance(text, bytes) else text.encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(
            body=body, status=status, headers={"Content-Type": kind, **named}
        )

    return handle


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


PRIVATE = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0.0.0.0",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "[fd00:ec2::254]",
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_addresses_are_refused_however_they_are_written(
    host: str,
) -> None:
    async with serving() as server:
        port = server.origin.rpartition(":")[2]
        tool = replace(TOOL, url=f"http://{host}:{port}/", allow_private=False)
        outcome = await server.run(tool, day="monday")
    assert outcome.output == "The tool is set up wrongly and cannot be used."
    assert outcome.problem in ("address_refused", "set_up_wrongly")
    assert server.seen == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1", "::1"]])
async def test_a_public_name_at_a_private_address_is_refused(
    addresses: list[str],
) -> None:
    async with serving(names=PretendedNames(*addresses)) as server:
        port = server.origin.rpartition(":")[2]
        url = f"http://crm.example.com:{port}/"
        refused = await server.run(
            replace(TOOL, url=url, allow_private=False), day="monday"
        )
        assert refused.problem == "address_refused"
        assert server.seen == []


async def test_a_connection_of_a_private_tool_is_not_lent_to_a_public_one() -> None:
    async with serving(names=PretendedNames("127.0.0.1")) as server:
        port = server.origin.rpartition(":")[2]
        private = replace(TOOL, url=f"http://crm.example.com:{port}/")
        public = replace(private, allow_private=False)
        assert (await server.run(private, day="monday")).ok
        assert not (await server.run(public, day="monday")).ok
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("64:ff9b::7f00:1", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("100.64.0.1", False),
        ("240.0.0.1", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
    ],
)
def test_knows_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


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
