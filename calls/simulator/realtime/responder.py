"""Who may speak: one response at a time, and the caller may always cut it off.

What is said comes from the rule book, with the items of the conversation for its
prompt. To say something exactly is what its own instructions ask of a response, or a
system message that is the last item: further up it has been obeyed already.
"""

import re
from typing import Any

import orjson

from calls.simulator.openai_api.errors import ApiError
from calls.simulator.openai_api.request import ModelRequest
from calls.simulator.openai_api.rules import Answer, Fault
from calls.simulator.realtime.conversation import Item, limits_of, readable
from calls.simulator.realtime.core import Config, Core
from calls.simulator.realtime.response import Response
from calls.simulator.realtime.session_body import tools_of
from calls.simulator.realtime.speaker import Silenced, Speaker

EXACTLY = re.compile(
    r"\bsay exactly the following[^:\n]*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL
)
ODD_SHARE = 0.02
RATE_LIMITS = [
    {"name": "requests", "limit": 5000, "remaining": 4990, "reset_seconds": 0.02},
    {"name": "tokens", "limit": 400_000, "remaining": 388_000, "reset_seconds": 1.8},
]


class Responder:
    def __init__(self, core: Core, speaker: Speaker) -> None:
        self.core = core
        self.speaker = speaker
        self.active: Response | None = None
        self._apart: set[Response] = set()
        self.spoke = False
        """Audio has been generated: the voice can no longer be changed."""

    def respond(self, params: Config | None = None) -> None:
        """Raises the error of a client that asks while a response is active."""
        params = params or {}
        apart = params.get("conversation") == "none"
        if self.active is not None and not apart:
            raise race(
                "conversation_already_has_active_response",
                "Conversation already has an active response in progress: "
                f"{self.active.id}. Wait until the response is finished before "
                "creating a new one.",
            )
        self.core.record.responses += 1
        self._truncate()
        response = Response(self.core, self.speaker, params, self._done)
        if apart:
            self._apart.add(response)
        else:
            self.active = response
        items = self._items(params)
        prompt = self.core.cache.read_and_write(self._head(params), items)
        response.start(self._think(params), prompt, silent=self._is_silent())
        self.core.emit("rate_limits.updated", rate_limits=RATE_LIMITS)
        self.spoke = self.spoke or response.output.by_voice

    def _is_silent(self) -> bool:
        first = self.core.knobs.silent_from_response
        return bool(first) and self.core.record.responses >= first

    def _done(self, response: Response) -> None:
        self._apart.discard(response)
        if self.active is response:
            self.active = None
        if self.core.knobs.unknown_additions or self.core.chance(ODD_SHARE):
            self.core.emit("session.mood.updated", mood="helpful", score=0.5)
        for act in self.core.after_response:
            act()

    # What to say.

    def _truncate(self) -> None:
        limits = limits_of(self.core.config["truncation"])
        if limits is not None:
            self.core.conversation.truncate(*limits)

    def _setting(self, params: Config, name: str) -> Any:
        return params.get(name, self.core.config[name])

    def _items(self, params: Config) -> list[Item]:
        """A response apart may have a context of its own."""
        if "input" not in params:
            return self.core.conversation.context()
        return [Item({"id": "", **body}) for body in params["input"]]

    def _head(self, params: Config) -> str:
        tools = orjson.dumps(self._setting(params, "tools")).decode()
        return str(self._setting(params, "instructions")) + tools

    def _think(self, params: Config) -> Answer:
        if self.core.chance(self.core.knobs.response_failures):
            return Answer(fault=Fault("server_error"))
        if exact := EXACTLY.search(self._newest_order(params)):
            return Answer(exact["words"].strip())
        offered = self._setting(params, "tool_choice") != "none"
        request = ModelRequest(
            self.core.config["model"],
            readable(self._items(params)),
            str(self._setting(params, "instructions")),
            tools_of(self._setting(params, "tools")) if offered else {},
            {},
        )
        return self.core.model.answer(request)

    def _newest_order(self, params: Config) -> str:
        if "instructions" in params:
            return str(params["instructions"])
        for last in self._items(params)[-1:]:
            if last.body.get("role") == "system":
                return last.text
        return ""

    # What stops it.

    def barge_in(self) -> None:
        """The caller speaks over the agent; in the order of real calls."""
        audible = self.speaker.audible
        if audible:
            self.core.record.interrupts += 1
        cut = self._clear()
        if self.active is not None:
            self.active.stop("turn_detected")
        self._tell_truncated(cut)

    def cancel(self, response_id: str | None) -> None:
        """What was generated already is still played: see `clear`."""
        for response in (self.active, *self._apart):
            if response is not None and response_id in {None, response.id}:
                response.stop("client_cancelled")
                return
        raise race(
            "response_cancel_not_active",
            "Cancellation failed: no active response found.",
        )

    def clear(self) -> None:
        self._tell_truncated(self._clear())

    def _clear(self) -> list[Silenced]:
        cut = self.speaker.cut()
        if cut:
            self.core.emit(
                "output_audio_buffer.cleared", response_id=cut[0].speech.response_id
            )
        return cut

    def _tell_truncated(self, cut: list[Silenced]) -> None:
        """The model forgets what was not heard."""
        for silenced in cut:
            item = silenced.speech.item
            item.words, item.audio_ms = silenced.words, silenced.heard_ms
            self.core.emit(
                "conversation.item.truncated",
                item_id=item.id,
                content_index=0,
                audio_end_ms=silenced.heard_ms,
            )


class Race(ApiError):
    """An error that happens to the best: two sides acted at the same time."""


def race(code: str, text: str) -> Race:
    return Race(400, text, code=code)
