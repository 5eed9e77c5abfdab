"""One response: from `response.created` to `response.done`.

It is generated faster than it is spoken, and can be stopped at any moment: by the
caller's voice, by a client, or by a fault of the rule that answers.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from calls.simulator.carrier.party import CHARACTERS_A_SECOND
from calls.simulator.openai_api.events import tokens
from calls.simulator.openai_api.rules import Answer, Call, Fault
from calls.simulator.realtime.conversation import AUDIO_OUT_MS, new_id
from calls.simulator.realtime.core import Config, Core
from calls.simulator.realtime.output import Output
from calls.simulator.realtime.speaker import Speaker
from calls.simulator.realtime.usage import Prompt, usage

FASTER_THAN_SPEECH = 4.0
ARGUMENT_CHUNK = 12


class Broken(Exception):
    """Generation ends here: `status` failed or incomplete, with the reason."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Response:
    def __init__(
        self,
        core: Core,
        speaker: Speaker,
        params: Config,
        done: Callable[["Response"], None],
    ) -> None:
        self.core = core
        self.speaker = speaker
        self.params = params
        self.done = done
        self.id = new_id("resp")
        self.status = "in_progress"
        self.apart = params.get("conversation") == "none"
        self.modalities = self._setting("output_modalities")
        by_voice = self.modalities == ["audio"]
        self.output = Output(core, speaker, self.id, by_voice=by_voice)
        self.output.apart = self.apart
        self.prompt = Prompt(0, 0, 0, 0)
        self._task: asyncio.Task[None] | None = None

    def _setting(self, name: str) -> Any:
        return self.params.get(name, self.core.config[name])

    # Its beginning and its end.

    def start(self, answer: Answer, prompt: Prompt, *, silent: bool) -> None:
        """`silent`: nothing is generated until somebody cancels it."""
        self.prompt = prompt
        self.core.emit("response.created", response=self.as_json())
        self._task = self.core.spawn(self._run(answer, silent=silent))

    async def _run(self, answer: Answer, *, silent: bool) -> None:
        try:
            if silent:
                await asyncio.Event().wait()
            await self._make(answer)
        except Broken as broken:
            self._finish(broken.status, broken.reason)
        else:
            self._finish("completed")

    def stop(self, reason: str) -> None:
        """Cancelled by the caller's voice (`turn_detected`) or by a client."""
        if self.status != "in_progress" or self._task is None:
            return
        self._task.cancel()
        self._finish("cancelled", reason)

    def _finish(self, status: str, reason: str = "") -> None:
        self.output.close("incomplete")
        self.status = status
        counted = self._count()
        gap = self.core.knobs.usage_gaps and self.core.record.responses % 2 == 0
        body = self.as_json() | {
            "status_details": _details(status, reason),
            "usage": None if gap else counted,
        }
        self.core.emit("response.done", response=body)
        self.done(self)

    def _count(self) -> dict[str, Any]:
        spoken = self.speaker.spoken_ms(self.output.spoken)
        counted = usage(self.prompt, text=self.output.text_tokens, audio_ms=spoken)
        self.core.model.costs.spoke(self.core.config["model"], counted)
        record = self.core.record
        record.input_tokens += counted["input_tokens"]
        record.cached_tokens += counted["input_token_details"]["cached_tokens"]
        record.output_tokens += counted["output_tokens"]
        return counted

    def as_json(self) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": None,
            "output": [item.body for item in self.output.items],
            "conversation_id": None if self.apart else self.core.conversation.id,
            "output_modalities": self.modalities,
            "max_output_tokens": self._setting("max_output_tokens"),
            "audio": {"output": self.core.config["audio"]["output"]},
            "usage": None,
            "metadata": self.params.get("metadata"),
        }

    # Making it.

    async def _make(self, answer: Answer) -> None:
        model = self.core.model
        first = model.first_ms if answer.first_ms is None else answer.first_ms
        await asyncio.sleep(first / 1000)
        if answer.fault is not None:
            await self._fail_early(answer.fault)
        broken = _breaks(answer.fault)
        words = tokens(answer.say)
        if answer.fault is not None and broken is not None:
            words = words[: answer.fault.tokens]
        if words:
            await self._say(words, answer.delay_ms)
        if broken is not None:
            raise broken
        if words:
            self.output.close("completed")
        for call in answer.calls:
            await self._call(call)

    async def _fail_early(self, fault: Fault) -> None:
        match fault.kind:
            case "hang" | "stall":
                await asyncio.sleep(fault.seconds)
            case "rate_limit":
                raise Broken("failed", "rate_limit_exceeded")
            case "server_error":
                raise Broken("failed", "server_error")

    async def _say(self, words: list[str], delay_ms: float | None) -> None:
        self.output.open_message()
        for token in words:
            await asyncio.sleep(self._pause(token, delay_ms))
            self._check_length(token)
            self.output.extend_message(token)

    def _pause(self, token: str, delay_ms: float | None = None) -> float:
        if delay_ms is not None:
            return delay_ms / 1000
        seconds = len(token) / CHARACTERS_A_SECOND / FASTER_THAN_SPEECH
        return self.core.caller.clock.real(seconds)

    def _check_length(self, token: str) -> None:
        most = self._setting("max_output_tokens")
        characters = self.output.spoken + len(token)
        spoken = self.speaker.spoken_ms(characters) / AUDIO_OUT_MS
        if most != "inf" and spoken + characters / 4 > most:
            raise Broken("incomplete", "max_output_tokens")

    async def _call(self, call: Call) -> None:
        self.output.open_call(call)
        for start in range(0, len(call.arguments), ARGUMENT_CHUNK):
            chunk = call.arguments[start : start + ARGUMENT_CHUNK]
            await asyncio.sleep(self._pause(chunk))
            self.output.extend_call(chunk)
        self.core.record.tool_calls += 1
        self.output.close("completed")


def _breaks(fault: Fault | None) -> Broken | None:
    """How it ends after the fault's tokens, where the fault ends it."""
    match fault.kind if fault else "":
        case "incomplete":
            return Broken("incomplete", "max_output_tokens")
        case "failed" | "cut" | "error_event" | "nested_error_event":
            return Broken("failed", "server_error")
    return None


def _details(status: str, reason: str) -> dict[str, Any] | None:
    if status == "completed":
        return None
    if status == "failed":
        error = {
            "type": "server_error" if reason == "server_error" else "tokens",
            "code": reason,
            "message": "The server had an error while processing your request.",
        }
        return {"type": "failed", "error": error}
    return {"type": status, "reason": reason}
