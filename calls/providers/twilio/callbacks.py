"""What Twilio sends us, as far as we use it.

Twilio adds fields without notice, so everything else is ignored, and whatever may be
missing has a default. `once` is the natural key of a callback: the same for every
delivery of the same event, whatever the headers say. It is empty when the callback
lacks a part of it, and then only Twilio's idempotency token tells repeats apart.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_pascal

from calls.core.carrier_status import is_end
from calls.errors import BadCallback

LONGEST_TEXT = 4000
SIP_HEADER = "SipHeader_"
MOST_HEADERS, LONGEST_HEADER = 20, 255


def _cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


Sid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]
MaybeSid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{0,64}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[\w -]{0,20}$")]
Text = Annotated[str, BeforeValidator(_cut)]
Whole = Annotated[int | None, BeforeValidator(_whole)]


class Callback(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True
    )

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            # The error's own text quotes the values.
            names = [str(part) for e in error.errors() for part in e["loc"]]
            raise BadCallback(names) from None

    @property
    def once(self) -> str:
        return ""

    @property
    def sid(self) -> str:
        """The call or leg it is about."""
        return ""


class AboutCall(Callback):
    call_sid: Sid
    call_status: Word = ""

    @property
    def sid(self) -> str:
        return self.call_sid

    @property
    def caller_gone(self) -> bool:
        """Nobody hears our answer any more."""
        return is_end(self.call_status)


class VoiceCall(AboutCall):
    account_sid: Sid
    caller: Text = Field("", alias="From")
    to: Text = ""
    called: Text = ""
    caller_name: Text = ""
    forwarded_from: Text = ""
    stir_verstat: Text = ""
    sip_headers: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_headers(cls, fields: Any) -> Any:
        """A call from a SIP domain brings each of its own headers as a parameter."""
        found = [
            (name.removeprefix(SIP_HEADER), str(value)[:LONGEST_HEADER])
            for name, value in fields.items()
            if name.startswith(SIP_HEADER)
        ]
        return {**fields, "SipHeaders": found[:MOST_HEADERS]}

    @property
    def dialled(self) -> str:
        return self.to or self.called

    @property
    def once(self) -> str:
        return self.call_sid


class RelayEnded(AboutCall):
    session_id: MaybeSid = ""
    session_status: Word
    session_duration: Whole = None
    handoff_data: Text = ""
    error_code: Word = ""
    error_message: Text = ""

    @property
    def once(self) -> str:
        return self.session_id and f"{self.call_sid}:{self.session_id}"


class AboutAttempt(AboutCall):
    """`attempt` stands in the query of a URL that we gave out."""

    attempt: Text = Field("", alias="attempt")


class DialEnded(AboutAttempt):
    dial_call_status: Word
    dial_call_sid: MaybeSid = ""
    dial_call_duration: Whole = None
    dial_bridged: Word = ""

    @property
    def once(self) -> str:
        part = self.attempt or self.dial_call_sid
        return part and f"{self.call_sid}:{part}"

    @property
    def bridged(self) -> bool:
        """Missing means yes: the field is younger than the status."""
        return self.dial_bridged.lower() != "false"


class SipEnded(AboutCall):
    """The end of the one leg that a call has to the voice model."""

    dial_call_status: Word
    dial_call_sid: MaybeSid = ""
    dial_call_duration: Whole = None
    dial_sip_response_code: Whole = None

    @property
    def once(self) -> str:
        return f"{self.call_sid}:{self.dial_call_sid}"

    @property
    def answered(self) -> bool:
        return self.dial_call_status in ("completed", "answered")


class HandOver(AboutCall):
    """`handoff` stands in the query of a URL that we gave out."""

    handoff: Text = Field("", alias="handoff")

    @property
    def once(self) -> str:
        return self.handoff and f"{self.call_sid}:{self.handoff}"


class Resume(AboutCall):
    """`session` stands in the query of a URL that we gave out."""

    session: Text = Field("", alias="session")

    @property
    def once(self) -> str:
        return self.session and f"{self.call_sid}:{self.session}"


class Whisper(AboutAttempt):
    @property
    def once(self) -> str:
        return f"{self.call_sid}:{self.attempt}"


class WhisperAnswer(Whisper):
    digits: Text = ""


class CallProgress(AboutAttempt):
    """`leg` stands in the query for the leg to the voice model."""

    leg: Text = Field("", alias="leg")
    call_status: Word
    parent_call_sid: MaybeSid = ""
    call_duration: Whole = None
    sequence_number: Whole = None

    @property
    def once(self) -> str:
        number = "" if self.sequence_number is None else self.sequence_number
        return f"{self.call_sid}:{self.call_status}:{number}"


class CallbackAnswer(AboutCall):
    digits: Text = ""

    @property
    def once(self) -> str:
        return self.call_sid


class VoicemailEnded(AboutCall):
    recording_sid: MaybeSid = ""
    recording_url: Text = ""
    recording_duration: Whole = None
    digits: Text = ""

    @property
    def once(self) -> str:
        return self.recording_sid and f"{self.call_sid}:{self.recording_sid}"

    @property
    def caller_gone(self) -> bool:
        return self.digits == "hangup" or is_end(self.call_status)


class RecordingProgress(AboutCall):
    recording_sid: Sid
    recording_url: Text = ""
    recording_status: Word = ""
    recording_duration: Whole = None

    @property
    def once(self) -> str:
        return f"{self.recording_sid}:{self.recording_status}"


class MessageProgress(Callback):
    message_sid: Sid
    message_status: Word
    error_code: Word = ""

    @property
    def once(self) -> str:
        return f"{self.message_sid}:{self.message_status}:{self.error_code}"
