"""Plain HTTP requests to a portal, as the carrier or a stranger sends them."""

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from calls.simulator.signature import sign
from phoneops import simulated

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
