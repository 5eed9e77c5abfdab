"""A carrier's end of a relay socket, and a call made ready for it."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.utils import timezone
from twilio.request_validator import (  # type: ignore[import-untyped]  # has no stubs
    RequestValidator,
)

from calls.driver.runtime import close_runtime
from calls.models import Call, CallEvent
from calls.services.sessions import token_digest
from phoneops.asgi import application
from routing.models import Agent
from tests import makers_routing
from tests.calls.driver.model_server import ModelServer, Step, model_server

TOKEN = "one-time"
GREETING = "Thank you for calling. How can I help?"


def signature(url: str = "", token: str = "") -> str:
    signer = RequestValidator(token or settings.TWILIO_AUTH_TOKENS[0])
    return str(signer.compute_signature(url or settings.RELAY_URL, {}))


def make_ready_call(agent: Agent | None = None, **fields: Any) -> Call:
    """A call that the voice webhook has just answered with a relay `<Connect>`."""
    number = makers_routing.make_number(**({"agent": agent} if agent else {}))
    release = makers_routing.publish()
    return Call.objects.create(
        carrier_sid="CA" + secrets.token_hex(16),
        account_sid=settings.TWILIO_ACCOUNT_SID,
        dialled=number.e164,
        number_label=number.label,
        caller="+12025550120",
        caller_kind="number",
        path="relay",
        release_number=release.number,
        agent_key=str(number.agent_id),
        profile_key=str(number.profile_id),
        policy_key=str(number.policy_id),
        language="en-US",
        offered_at=timezone.now(),
        last_seen_at=timezone.now(),
        relay_token_digest=token_digest(TOKEN),
        relay_entries=1,
        **fields,
    )


class Carrier:
    """Speaks the carrier's frames; reads ours."""

    def __init__(self, call: Call, *, signed: str | None = None) -> None:
        self.call = call
        self.session = "VX" + secrets.token_hex(16)
        given = signature() if signed is None else signed
        self.socket = WebsocketCommunicator(
            application,
            "/twilio/relay/",
            headers=[(b"x-twilio-signature", given.encode())],
        )

    async def connect(self) -> bool:
        accepted, _ = await self.socket.connect(timeout=5)
        return bool(accepted)

    async def setup(self, **changed: object) -> None:
        frame = {
            "type": "setup",
            "sessionId": self.session,
            "accountSid": self.call.account_sid,
            "callSid": self.call.carrier_sid,
            "callStatus": "RINGING",
            "customParameters": {"token": TOKEN},
            "aFieldOfNextYear": {"a": 1},
        }
        await self.send(frame | changed)

    async def send(self, frame: object) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.socket.send_to(text_data=text)

    async def says(self, text: str) -> None:
        await self.send({"type": "prompt", "voicePrompt": text, "last": True})

    async def frame(self) -> dict[str, Any]:
        received = await self.socket.receive_output(10)
        assert received["type"] == "websocket.send", received
        return dict(json.loads(received["text"]))

    async def hears(self) -> str:
        """One talk cycle, to its last token."""
        words: str = ""
        while True:
            frame = await self.frame()
            assert frame["type"] == "text", frame
            words += str(frame["token"])
            if frame["last"]:
                await self.plays(words)
                return words

    async def ends(self) -> dict[str, Any]:
        """The `end` frame; whatever is still said before it is played at once."""
        while (frame := await self.frame())["type"] != "end":
            await self.plays(frame["token"])
        return dict(json.loads(frame["handoffData"]))

    async def plays(self, text: str) -> None:
        """Tells, as the `events` attribute asks, that the caller has heard it all."""
        for name, value in (
            ("agentSpeaking", "on"),
            ("tokensPlayed", text),
            ("agentSpeaking", "off"),
        ):
            await self.send({"type": "info", "name": name, "value": value})

    async def closed(self) -> int:
        received = await self.socket.receive_output(10)
        assert received["type"] == "websocket.close", received
        return int(received["code"])

    async def leaves(self, code: int = 1000) -> None:
        await self.socket.disconnect(code=code, timeout=5)


@asynccontextmanager
async def carrier(call: Call, model_url: str) -> AsyncIterator[Carrier]:
    """A connected carrier that has sent its setup; the runtime ends with the block."""
    settings.OPENAI_BASE_URL = model_url
    end = Carrier(call)
    try:
        assert await end.connect()
        await end.setup()
        await end.plays(GREETING)
        yield end
        await end.leaves()
    finally:
        await close_runtime()


async def ready_call(agent: Agent | None = None, **fields: Any) -> Call:
    call: Call = await sync_to_async(make_ready_call)(agent, **fields)
    return call


async def journal(call: Call) -> list[tuple[str, dict[str, Any]]]:
    rows = CallEvent.objects.filter(call=call).values_list("kind", "data")
    return [(kind, data) async for kind, data in rows]


@asynccontextmanager
async def on_the_line(
    call: Call, *script: list[Step]
) -> AsyncIterator[tuple[Carrier, ModelServer]]:
    """A carrier on a call whose model answers as the script says."""
    async with model_server(*script) as model, carrier(call, model.url) as end:
        yield end, model
