"""The voice provider at the wire: its signed webhooks, and its verbs for a call."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from django.conf import settings
from django.test import AsyncClient, override_settings

from calls.driver.runtime import close_runtime

# One for all: each new one looks through all static files.
CLIENT = AsyncClient()
SERIAL = count(1)
PATH = "/openai/webhook/"
REALTIME, LIVE = "realtime.call.incoming", "live.transport.incoming"
CUT = -1  # instead of a status: the connection breaks


def secret_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def sign(body: bytes, *, at: float | None = None, **given: str) -> dict[str, str]:
    """The headers of a delivery. `id` and `secret` may be given."""
    name = given.get("id", f"wh_{next(SERIAL)}")
    moment = str(int(time.time() if at is None else at))
    key = secret_key(given.get("secret", settings.OPENAI_WEBHOOK_SECRETS[0]))
    text = f"{name}.{moment}.".encode() + body
    digest = hmac.new(key, text, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def event(
    *headers: tuple[str, str], type_: str = REALTIME, **given: Any
) -> tuple[str, bytes]:
    """The provider's id of the call and the event. `age` is in seconds."""
    call = given.pop("call", f"rtc_{next(SERIAL)}")
    at = time.time() - given.pop("age", 0)
    data: dict[str, Any] = {
        "sip_headers": [{"name": name, "value": value} for name, value in headers],
        "sip_media_security": "srtp",
        **given,
    }
    data |= {"call_id": call} if type_ == REALTIME else {"session_id": call}
    whole = {
        "object": "event",
        "id": f"evt_{next(SERIAL)}",
        "type": type_,
        "created_at": at,
        "data": data,
    }
    return call, json.dumps(whole).encode()


async def post(body: bytes, headers: dict[str, str] | None = None) -> Any:
    return await CLIENT.post(
        PATH,
        data=body,
        content_type="application/json",
        headers=sign(body) if headers is None else headers,
    )


async def settled() -> None:
    """Returns when every call that was announced or left has been dealt with."""
    names = "carry_out", "take_over"
    every = [(task, repr(task.get_coro())) for task in asyncio.all_tasks()]
    if working := [task for task, what in every if any(n in what for n in names)]:
        await asyncio.wait(working)


@dataclass
class Provider:
    """Answers each verb as its script says, and then with 200."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    script: defaultdict[str, list[int | web.Response | asyncio.Event]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def calls_for(self, verb: str) -> list[str]:
        return [call for asked, call in self.asked if asked == verb]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        verb, call = request.match_info["verb"], request.match_info["call"]
        self.asked.append((verb, call))
        self.bodies.append(await request.json() if request.can_read_body else {})
        self.heard.set()
        steps = self.script[verb]
        step = steps.pop(0) if steps else 200
        if isinstance(step, asyncio.Event):
            await step.wait()
            step = 200
        if step == CUT:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return step if isinstance(step, web.Response) else refusal(step)


def refusal(status: int, param: str = "") -> web.Response:
    if status == 200:
        return web.Response()
    error = {"message": "no", "type": "invalid", "code": "some_code", "param": param}
    return web.json_response({"error": error}, status=status)


@asynccontextmanager
async def voice_provider() -> AsyncIterator[Provider]:
    """The provider that this process asks; its runtime ends with the block."""
    provider = Provider()
    application = web.Application()
    application.router.add_post("/v1/realtime/calls/{call}/{verb}", provider.answer)
    async with TestServer(application) as server:
        provider.url = str(server.make_url("/v1"))
        with override_settings(OPENAI_BASE_URL=provider.url, SIDEBAND_HERE=False):
            try:
                yield provider
            finally:
                await close_runtime()
