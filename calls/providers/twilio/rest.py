"""Asking Twilio about a call, and changing one that is going on.

The real client, with two things of our own: short times (a task waits for it), and a
base address, so that the same client talks to api.twilio.com, to a region's address
or to the simulator.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from requests.exceptions import RequestException
from twilio.base.exceptions import (  # type: ignore[import-untyped]  # no stubs
    TwilioException,
    TwilioRestException,
)
from twilio.http.http_client import (  # type: ignore[import-untyped]  # no stubs
    TwilioHttpClient,
)
from twilio.http.response import Response  # type: ignore[import-untyped]  # no stubs
from twilio.rest import Client  # type: ignore[import-untyped]  # no stubs

from calls.errors import NotFoundThere, ProviderError

TIMEOUT_SECONDS = 5.0
NOT_FOUND, TOO_MANY, SERVER_ERRORS = 404, 429, 500

# The client logs every request with its parameters, and those hold phone numbers.
wire_log = logging.getLogger(f"{__name__}.wire")
wire_log.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Account:
    sid: str
    token: str
    base_url: str


@dataclass(frozen=True, slots=True)
class CarrierCall:
    """What Twilio says of a call now."""

    status: str
    seconds: int | None


class Redirected(TwilioHttpClient):  # type: ignore[misc]  # the base has no types
    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, logger=wire_log)
        self.base = urlsplit(base_url.rstrip("/"))

    def request(self, method: str, url: str, **rest: Any) -> Response:
        """Give the path to our address; the client's own holds for nothing else."""
        asked = urlsplit(url)
        path = self.base.path + asked.path
        there = asked._replace(
            scheme=self.base.scheme, netloc=self.base.netloc, path=path
        )
        return super().request(method, there.geturl(), **rest)


class Carrier:
    def __init__(self, account: Account) -> None:
        self._client = Client(
            account.sid, account.token, http_client=Redirected(account.base_url)
        )

    def fetch(self, call_sid: str) -> CarrierCall:
        with our_errors():
            found = self._client.calls(call_sid).fetch()
        return CarrierCall(str(found.status), seconds(found.duration))

    def redirect(self, call_sid: str, twiml: str) -> None:
        """Take a live call out of what it is doing. Error 21220: it is not live."""
        with our_errors():
            self._client.calls(call_sid).update(twiml=twiml)

    def send_to(self, call_sid: str, url: str) -> None:
        """Take a live call out of what it is doing and let our answer there go on."""
        with our_errors():
            self._client.calls(call_sid).update(url=url, method="POST")

    def hang_up(self, call_sid: str) -> None:
        with our_errors():
            self._client.calls(call_sid).update(status="completed")


@contextmanager
def our_errors() -> Iterator[None]:
    """An SDK's error text holds the URL and what was sent; ours holds its numbers."""
    try:
        yield
    except TwilioRestException as error:
        code = str(error.code or "")
        if error.status == NOT_FOUND:
            raise NotFoundThere("Twilio does not know this call", code=code) from error
        retryable = error.status == TOO_MANY or error.status >= SERVER_ERRORS
        text = f"Twilio answered {error.status}"
        raise ProviderError(text, retryable=retryable, code=code) from error
    except (TwilioException, RequestException) as error:
        text = f"Twilio could not be asked: {type(error).__name__}"
        raise ProviderError(text, retryable=True) from error


def seconds(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdigit() else None
