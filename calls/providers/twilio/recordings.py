"""Fetching the sound of a recording, within a size and a time.

https://www.twilio.com/docs/voice/api/recording: the resource itself, without an
extension, answers with a WAV file. The address is put together here: one that came in
with a callback is not followed, and neither is a redirect, so that the account's
password goes to the carrier's API and nowhere else.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from calls.errors import NotFoundThere, ProviderError
from calls.providers.twilio.rest import (
    NOT_FOUND,
    SERVER_ERRORS,
    TOO_MANY,
    Account,
)

MOST_BYTES = 32 * 1024 * 1024  # more than half an hour of a phone's sound
MOST_SECONDS = 30.0
PATIENCE_SECONDS = (5.0, 10.0)  # to connect, and between two pieces
PIECE_BYTES = 64 * 1024
OK = 200
SID = re.compile(r"RE[0-9a-f]{32}")
# What the carrier calls it, and what every browser plays.
PLAYABLE = {
    "audio/x-wav": "audio/wav",
    "audio/wav": "audio/wav",
    "audio/mpeg": "audio/mpeg",
}


@dataclass(frozen=True, slots=True)
class Sound:
    content: bytes
    media_type: str


def fetch_sound(account: Account, sid: str) -> Sound:
    """Raises NotFoundThere or another ProviderError."""
    if not SID.fullmatch(sid):
        raise NotFoundThere("This is not the id of a recording")
    base = account.base_url.rstrip("/")
    url = f"{base}/2010-04-01/Accounts/{account.sid}/Recordings/{sid}"
    with asked(url, account) as response:
        check(response.status_code)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if media_type not in PLAYABLE:
            raise ProviderError("Twilio sent no sound", retryable=False)
        return Sound(b"".join(pieces(response)), PLAYABLE[media_type])


@contextmanager
def asked(url: str, account: Account) -> Iterator[requests.Response]:
    """The text of their errors holds the address; ours holds their kind."""
    try:
        with requests.get(
            url,
            auth=(account.sid, account.token),
            stream=True,
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        ) as response:
            yield response
    except requests.RequestException as error:
        text = f"Twilio could not be asked: {type(error).__name__}"
        raise ProviderError(text, retryable=True) from error


def check(status: int) -> None:
    if status == NOT_FOUND:
        raise NotFoundThere("Twilio does not know this recording")
    if status != OK:
        retryable = status == TOO_MANY or status >= SERVER_ERRORS
        raise ProviderError(f"Twilio answered {status}", retryable=retryable)


def pieces(response: requests.Response) -> Iterator[bytes]:
    length, until = 0, time.monotonic() + MOST_SECONDS
    for piece in response.iter_content(PIECE_BYTES):
        length += len(piece)
        if length > MOST_BYTES:
            raise ProviderError("The recording is too large", retryable=False)
        if time.monotonic() > until:
            raise ProviderError("The recording came too slowly", retryable=True)
        yield piece
