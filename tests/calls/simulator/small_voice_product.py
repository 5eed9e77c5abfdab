"""The speech-to-speech side of the small product: it plays every sip scenario.

Not a model for ours, either: no leases, no limits, and its watchdogs are blunt.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from openai import AsyncOpenAI, NotFoundError, OpenAIError
from websockets.exceptions import WebSocketException

from tests.calls.simulator.fake_product import TOKEN, Params, relay_twiml
from tests.calls.simulator.realtime_product import SECRET, Event, Talk, dialled
from tests.calls.simulator.small_product import (
    ATTRIBUTES,
    CLOSING,
    CONTACTS,
    DIAL,
    HANG_UP,
    TOOLS,
    SmallProduct,
)

SIP_NUMBER = "+12025550102"
ACCOUNT = "AC" + "1" * 32
ADDRESS = "sip:proj_simulated@sip.api.openai.com;transport=tls;secure=true"
DEAD_AIR_S = 2.0
REFER_S = 1.0
TURNS = {"type": "server_vad", "idle_timeout_ms": 5000}
BODY: dict[str, Any] = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "instructions": "Be brief.",
    "audio": {
        "input": {
            "transcription": {"model": "gpt-live-transcribe"},
            "turn_detection": TURNS,
        }
    },
    "tools": [{k: v for k, v in tool.items() if k != "strict"} for tool in TOOLS],
}


class SmallVoiceProduct(SmallProduct):
    def __init__(self, client: Callable[[], AsyncOpenAI], *, silence_s: float) -> None:
        super().__init__(client, silence_s=silence_s)
        self.answers["/twilio/sip-ended/"] = self.sip_ended
        self.answers["/handoff/"] = DIAL.format(n=0, number=CONTACTS[0])
        self.left: set[str] = set()
        """The carrier's calls that we ended or took away ourselves."""
        self.seen: set[str] = set()
        self.origin = ""
        self.tasks: list[asyncio.Task[None]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/openai/webhook/", self.announced)
        app.router.add_get("/twilio/relay/", self._socket)
        app.router.add_route("*", "/{tail:.*}", self._webhook)
        return app

    def voice(self, params: Params) -> str:
        if params["To"] != SIP_NUMBER:
            return super().voice(params)
        return dialled('timeout="15"', f"{ADDRESS}?X-Call-Ref={params['CallSid']}")

    def sip_ended(self, params: Params) -> str:
        if params["CallSid"] in self.left or params["CallStatus"] == "completed":
            return HANG_UP
        return relay_twiml(ATTRIBUTES.format("en-US", "I am back."))

    async def announced(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        client = self.client()
        event = client.webhooks.unwrap(body, request.headers, secret=SECRET)
        known = request.headers["webhook-id"] in self.seen
        self.seen.add(request.headers["webhook-id"])
        if event.type == "realtime.call.incoming" and not known:
            headers = {h.name: h.value for h in event.data.sip_headers}
            talk = VoiceTalk(self, Talk(client, event.data.call_id), headers)
            self.tasks.append(asyncio.create_task(talk.run()))
        return web.Response()

    async def update(self, sid: str, **form: str) -> None:
        url = f"{self.origin}/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json"
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
        async with aiohttp.ClientSession() as session:
            await session.post(url, data=form, headers=headers)


class VoiceTalk:
    def __init__(
        self, product: SmallVoiceProduct, talk: Talk, headers: dict[str, str]
    ) -> None:
        self.product = product
        self.talk = talk
        self.call_sid = headers.get("X-Call-Ref", "")
        self.closing = ""
        self.keys = ""
        self.idle = 0
        self.active = False
        self.owes_sound = False

    async def run(self) -> None:
        calls = self.talk.client.realtime.calls
        with suppress(OpenAIError, WebSocketException):
            await calls.accept(self.talk.call_id, **BODY)
            await self.talk.attach()
            await self.say("Front desk, hello.")
            await self.converse()
        await self.talk.close()

    async def say(self, text: str) -> None:
        self.active = self.owes_sound = True
        await self.talk.say(text)

    async def converse(self) -> None:
        while True:
            try:
                wait = DEAD_AIR_S if self.owes_sound else None
                async with asyncio.timeout(wait):
                    event = await self.talk.event()
            except TimeoutError:
                await self.transfer()
                return
            if event is None:
                return
            await self.take(event)

    async def take(self, event: Event) -> None:
        match event["type"]:
            case "response.created":
                self.active = True
            case "response.done":
                self.active = False
                await self.run_tools(event["response"])
            case "input_audio_buffer.committed":
                self.owes_sound = True
            case "output_audio_buffer.started":
                self.owes_sound = False
            case "output_audio_buffer.stopped" if self.closing and not self.active:
                await self.leave()
            case "input_audio_buffer.timeout_triggered":
                self.idle += 1
                if self.idle > 2:
                    await self.hang_up()
            case "input_audio_buffer.dtmf_event_received":
                await self.key(event["event"])

    async def run_tools(self, response: Event) -> None:
        calls = [i for i in response["output"] if i["type"] == "function_call"]
        if response["status"] != "completed" or not calls:
            return
        for call in calls:
            await self.answer(call)
        closing = [call["name"] for call in calls if call["name"] in CLOSING]
        if not closing:
            self.owes_sound = True
            await self.talk.send("response.create")
            return
        self.closing = closing[0]
        if not any(item["type"] == "message" for item in response["output"]):
            await self.say("One moment.")

    async def answer(self, call: Event) -> None:
        result: dict[str, Any] = {"ok": True}
        if call["name"] == "check_opening_slots":
            result = {"label": "Monday at 9 am"}
        item = {
            "type": "function_call_output",
            "call_id": call["call_id"],
            "output": orjson.dumps(result).decode(),
        }
        await self.talk.send("conversation.item.create", item=item)

    async def key(self, digit: str) -> None:
        self.keys += digit
        if digit == "#":
            content = [{"type": "input_text", "text": f"(keyed: {self.keys})"}]
            item = {"type": "message", "role": "user", "content": content}
            await self.talk.send("conversation.item.create", item=item)
            await self.talk.send("response.create")

    # Leaving.

    async def leave(self) -> None:
        closing, self.closing = self.closing, ""
        if closing == "transfer_to_person":
            await self.transfer()
        else:
            await self.hang_up()

    async def hang_up(self) -> None:
        self.product.left.add(self.call_sid)
        with suppress(NotFoundError):
            await self.talk.client.realtime.calls.hangup(self.talk.call_id)

    async def transfer(self) -> None:
        if self.call_sid:
            self.product.left.add(self.call_sid)
            url = "https://phoneops.test/handoff/"
            await self.product.update(self.call_sid, Url=url)
            return
        await self.talk.client.realtime.calls.refer(
            self.talk.call_id, target_uri=f"tel:{CONTACTS[0]}"
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(REFER_S):
                await self.talk.until_closed()
                return
        await self.say("I could not reach anybody.")
