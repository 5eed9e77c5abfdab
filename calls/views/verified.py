"""Is this request from the carrier, and can we read it?"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from calls.providers.twilio.signature import Signed, verify

logger = logging.getLogger(__name__)

# The longest callback of the carrier has a few kilobytes.
MOST_BYTES = 64 * 1024
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Refused(Exception):
    """`why` is for the log and the answer: a fixed sentence, nothing of the request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why

    def response(self) -> HttpResponse:
        headers = {"Allow": "POST"} if self.status == 405 else {}
        return HttpResponse(
            self.why, status=self.status, content_type="text/plain", headers=headers
        )


@dataclass(frozen=True, slots=True)
class Verified:
    fields: Mapping[str, str]
    idempotency_token: str


def verify_request(request: HttpRequest) -> Verified:
    """Raises `Refused`."""
    if request.method != "POST":
        raise Refused(405, "only POST")
    refuse_large(request)
    signed, fields = read(request)
    if not verify(signed, settings.TWILIO_AUTH_TOKENS):
        # The usual cause is a PUBLIC_BASE_URL that is not what the carrier calls, so
        # the line says what was expected; it never says the token.
        logger.warning(
            "signature missing or wrong",
            extra={"expected_url": signed.url, "signed": bool(signed.signature)},
        )
        raise Refused(403, "signature missing or wrong")
    token = request.headers.get("I-Twilio-Idempotency-Token", "")
    return Verified({storable(k): storable(v) for k, v in fields.items()}, token)


def storable(text: str) -> str:
    """The database holds no zero byte and no half character; a caller may send them."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def refuse_large(request: HttpRequest) -> None:
    """By what the request says of its length, and then by what it has."""
    given = request.META.get("CONTENT_LENGTH") or "0"
    if not (given.isascii() and given.isdigit()):
        raise Refused(400, "malformed length")
    try:
        length = max(int(given), len(request.body) if int(given) <= MOST_BYTES else 0)
    except UnreadablePostError:
        raise Refused(400, "broken off") from None
    except RequestDataTooBig:
        length = MOST_BYTES + 1
    if length > MOST_BYTES:
        raise Refused(413, "too large")


def read(request: HttpRequest) -> tuple[Signed, dict[str, str]]:
    """What was signed, and the fields, of which those in the query are part."""
    match request.content_type:
        case "application/x-www-form-urlencoded":
            return read_form(request)
        case "application/json":
            return read_json(request)
        case _:
            raise Refused(415, "only forms")


def read_form(request: HttpRequest) -> tuple[Signed, dict[str, str]]:
    try:
        form = request.POST
    except (BadRequest, SuspiciousOperation):
        # Another character set than UTF-8, or more fields than anybody sends.
        raise Refused(400, "malformed form") from None
    signed = Signed(
        url=public_url(request),
        form=form,
        signature=signature(request),
        settings=algorithm(request),
    )
    return signed, {**request.GET.dict(), **form.dict()}


def read_json(request: HttpRequest) -> tuple[Signed, dict[str, str]]:
    """The signature covers the URL, which carries the hash of the body."""
    try:
        body = request.body.decode()
        found = json.loads(body)
    except ValueError:
        raise Refused(400, "malformed JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "malformed JSON")
    signed = Signed(
        url=public_url(request),
        body=body,
        signature=signature(request),
        settings=algorithm(request),
    )
    fields = {name: value for name, value in found.items() if isinstance(value, str)}
    return signed, {**request.GET.dict(), **fields}


def public_url(request: HttpRequest) -> str:
    """As the carrier was given it: never from `Host`, the query as it came."""
    query = request.META.get("QUERY_STRING", "")
    asked = f"?{query}" if query else ""
    return f"{settings.PUBLIC_BASE_URL}{request.path}{asked}"


def signature(request: HttpRequest) -> str:
    return request.headers.get("X-Twilio-Signature", "")


def algorithm(request: HttpRequest) -> str:
    return request.headers.get("X-Twilio-Webhooks-Signature-Settings", "")
