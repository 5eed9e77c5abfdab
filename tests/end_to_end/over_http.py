"""Plain HTTP requests to a portal, as the carrier or a stranger sends them."""

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from calls.simulator.config import DEMO_NUMBERS
from calls.simulator.signature import sign
from phoneops import simulated

VOICE, STATUS = "/twilio/voice/", "/twilio/status/"
RELAY_ENDED = "/twilio/relay-ended/"
FORM = "application/x-www-form-urlencoded"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str
    headers: Mapping[str, str]


def request(
    port: int,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        server.request(method, path, body or None, dict(headers or {}))
        response = server.getresponse()
        return Answer(
            response.status,
            response.getheader("Content-Type", ""),
            response.read().decode(errors="replace"),
            dict(response.getheaders()),
        )
    finally:
        server.close()


def signed(path: str, form: Mapping[str, str], **changed: str) -> dict[str, str]:
    """The headers of a callback, with those of `changed` instead of the right ones."""
    url = simulated.PUBLIC_BASE_URL + path
    right = {
        "Content-Type": FORM,
        "X-Twilio-Signature": sign(url, form, simulated.AUTH_TOKEN),
        "I-Twilio-Idempotency-Token": secrets.token_hex(8),
    }
    return right | {name.replace("_", "-"): value for name, value in changed.items()}


def call_back(port: int, path: str, form: Mapping[str, str], **changed: str) -> Answer:
    """One callback of the carrier."""
    body = urlencode(form).encode()
    return request(port, "POST", path, body=body, headers=signed(path, form, **changed))


def form(sid: str = "", **fields: str) -> dict[str, str]:
    """The fields of a callback about a call to the main line."""
    return {
        "CallSid": sid or "CA" + secrets.token_hex(16),
        "AccountSid": simulated.ACCOUNT_SID,
        "From": "+12025550120",
        "To": DEMO_NUMBERS["main"],
        "CallStatus": "ringing",
        **fields,
    }


def leave(port: int, sid: str) -> None:
    """What the carrier tells when the caller of a call has hung up."""
    session = {"SessionId": f"VX{sid}", "SessionStatus": "completed"}
    over = form(sid, CallStatus="completed", SequenceNumber="0")
    call_back(port, RELAY_ENDED, {**over, **session})
    call_back(port, STATUS, over)
