"""A business system on the wire, and a tool that asks it."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from calls.providers.http_tools import ToolOutcome, ToolSessions, run_http_tool
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
