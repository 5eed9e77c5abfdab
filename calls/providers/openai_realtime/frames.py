"""The sideband: the provider's events in our words.

Source: OpenAI Realtime server events. Unknown types pass and are counted.
Acted on are completed items only: the event that carries a function's arguments is
also sent for responses that were interrupted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calls.core import events as ev
from calls.core.voice import events as vev
from calls.providers.openai_realtime.client_events import MARKER

MOST_BYTES = 1024 * 1024
KEPT_CHARACTERS = 2000
MOST_UNKNOWN_TYPES = 100
AUDIO_TOKEN_MS = 50  # of what the model says (fact sheet 4.1)
# Told in the course of any call, and nothing to us.
PASSED_OVER = frozenset(
    {
        "conversation.created",
        "conversation.item.done",
        "conversation.item.created",
        "conversation.item.deleted",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.cleared",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_audio_transcript.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "rate_limits.updated",
    }
)


@dataclass(frozen=True, slots=True)
class SessionReady:
    """The provider's first event; it carries the whole resolved configuration.

    `prompt` has a fingerprint of each part that the cache of a call hangs on.
    """

    prompt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """Somebody changed the configuration in the middle of the call."""

    prompt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Used:
    """What the provider charges for; `provider_id` is unique to it.

    `by_response`: the voice model's, and not a transcript's.
    """

    provider_id: str
    item: str
    figures: Mapping[str, object]
    by_response: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """`times`: so often in this call by now. `raw` is how it begins."""

    type: str
    times: int
    raw: str


Heard = vev.VoiceEvent | SessionReady | SessionChanged | Used | Unknown


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Item(_Tolerant):
    id: str = ""
    type: str = ""
    role: str = ""
    status: str | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    content: object = None

    def typed(self) -> list[object]:
        """What a client wrote in it, and nobody spoke."""
        parts = self.content if isinstance(self.content, list) else []
        found = (part for part in parts if isinstance(part, dict))
        return [p.get("text") for p in found if p.get("type") == "input_text"]

    def tool(self) -> vev.ToolWish | None:
        """The call of a tool that may be run."""
        if self.type != "function_call" or self.status not in ("completed", None):
            return None
        return vev.ToolWish(self.call_id, self.name, self.arguments)


class _Details(_Tolerant):
    reason: str | None = None
    error: dict[str, object] | None = None


class _Response(_Tolerant):
    id: str = ""
    status: str | None = None
    status_details: _Details | None = None
    output: list[_Item] = Field(default_factory=list)
    usage: dict[str, object] | None = None


class _Error(_Tolerant):
    code: str | None = None
    type: str | None = None


class _Session(_Tolerant):
    instructions: object = None
    tools: object = None

    def prompt(self) -> dict[str, str]:
        parts = {"instructions": self.instructions, "tools": self.tools}
        return {
            part: blake2b(orjson.dumps(value), digest_size=8).hexdigest()
            for part, value in parts.items()
        }


class _Event(_Tolerant):
    type: str
    session: _Session = Field(default_factory=_Session)
    item: _Item = Field(default_factory=_Item)
    item_id: str = ""
    previous_item_id: str | None = None
    transcript: str = ""
    audio_end_ms: int = 0
    event: str = ""
    response: _Response = Field(default_factory=_Response)
    usage: dict[str, object] | None = None
    error: _Error = Field(default_factory=_Error)


@dataclass(slots=True)
class Reader:
    """`models` name what usage is charged to: the voice and the transcript's."""

    voice_model: str
    transcription_model: str
    unknown: dict[str, int] = field(default_factory=dict)

    def read(self, text: str | bytes) -> list[Heard]:
        """Never raises, whatever the text is."""
        if len(text) > MOST_BYTES:
            return [self._large(text)]
        try:
            found = orjson.loads(text)
            if isinstance(found, dict) and str(found.get("type")) in PASSED_OVER:
                return []  # nine of ten
            event = _Event.model_validate(found)
        except (orjson.JSONDecodeError, ValidationError):
            return [self._strange("malformed", text)]
        heard = self._read(event)
        return [self._strange(event.type, text)] if heard is None else heard

    def _large(self, text: str | bytes) -> Heard:
        begin = text[:KEPT_CHARACTERS]
        told = begin.encode(errors="replace") if isinstance(begin, str) else begin
        # What somebody said comes with all of its audio when it is asked for.
        asked_for = b'"conversation.item.retrieved"' in told
        return vev.Recalled() if asked_for else self._strange("too large", text)

    def _strange(self, kind: str, text: str | bytes) -> Unknown:
        kind = kind[:60]
        if kind not in self.unknown and len(self.unknown) >= MOST_UNKNOWN_TYPES:
            kind = "other"
        self.unknown[kind] = self.unknown.get(kind, 0) + 1
        begin = text[:KEPT_CHARACTERS]
        raw = begin if isinstance(begin, str) else begin.decode(errors="replace")
        return Unknown(kind, self.unknown[kind], raw)

    def _read(self, event: _Event) -> list[Heard] | None:
        """None for a type that nobody has told us of."""
        match event.type:
            case "session.created":
                return [SessionReady(event.session.prompt())]
            case "session.updated":
                return [SessionChanged(event.session.prompt())]
            case "input_audio_buffer.speech_started":
                return [ev.CallerSpeaking(on=True)]
            case "input_audio_buffer.speech_stopped":
                return [ev.CallerSpeaking(on=False)]
            case "input_audio_buffer.timeout_triggered":
                return [vev.CallerIdle(event.item_id)]
            case "input_audio_buffer.dtmf_event_received":
                return [ev.DigitPressed(event.event[:1])] if event.event else []
            case "output_audio_buffer.started":
                return [ev.AgentSpeaking(on=True)]
            case "output_audio_buffer.stopped" | "output_audio_buffer.cleared":
                return [ev.AgentSpeaking(on=False)]
            case "response.created":
                return [vev.ResponseBegan(event.response.id)]
            case "response.done":
                return self._response_done(event.response)
            case "error":
                code = event.error.code or event.error.type or "unknown"
                return [vev.Refused(code, fatal=code == "session_expired")]
        return self._read_item(event)

    def _read_item(self, event: _Event) -> list[Heard] | None:
        match event.type:
            case "conversation.item.added":
                return self._placed(event)
            case "conversation.item.retrieved":
                item = event.item
                output = item.type == "function_call_output"
                return [
                    vev.Recalled(
                        tool=item.tool(),
                        answered=item.call_id if output else "",
                        spoke=item.role == "assistant",
                    )
                ]
            case "input_audio_buffer.committed":
                after = event.previous_item_id or ""
                return [vev.ItemPlaced(event.item_id, after, by_caller=True)]
            case "conversation.item.truncated":
                return [vev.AgentCut(event.item_id, event.audio_end_ms)]
            case "response.output_audio_transcript.done":
                return [vev.AgentSaid(event.item_id, event.transcript)]
            case "conversation.item.input_audio_transcription.completed":
                return self._transcribed(event)
            case "conversation.item.input_audio_transcription.failed":
                return [vev.CallerSaid(event.item_id, None)]
        return None

    def _placed(self, event: _Event) -> list[Heard]:
        item, after = event.item, event.previous_item_id or ""
        if item.type == "message" and item.role in ("user", "assistant"):
            by_caller, speech = item.role == "user", not item.typed()
            return [vev.ItemPlaced(item.id, after, by_caller, speech)]
        if item.role == "system" and item.typed() == [MARKER]:
            return [vev.LastFound(item.id, after)]
        placed: Heard = vev.ItemPlaced(item.id, after, by_caller=False, speech=False)
        if item.type == "function_call_output":
            return [placed, vev.OutputPlaced(item.call_id)]
        return [placed]

    def _transcribed(self, event: _Event) -> list[Heard]:
        said: list[Heard] = [vev.CallerSaid(event.item_id, event.transcript.strip())]
        if event.usage:
            name = f"transcript-{event.item_id}"
            model, figures = self.transcription_model, event.usage
            said.append(Used(name, model, figures, by_response=False))
        return said

    def _response_done(self, response: _Response) -> list[Heard]:
        ended: list[Heard] = []
        if response.usage:
            ended.append(Used(response.id, self.voice_model, response.usage))
        how = _how(response)
        completed = how is vev.Ended.COMPLETED
        asked = [item.tool() for item in response.output] if completed else []
        tools = tuple(tool for tool in asked if tool is not None)
        messages = [item.id for item in response.output if item.type == "message"]
        found = vev.ResponseEnded(
            response.id,
            how,
            tools,
            spoke=bool(messages),
            detail=_detail(response),
            item=messages[0] if messages else "",
            audio_ms=_audio_ms(response.usage),
        )
        return [*ended, found]


def _how(response: _Response) -> vev.Ended:
    match response.status:
        case "completed":
            return vev.Ended.COMPLETED
        case "cancelled":
            reason = response.status_details and response.status_details.reason
            by_caller = reason == "turn_detected"
            return vev.Ended.CUT_BY_CALLER if by_caller else vev.Ended.CANCELLED
        case "incomplete":
            return vev.Ended.CANCELLED
    return vev.Ended.FAILED


def _audio_ms(usage: Mapping[str, object] | None) -> int:
    details = (usage or {}).get("output_token_details")
    tokens = details.get("audio_tokens") if isinstance(details, Mapping) else None
    return tokens * AUDIO_TOKEN_MS if isinstance(tokens, int) else 0


def _detail(response: _Response) -> str:
    details = response.status_details
    if details is None:
        return response.status or ""
    error = details.error or {}
    return str(error.get("code") or error.get("type") or details.reason or "")[:80]
