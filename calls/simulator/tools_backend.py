"""A small business system for the product's HTTP tools to call: `/tools/…`.

What goes wrong is asked for with `?fault=` in the URL, or with an argument whose value
is `fault:NAME`, so that a scenario can have it without another tool being configured.
"""

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

TIMEOUT_S = 60.0
HUGE = 10 * 1024 * 1024
HOURS = (9, 11, 14, 16)

Fault = Callable[[], Awaitable[web.Response]]


async def _timeout() -> web.Response:
    await asyncio.sleep(TIMEOUT_S)
    return web.json_response({"late": True})


async def _error() -> web.Response:
    return web.json_response({"error": "the calendar is down"}, status=500)


async def _huge() -> web.Response:
    return web.Response(
        body=b'{"slots":"' + b"x" * HUGE + b'"}', content_type="application/json"
    )


async def _garbage() -> web.Response:
    return web.Response(text="<html>It works!</html>", content_type="text/html")


async def _refused() -> web.Response:
    return web.json_response({"error": "not allowed"}, status=403)


FAULTS: Mapping[str, Fault] = {
    "timeout": _timeout,
    "500": _error,
    "huge": _huge,
    "garbage": _garbage,
    "403": _refused,
}


class ToolsBackend:
    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/tools/opening-slots", self.opening_slots),
            web.route("*", "/tools/book-slot", self.book_slot),
            web.route("*", "/tools/customer", self.customer),
            web.route("*", "/tools/crm", self.crm),
        ]

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        """The arguments from body or query; a fault answers at once."""
        arguments: dict[str, Any] = dict(request.query)
        raw = await request.read()
        if raw:
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                raise web.HTTPBadRequest(text="not JSON") from None
            if isinstance(body, dict):
                arguments |= body
        self.received.append({"path": request.path, "arguments": arguments})
        del self.received[:-200]
        return arguments

    async def _fault(self, arguments: Mapping[str, Any]) -> web.Response | None:
        names = [str(arguments.get("fault", ""))]
        names += [
            value.removeprefix("fault:")
            for value in arguments.values()
            if isinstance(value, str) and value.startswith("fault:")
        ]
        for name in names:
            if name in FAULTS:
                return await FAULTS[name]()
        return None

    async def opening_slots(self, request: web.Request) -> web.Response:
        arguments = await self._arguments(request)
        return await self._fault(arguments) or web.json_response({"slots": slots()})

    async def book_slot(self, request: web.Request) -> web.Response:
        arguments = await self._arguments(request)
        return await self._fault(arguments) or web.json_response(
            {"booked": True, "reference": "B-4711"}
        )

    async def customer(self, request: web.Request) -> web.Response:
        arguments = await self._arguments(request)
        return await self._fault(arguments) or web.json_response(
            {"found": True, "name": "Dana Whitfield", "since": "2019"}
        )

    async def crm(self, request: web.Request) -> web.Response:
        arguments = await self._arguments(request)
        return await self._fault(arguments) or web.json_response(
            {"id": f"CRM-{len(self.received)}"}, status=201
        )


def slots() -> list[dict[str, str]]:
    """The next two weekdays, four openings each."""
    day = datetime.datetime.now(datetime.UTC).date()
    found: list[dict[str, str]] = []
    while len(found) < 2 * len(HOURS):
        day += datetime.timedelta(days=1)
        if day.weekday() < 5:
            found += [_slot(day, hour) for hour in HOURS]
    return found


def _slot(day: datetime.date, hour: int) -> dict[str, str]:
    spoken = f"{day:%A} at {hour % 12 or 12} {'am' if hour < 12 else 'pm'}"
    return {"start": f"{day.isoformat()}T{hour:02}:00", "label": spoken}
