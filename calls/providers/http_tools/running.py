"""Running an agent's own tool: one HTTP request to an address an engineer entered.

The answer comes from outside and goes into a conversation, and the arguments come
from a caller by way of a model, so neither is trusted. Nothing here raises; a failure
is a plain sentence that the model can act on.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from calls.providers.http_tools.connections import AddressRefused, ToolSessions
from calls.providers.http_tools.replies import (
    NOT_ALLOWED,
    SET_UP_WRONGLY,
    TOO_SLOW,
    UNREACHABLE,
    Refused,
    Reply,
    reply_of,
)
from calls.providers.http_tools.requests import request_for
from routing.core.ruleset import HttpTool

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """`output` is for the model, `problem` is one word for us; "" if there was none."""

    output: str
    ok: bool
    status: int | None
    ms: int
    problem: str = ""


async def run_http_tool(
    tool: HttpTool,
    arguments: Mapping[str, object],
    *,
    secret: str | None,
    session: ToolSessions,
) -> ToolOutcome:
    """Run a tool once. `secret` is the value that `tool.secret_name` stands for."""
    pool = session.for_tool(tool)
    started = time.monotonic()
    try:
        async with asyncio.timeout(tool.timeout):
            reply = await ask(pool, tool, arguments, (secret or "").strip())
    except TimeoutError:
        reply = TOO_SLOW
    except Refused as refused:
        reply = refused.reply
    except Exception as error:  # noqa: BLE001 - a tool's fault must not end the call
        reply = reply_to(error)
    ms = round((time.monotonic() - started) * 1000)
    if reply.problem:
        told = {"problem": reply.problem, "status": reply.status, "ms": ms}
        logger.warning("A tool failed", extra={"tool": tool.key, **told})
    return ToolOutcome(reply.output, reply.ok, reply.status, ms, reply.problem)


async def ask(
    pool: aiohttp.ClientSession,
    tool: HttpTool,
    arguments: Mapping[str, object],
    secret: str,
) -> Reply:
    request = request_for(tool, arguments, secret)
    async with pool.request(
        request.method,
        request.address,
        headers=request.headers,
        data=request.body,
        allow_redirects=False,
    ) as response:
        return await reply_of(response, secret)


def reply_to(error: Exception) -> Reply:
    """By type only: the texts of these hold addresses with arguments in them."""
    match error:
        case aiohttp.ClientConnectorError(os_error=AddressRefused()):
            return NOT_ALLOWED
        case aiohttp.ClientConnectorError():
            return UNREACHABLE
        case aiohttp.ClientError() if not isinstance(error, aiohttp.InvalidURL):
            return UNREACHABLE
    return SET_UP_WRONGLY
