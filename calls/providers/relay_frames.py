"""The ConversationRelay frames: tolerant of what comes in, strict in what goes out.

Source: Twilio, "ConversationRelay WebSocket messages" and the errors 64101 to 64114.
Fields have been added several times without notice, so unknown types and keys pass;
a frame of ours that the carrier cannot read counts against us (64107).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calls.core import events as ev
from calls.core.actions import ChangeLanguage, HandOff, HangUp, Say

MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SetupFrame:
    """The first frame of a socket. `token` is the one-time token of our TwiML."""

    session: str
    account: str
    call: str
    token: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A frame that says nothing we act on."""

    type: str


@dataclass(frozen=True, slots=True)
class Malformed:
    why: str


Frame = SetupFrame | ev.Event | Ignored | Malformed


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Setup(_Tolerant):
    session: str = Field(alias="sessionId")
    account: str = Field(alias="accountSid")
    call: str = Field(alias="callSid")
    parameters: dict[str, str] = Field(default_factory=dict, alias="customParameters")


class _Prompt(_Tolerant):
    text: str = Field(alias="voicePrompt")
    language: str | None = Field(default="", alias="lang")
    last: bool = True


class _Interrupt(_Tolerant):
    heard: str = Field(default="", alias="utteranceUntilInterrupt")
    heard_ms: int | None = Field(default=None, alias="durationUntilInterruptMs")


class _Digit(_Tolerant):
    digit: str = Field(pattern=r"^[0-9*#A-Da-dwW]$")


class _Error(_Tolerant):
    description: str = ""


class _Info(_Tolerant):
    name: str
    value: object = None


def read(text: str | bytes) -> Frame:
    """Never raises, whatever the text is."""
    if len(text) > MOST_BYTES:
        return Malformed("frame too large")
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Malformed("not JSON")
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        return Malformed("not an object with a type")
    try:
        return _read(frame["type"], frame)
    except ValidationError as error:
        fields = ", ".join(str(e["loc"][0]) for e in error.errors() if e["loc"])
        return Malformed(f"{frame['type'][:20]} without a valid {fields}")


def _read(kind: str, frame: Mapping[str, object]) -> Frame:
    match kind:
        case "setup":
            setup = _Setup.model_validate(frame)
            token = setup.parameters.get("token", "")
            return SetupFrame(setup.session, setup.account, setup.call, token)
        case "prompt":
            prompt = _Prompt.model_validate(frame)
            if not prompt.last:
                return ev.CallerSpeaking(on=True)
            return ev.CallerSpoke(prompt.text, prompt.language or "")
        case "interrupt":
            cut = _Interrupt.model_validate(frame)
            return ev.CallerInterrupted(cut.heard, cut.heard_ms)
        case "dtmf":
            return ev.DigitPressed(_Digit.model_validate(frame).digit)
        case "error":
            return ev.FrameRefused(_Error.model_validate(frame).description[:300])
        case "info":
            return _read_info(_Info.model_validate(frame))
    return Ignored(kind)


def _read_info(info: _Info) -> Frame:
    match info.name:
        case "agentSpeaking":
            return ev.AgentSpeaking(on=info.value == "on")
        case "clientSpeaking":
            return ev.CallerSpeaking(on=info.value == "on")
        case "tokensPlayed":
            return ev.SpeechPlayed(str(info.value))
    return Ignored(f"info {info.name}")


def write(action: Say | ChangeLanguage | HandOff | HangUp) -> str:
    """The frame for an action."""
    match action:
        case Say():
            frame: dict[str, object] = {
                "type": "text",
                "token": action.text,
                "last": action.last,
            }
        case ChangeLanguage():
            frame = {
                "type": "language",
                "ttsLanguage": action.code,
                "transcriptionLanguage": action.code,
            }
        case HandOff():
            data = {
                "reason": action.reason.value,
                "summary": action.summary[:1000],
                "asked_by": action.asked_by,
            }
            frame = {"type": "end", "handoffData": orjson.dumps(data).decode()}
        case HangUp():
            data = {"ending": action.ending.value, "outcome": action.outcome}
            frame = {"type": "end", "handoffData": orjson.dumps(data).decode()}
    return orjson.dumps(frame).decode()
