"""Asking Twilio about a call or the account, and changing a call that is going on.

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
MOST_A_PAGE = 1000
MOST_LEGS = 50
GOING_ON = frozenset({"queued", "ringing", "in-progress"})
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


@dataclass(frozen=True, slots=True)
class CarrierAccount:
    """`status` "active" takes and makes calls; a trial one to few numbers only."""

    status: str
    trial: bool


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """A number of the account and whom Twilio asks about its calls.

    With `trunk` or `application` the addresses beside them are ignored.
    """

    e164: str
    voice_url: str
    voice_method: str
    status_url: str
    fallback_url: str
    trunk: bool
    application: bool


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

    def is_with_somebody(self, call_sid: str) -> bool:
        """Whether anybody is rung for this call, or is talking to its caller."""
        with our_errors():
            legs = self._client.calls.list(parent_call_sid=call_sid, limit=MOST_LEGS)
        return any(leg.status in GOING_ON for leg in legs)

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

    def account(self) -> CarrierAccount:
        with our_errors("this account"):
            account = self._client.api.v2010.accounts(self._client.account_sid)
            found = account.fetch()
        return CarrierAccount(str(found.status), trial=found.type == "Trial")

    def numbers(self) -> list[CarrierNumber]:
        with our_errors("this account"):
            found = self._client.incoming_phone_numbers.list(page_size=MOST_A_PAGE)
        return [
            CarrierNumber(
                e164=one.phone_number,
                voice_url=one.voice_url or "",
                voice_method=one.voice_method or "",
                status_url=one.status_callback or "",
                fallback_url=one.voice_fallback_url or "",
                trunk=bool(one.trunk_sid),
                application=bool(one.voice_application_sid),
            )
            for one in found
        ]


@contextmanager
def our_errors(about: str = "this call") -> Iterator[None]:
    """An SDK's error text holds the URL and what was sent; ours holds its numbers."""
    try:
        yield
    except TwilioRestException as error:
        code = str(error.code or "")
        if error.status == NOT_FOUND:
            raise NotFoundThere(f"Twilio does not know {about}", code=code) from error
        retryable = error.status == TOO_MANY or error.status >= SERVER_ERRORS
        text = f"Twilio answered {error.status}"
        raise ProviderError(text, retryable=retryable, code=code) from error
    except (TwilioException, RequestException) as error:
        text = f"Twilio could not be asked: {type(error).__name__}"
        raise ProviderError(text, retryable=True) from error


def seconds(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdigit() else None
