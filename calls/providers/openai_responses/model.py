"""The text side of a call: answers streamed from the OpenAI Responses API.

The SDK carries requests and errors; its typed layer is left out on purpose.
Turning 70 history items and 7 tools into its parameter types and 60 events into its
models took 30 to 50 ms of the event loop per answer, against 3 to 4 ms for plain
dictionaries, and every other call on the process waits that long.

An answer is tried again only before its first word, within the time its first word
may take. A stream that is merely left keeps generating and billing (the loop's
`break` does not close it), so an answer is a context manager.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

import httpx2
import openai

from calls.providers.openai_responses.pieces import Failed, Finished, Piece
from calls.providers.openai_responses.reading import Reading
from calls.providers.openai_responses.requests import AnswerRequest, body_of
from calls.providers.openai_responses.stream import EventStream
from calls.providers.openai_responses.troubles import (
    Trouble,
    cut_off,
    too_slow,
    trouble_from,
)
from calls.providers.openai_responses.usage import ModelUsage, estimate_usage

logger = logging.getLogger(__name__)

MOST_TRIES = 3
CONNECT_SECONDS = 2.0
# Between two events of an answer that has begun.
STALL_SECONDS = 8.0
# For the end of the body behind the last event; without it the connection is not
# used again.
DRAIN_SECONDS = 0.5
# The SDK's own 5 s end between most turns, and each new connection is a TLS
# handshake that the caller waits for.
KEEPALIVE_SECONDS = 120.0

T = TypeVar("T")
END = object()


class ResponsesModel:
    """One per process and event loop; made at start, closed at the end.

    `ignored` counts what came in streams and was not understood.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        project: str | None = None,
        max_connections: int = 200,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.ignored: Counter[str] = Counter()
        self.stall_seconds = stall_seconds
        self.client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            project=project or None,
            max_retries=0,
            http_client=openai.DefaultAioHttpClient(
                limits=httpx2.Limits(
                    max_connections=max_connections,
                    max_keepalive_connections=max_connections,
                    keepalive_expiry=KEEPALIVE_SECONDS,
                ),
            ),
        )

    def answer(self, request: AnswerRequest) -> "Answer":
        return Answer(self, request)

    async def close(self) -> None:
        await self.client.close()


class Answer:
    """One answer as it comes in; the last piece is `Finished` or `Failed`.

    Leaving the block, or cancelling the task that reads, closes the stream at once.
    """

    def __init__(self, model: ResponsesModel, request: AnswerRequest) -> None:
        self._model = model
        self._request = request
        self._reading = Reading(model.ignored)
        self._stream: EventStream | None = None
        self._last: Finished | Failed | None = None
        self._closed = False
        self._tries = 1
        self._deadline = now() + request.first_token_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Piece:
        if self._last is not None:
            await self.close()
        if self._closed:
            raise StopAsyncIteration
        piece = await self._next_piece()
        while isinstance(piece, Trouble):
            piece = await self._after(piece)
        if isinstance(piece, Finished | Failed):
            self._last = piece
        return piece

    @property
    def said(self) -> str:
        return self._reading.said

    def estimate(self) -> ModelUsage | None:
        """The usage of an answer that was left, or cut, after the model had begun.

        None if the provider gave its own figures, or never began.
        """
        known = self._last is not None and self._last.usage is not None
        if known or not self._reading.response_id:
            return None
        return estimate_usage(
            self._request, self.said, response_id=self._reading.response_id
        )

    async def close(self) -> None:
        self._closed = True
        await self._leave_stream()

    async def _leave_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            if self._reading.ended:
                await read_to_the_end(stream)
        finally:
            await stream.close()

    async def _next_piece(self) -> Piece | Trouble:
        try:
            if self._stream is None:
                self._stream = await self._within(self._post())
            stream = self._stream
            while (event := await self._within(anext(stream, END))) is not END:
                piece = self._reading.read(event)
                if piece is not None:
                    return piece
        except TimeoutError:
            return too_slow(begun=self._reading.begun)
        except (openai.OpenAIError, ValueError) as error:
            return trouble_from(error, begun=self._reading.begun)
        return cut_off(begun=self._reading.begun)

    async def _post(self) -> EventStream:
        # Reading may take longer than the first word may, so that of the two limits
        # only ours is ever met.
        longest = max(self._model.stall_seconds, self._request.first_token_seconds) + 2
        return await self._model.client.post(
            "/responses",
            cast_to=object,
            body=body_of(self._request),
            options={"timeout": httpx2.Timeout(longest, connect=CONNECT_SECONDS)},
            stream=True,
            stream_cls=EventStream,
        )

    async def _within(self, step: Awaitable[T]) -> T:
        begun = self._reading.begun
        limit = now() + self._model.stall_seconds if begun else self._deadline
        async with asyncio.timeout_at(limit):
            return await step

    async def _after(self, trouble: Trouble) -> Piece | Trouble:
        """The first piece of another try, or the failure if there is none."""
        await self._leave_stream()
        pause = self._pause_after(trouble)
        if pause is None:
            return trouble.failed
        logger.info(
            "Asking the model again",
            extra={"reason": trouble.failed.reason, "tries": self._tries},
        )
        await asyncio.sleep(pause)
        self._tries += 1
        self._reading = Reading(self._model.ignored)
        return await self._next_piece()

    def _pause_after(self, trouble: Trouble) -> float | None:
        """How long to wait for another try; None if there is to be none."""
        spent = self._closed or self._reading.begun or self._tries == MOST_TRIES
        if spent or not trouble.retryable:
            return None
        pause = trouble.retry_after
        if pause is None:
            pause = random.uniform(0.1, 0.2) * 2 ** (self._tries - 1)
        return pause if now() + pause < self._deadline else None


def now() -> float:
    return asyncio.get_running_loop().time()


async def read_to_the_end(stream: EventStream) -> None:
    with contextlib.suppress(TimeoutError, openai.OpenAIError, ValueError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while await anext(stream, END) is not END:
                pass
