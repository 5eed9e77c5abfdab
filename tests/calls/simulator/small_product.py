"""A phone agent of one page: it plays every scenario with the real OpenAI client.

Not a model for ours: it has no limits, no persistence and no silence ladder worth the
name. It is here to show that the scenarios can be played and the rules be parsed.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from openai import APIError, AsyncOpenAI

from tests.calls.simulator.fake_product import FakeProduct, Params, Relay, relay_twiml

ATTRIBUTES = (
    'reportInputDuringAgentSpeech="any" dtmfDetection="true" language="{}" '
    'welcomeGreeting="{}" events="speaker-events"'
)
CONTACTS = ("+12025550151", "+12025550152", "+12025550153")
DIAL = """<Response><Dial action="/twilio/dial-ended/{n}"><Number url="/twilio/whisper/"
>{number}</Number></Dial></Response>"""
WHISPER = """<Response><Gather numDigits="1" action="/twilio/whisper-answer/">
<Say>A caller wants help. Press 1.</Say></Gather><Hangup/></Response>"""
VOICEMAIL = """<Response><Say>Please leave a message.</Say><Record action="/bye/"/>
</Response>"""
HANG_UP = "<Response><Hangup/></Response>"


def tool(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "name": name,
        "description": name,
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {
                key: {"type": "string"} | more for key, more in properties.items()
            },
            "required": list(properties),
            "additionalProperties": False,
        },
    }


TOOLS = [
    tool("collect_field", {"name": {"enum": ["caller_name", "phone"]}, "value": {}}),
    tool("transfer_to_person", {"reason": {}, "summary": {}}),
    tool("take_message", {"message": {}}),
    tool("end_call", {"outcome": {"enum": ["resolved", "unresolved"]}}),
    tool("check_opening_slots", {"day": {}}),
]
CLOSING = {"transfer_to_person", "end_call"}


class SmallProduct(FakeProduct):
    def __init__(self, client: Callable[[], AsyncOpenAI], *, silence_s: float) -> None:
        super().__init__(relay=self.converse)
        self.client = client
        self.silence_s = silence_s
        self.answers = {
            "/twilio/voice/": self.voice,
            "/twilio/relay-ended/": self.relay_ended,
            "/twilio/whisper/": WHISPER,
            "/twilio/whisper-answer/": lambda p: (
                "<Response/>" if p.get("Digits") == "1" else HANG_UP
            ),
        }
        for n in range(len(CONTACTS)):
            self.answers[f"/twilio/dial-ended/{n}"] = self.hunt(n)

    def voice(self, params: Params) -> str:
        if params["From"] == "+12025550199":
            return '<Response><Reject reason="busy"/></Response>'
        language = "en-US" if params["To"].endswith("100") else "multi"
        return relay_twiml(ATTRIBUTES.format(language, "Front desk, hello."))

    def relay_ended(self, params: Params) -> str:
        if params["SessionStatus"] == "failed":
            return relay_twiml(ATTRIBUTES.format("en-US", "I am back."))
        if params.get("HandoffData") == "person":
            return DIAL.format(n=0, number=CONTACTS[0])
        return HANG_UP

    def hunt(self, n: int) -> Callable[[Params], str]:
        def ended(params: Params) -> str:
            if params["DialBridged"] == "true":
                return HANG_UP
            if n + 1 < len(CONTACTS):
                return DIAL.format(n=n + 1, number=CONTACTS[n + 1])
            return VOICEMAIL

        return ended

    async def converse(self, relay: Relay) -> None:
        await relay.next("setup")
        agent = Agent(relay, self.client())
        keys = ""
        while frame := await self._next(relay):
            if frame["type"] == "interrupt":
                await agent.stop()
            elif frame["type"] == "dtmf":
                keys += frame["digit"]
                if keys.endswith("#"):
                    await agent.hear(keys)
            elif frame["type"] == "prompt":
                await agent.hear(frame["voicePrompt"])
            elif frame.get("value") == "off" and agent.closing:
                await relay.send("end", handoffData=agent.closing)
        await agent.stop()

    async def _next(self, relay: Relay) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.silence_s):
                return await relay.next()
        except TimeoutError:
            await relay.send("end")
            return {}


class Agent:
    def __init__(self, relay: Relay, client: AsyncOpenAI) -> None:
        self.relay = relay
        self.client = client
        self.items: list[dict[str, Any]] = []
        self.closing = ""
        self._task: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
            await self.relay.send("text", token="", last=True)

    async def hear(self, text: str) -> None:
        await self.stop()
        self.items.append({"role": "user", "content": text})
        self._task = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        try:
            while await self._round():
                continue
        except APIError:
            self.closing = "person"
            await self.relay.say("One moment, I will get somebody.")

    async def _round(self) -> bool:
        """One request; True when tools were run and the model must go on."""
        text, calls = "", []
        stream: Any = await self.client.responses.create(
            model="gpt-6-luna",
            input=self.items,  # type: ignore[arg-type]  # plain dicts on purpose
            instructions="Be brief.",
            tools=TOOLS,  # type: ignore[arg-type]
            stream=True,
            store=False,
        )
        async with stream:
            async for event in stream:
                if event.type == "response.output_text.delta":
                    text += event.delta
                    await self.relay.send("text", token=event.delta, last=False)
                elif event.type == "response.output_item.done":
                    calls += [event.item] if event.item.type == "function_call" else []
        if text:
            self.items.append({"role": "assistant", "content": text})
        closing = [call for call in calls if call.name in CLOSING]
        if closing:
            person = closing[0].name == "transfer_to_person"
            self.closing = "person" if person else "bye"
            text += "One moment." if person else ""
            await self.relay.send("text", token="One moment." if person else " ")
        await self.relay.send("text", token="", last=True)
        for call in calls:
            self._run(call)
        return bool(calls) and not closing

    def _run(self, call: Any) -> None:
        arguments = orjson.loads(call.arguments)
        result: dict[str, Any] = {"ok": True}
        if call.name == "check_opening_slots":
            failing = arguments["day"].startswith("fault")
            result = {"error": "down"} if failing else {"label": "Monday at 9 am"}
        self.items.append(
            {
                "type": "function_call",
                "call_id": call.call_id,
                "name": call.name,
                "arguments": call.arguments,
            }
        )
        self.items.append(
            {
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": orjson.dumps(result).decode(),
            }
        )
