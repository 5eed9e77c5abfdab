"""The webhook that tells of an incoming SIP call.

Source: Standard Webhooks and OpenAI's webhook guide; what the SDK raises was tried
out. Any failure of verification is one kind of refusal, for otherwise a sender of
nonsense decides whether we answer 400 or 500.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

import openai
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

REALTIME, LIVE, LIVE_OLD = (
    "realtime.call.incoming",
    "live.transport.incoming",
    "live.call.incoming",
)
ENGINES: Mapping[str, str] = {REALTIME: "realtime", LIVE: "live", LIVE_OLD: "live"}
MOST_BYTES = 64 * 1024
TOLERANCE_SECONDS = 300


class WebhookRefused(Exception):
    """Not signed by the provider, or not readable. The text names no content."""


@dataclass(frozen=True, slots=True)
class SipHeaders:
    """An ordered list with repeats, never a map; all of it comes from the sender."""

    pairs: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """`engine` is "realtime" or "live": one SIP call may be announced by both."""

    engine: str
    provider_call: str
    created_at: datetime
    headers: SipHeaders
    media_security: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    type: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """`webhook_id` is the same for every retry of one delivery."""

    webhook_id: str
    event: IncomingCall | OtherEvent


def _storable(text: str) -> str:
    """A database holds no zero byte and no half character; a header may escape them."""
    return text.replace("\x00", "").encode(errors="replace").decode()


_Text = Annotated[str, AfterValidator(_storable)]
# It becomes part of addresses that we ask.
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{0,120}$")]


class _Header(BaseModel):
    name: _Text
    value: _Text


def _headers(given: object) -> list[object]:
    """What is no header is passed over: the caller is waiting."""
    found = given if isinstance(given, list) else []
    return [h for h in found if isinstance(h, dict) and _is_header(h)]


def _is_header(given: dict[object, object]) -> bool:
    return all(isinstance(given.get(part), str) for part in ("name", "value"))


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore")
    call_id: _Id = ""
    session_id: _Id = ""
    sip_headers: Annotated[list[_Header], BeforeValidator(_headers)] = Field(
        default_factory=list
    )
    sip_media_security: str | None = None


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")
    type: str
    created_at: float
    data: dict[str, object] = Field(default_factory=dict)


def read_webhook(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
) -> Delivery:
    """Raises WebhookRefused. `secrets` holds two while they are rotated."""
    if len(body) > MOST_BYTES:
        raise WebhookRefused("larger than any event")
    if not any(_signed(body, headers, secret) for secret in secrets):
        raise WebhookRefused("not signed with a secret of ours")
    try:
        # Bytes would be taken for UTF-16 or UTF-32, too, and nobody else reads those.
        event = _Event.model_validate(json.loads(body.decode()))
        incoming = _read(event)
    except (ValueError, ValidationError, RecursionError, OverflowError) as error:
        raise WebhookRefused("signed, but not readable") from error
    webhook_id = next(v for k, v in headers.items() if k.lower() == "webhook-id")
    return Delivery(webhook_id[:200], incoming)


def _signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        _verifier().webhooks.verify_signature(
            body, headers, secret=secret, tolerance=TOLERANCE_SECONDS
        )
    except Exception:  # noqa: BLE001  seven kinds of nonsense raise seven kinds
        return False
    return True


@lru_cache(maxsize=1)
def _verifier() -> openai.OpenAI:
    """Asks nobody anything. Made once: making one takes longer than a call may wait."""
    return openai.OpenAI(api_key="unused")


def _read(event: _Event) -> IncomingCall | OtherEvent:
    engine = ENGINES.get(event.type)
    if engine is None:
        return OtherEvent(event.type[:60])
    data = _Data.model_validate(event.data)
    provider_call = data.call_id or data.session_id
    if not provider_call:
        raise ValueError("an incoming call without an id")
    return IncomingCall(
        engine=engine,
        provider_call=provider_call,
        created_at=datetime.fromtimestamp(event.created_at, UTC),
        headers=SipHeaders(tuple((h.name, h.value) for h in data.sip_headers)),
        media_security=data.sip_media_security or "",
    )
