"""Whether a request comes from our Twilio account.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. The signature covers the
public URL as Twilio was given it, so the URL is built from our configuration and the
raw path and query, never from what the request says of its host. Values are checked
as they came: a value that was stripped on the way no longer fits its signature.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from twilio.request_validator import (  # type: ignore[import-untyped]  # has no stubs
    RequestValidator,
    get_signature_algorithm,
)


class Form(Protocol):
    """A form whose fields may repeat, as web frameworks hand it over."""

    def __iter__(self) -> Iterator[str]: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Signed:
    """`body` is the raw text of a JSON request, whose URL carries its hash.

    `settings` is the header that names another algorithm for a shared key.
    """

    url: str
    signature: str
    form: Form | None = None
    body: str | None = None
    settings: str = ""


def verify(request: Signed, tokens: Sequence[str]) -> bool:
    """`tokens` are all that may sign now: two of them while they are rotated."""
    if not request.signature:
        return False
    return any(_signed_with(token, request) for token in tokens)


def _signed_with(token: str, request: Signed) -> bool:
    params = request.form if request.body is None else request.body
    algorithm = get_signature_algorithm(request.settings)
    try:
        return bool(
            RequestValidator(token).validate(
                request.url, params, request.signature, algorithm
            )
        )
    except (TypeError, ValueError):
        # A body without its hash in the URL, or a URL that is none: the validator
        # assumes what only Twilio promises.
        return False


def verify_handshake(signature: str, *, relay_url: str, tokens: Sequence[str]) -> bool:
    """`relay_url` is literally what stands in the TwiML.

    The validator's tolerance for ports would add ":80" to a wss URL, so the string is
    compared as it is.
    """
    given = signature.encode(errors="replace")
    return any(
        hmac.compare_digest(sign(relay_url, token).encode(), given) for token in tokens
    )


def sign(url: str, token: str) -> str:
    """What Twilio sends for a URL with no parameters."""
    return str(RequestValidator(token).compute_signature(url, {}))
