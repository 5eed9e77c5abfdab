"""The verbs of a SIP call: accept, reject, refer, hang up; and the list of models.

Own time-outs and retries (fact sheet 2.2): the SDK would retry a 409 twice and wait
minutes. Accepting and hanging up are tried once more when the connection failed, a
transfer never. 404 means that the call is over.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from calls.errors import ProviderError

SECONDS = 3.0
LONGEST_ACCEPT_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Account:
    api_key: str
    base_url: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """`shutdown_date` as the provider writes it, "YYYY-MM-DD", or empty."""

    id: str
    shutdown_date: str


class CallGone(Exception):
    """404: the caller has left, or the call was decided already."""


class BodyRefused(ProviderError):
    """400: the session's body will not do. `param` is the field, if it was named."""

    def __init__(self, text: str, *, param: str = "") -> None:
        super().__init__(text, retryable=False, code="400")
        self.param = param


class FateUnknown(ProviderError):
    """What we asked for may have been done: no answer came, or 409 for a repeat."""


class CallControl:
    """One per process and event loop; closed at the end."""

    def __init__(
        self, account: Account, *, accept_seconds: float = LONGEST_ACCEPT_SECONDS
    ) -> None:
        self._accept_seconds = accept_seconds
        self._client = openai.AsyncOpenAI(
            api_key=account.api_key,
            base_url=account.base_url,
            project=account.project or None,
            max_retries=0,
            timeout=httpx2.Timeout(SECONDS, connect=1.5),
            http_client=openai.DefaultAsyncHttpxClient(
                limits=httpx2.Limits(
                    max_connections=100,
                    max_keepalive_connections=50,
                    keepalive_expiry=120,
                ),
            ),
        )

    @property
    def client(self) -> openai.AsyncOpenAI:
        return self._client

    async def accept(self, call: str, body: Mapping[str, object]) -> None:
        """Raises CallGone, BodyRefused, FateUnknown or another ProviderError."""
        path = f"/realtime/calls/{call}/accept"
        tries: list[int] = []

        async def once() -> None:
            tries.append(1)
            await self._post(path, body, self._accept_seconds)

        try:
            await _twice(once)
        except CallGone as gone:
            if len(tries) == 1:
                raise
            text = "The voice provider may have heard the first of two requests."
            raise FateUnknown(text, retryable=False) from gone

    async def reject(self, call: str, *, status: int) -> None:
        path = f"/realtime/calls/{call}/reject"
        await _twice(lambda: self._post(path, {"status_code": status}))

    async def refer(self, call: str, *, target: str) -> None:
        """Success says only that the request was relayed, never that it worked."""
        await self._post(f"/realtime/calls/{call}/refer", {"target_uri": target})

    async def hang_up(self, call: str) -> None:
        await _twice(lambda: self._post(f"/realtime/calls/{call}/hangup", {}))

    async def models(self) -> list[ModelEntry]:
        try:
            page = await self._client.models.list(timeout=20)
        except openai.OpenAIError as error:
            raise _translated(error) from error
        return [
            ModelEntry(m.id, str(getattr(m, "shutdown_date", None) or ""))
            for m in page.data
        ]

    async def _post(
        self, path: str, body: Mapping[str, object], seconds: float = SECONDS
    ) -> None:
        """Raises CallGone, or ProviderError."""
        try:
            await self._client.post(
                path,
                cast_to=object,
                body=dict(body),
                options={"timeout": seconds, "headers": {"Accept": "*/*"}},
            )
        except openai.NotFoundError as error:
            raise CallGone("the provider knows no such call") from error
        except openai.OpenAIError as error:
            raise _translated(error) from error

    async def close(self) -> None:
        await self._client.close()


async def _twice(request: Callable[[], Awaitable[Any]]) -> None:
    try:
        await request()
    except ProviderError as error:
        if not isinstance(error.__cause__, openai.APIConnectionError) or isinstance(
            error.__cause__, openai.APITimeoutError
        ):
            raise
        await request()


def _translated(error: openai.OpenAIError) -> ProviderError:
    """Without the error's own text, which may quote what we sent."""
    status = getattr(error, "status_code", None)
    words = f"status {status}" if status else type(error).__name__
    text, code = f"The voice provider failed: {words}.", str(status or "")
    match error:
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            return BodyRefused(text, param=str(error.param or "")[:80])
        case openai.APITimeoutError() | openai.ConflictError():
            return FateUnknown(text, retryable=not status, code=code)
    retryable = status is None or status in (408, 429) or status >= 500
    return ProviderError(text, retryable=retryable, code=code)
