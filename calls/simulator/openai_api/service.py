"""`POST /v1/responses` and `GET /v1/models`: answers, streams, faults and the count.

A client that goes away is noticed at once, also while a stall is being played: the
server must run with `handler_cancellation`, which cancels the handler of a lost
connection (see `calls.simulator.app.serve`).
"""

import asyncio
import datetime
import hmac
import random
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

import orjson
from aiohttp import web

from calls.simulator.config import SimulatorConfig
from calls.simulator.knobs import Knobs
from calls.simulator.openai_api import models
from calls.simulator.openai_api.costs import Costs
from calls.simulator.openai_api.errors import (
    ApiError,
    invalid,
    rate_limited,
    server_error,
    unauthorized,
)
from calls.simulator.openai_api.events import Draft, Event
from calls.simulator.openai_api.request import ModelRequest, read_request
from calls.simulator.openai_api.rules import Answer, Fault, RuleBook
from calls.simulator.openai_api.usage import PromptCache, count, tokens_in

REMEMBERED_REQUESTS = 5000


@dataclass(slots=True)
class Tally:
    """What the model was asked for, since the start."""

    requests: int = 0
    completed: int = 0
    cancelled: int = 0
    refused: int = 0
    active: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Cut(Exception):
    """The connection is to break here."""


class ModelService:
    def __init__(self, config: SimulatorConfig, book: RuleBook) -> None:
        self.api_key = config.openai_key
        self.first_ms = config.first_token_ms
        self.token_ms = config.token_ms
        self.book = book
        self.knobs = Knobs()
        self.tally = Tally()
        self.costs = Costs(config.openai_admin_key)
        self.cache = PromptCache()
        self.random = random.Random(0)
        self.quiet = asyncio.Event()
        """Set while no request is being answered."""
        self.quiet.set()
        self._met: OrderedDict[bytes, int] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/responses", self.create),
            web.get("/v1/models", self.list_models),
            web.get("/v1/organization/costs", self.costs.answer),
        ]

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        try:
            self.authenticate(request)
        except ApiError as error:
            return error.answer()
        today = datetime.datetime.now(datetime.UTC).date()
        return web.json_response(models.listing(today))

    async def create(self, request: web.Request) -> web.StreamResponse:
        self.tally.requests += 1
        self.tally.active += 1
        self.quiet.clear()
        try:
            self.authenticate(request)
            asked = read_request(_json(await request.read()))
            answer = self.answer(asked)
            await self._fail_early(answer)
            if asked.stream:
                return await self._stream(request, asked, answer)
            return await self._whole(asked, answer)
        except ApiError as error:
            self.tally.refused += 1
            return error.answer()
        except (asyncio.CancelledError, ConnectionResetError):
            self.tally.cancelled += 1
            raise
        finally:
            self.tally.active -= 1
            if not self.tally.active:
                self.quiet.set()

    def authenticate(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.api_key}".encode()):
            raise unauthorized()

    # What to answer, and what goes wrong with it.

    def answer(self, asked: ModelRequest) -> Answer:
        answer = self.book.answer(asked)
        self.tally.rules[answer.rule] += 1
        fault = answer.fault
        if fault is not None and fault.times and self._meetings(asked) > fault.times:
            fault = None
        if self.random.random() < self.knobs.model_error_rate:
            fault = Fault("server_error")
        elif fault is None and self.knobs.stalled_model_s:
            fault = Fault("stall", seconds=self.knobs.stalled_model_s)
        if fault is not None:
            self.tally.faults[fault.kind] += 1
        return Answer(
            answer.say,
            answer.calls,
            answer.delay_ms,
            answer.first_ms,
            fault,
            answer.rule,
        )

    def _meetings(self, asked: ModelRequest) -> int:
        """How often this very request has come, retries included."""
        digest = blake2b(orjson.dumps(asked.items), digest_size=16).digest()
        self._met[digest] = self._met.get(digest, 0) + 1
        while len(self._met) > REMEMBERED_REQUESTS:
            self._met.popitem(last=False)
        return self._met[digest]

    async def _fail_early(self, answer: Answer) -> None:
        match answer.fault:
            case Fault(kind="hang", seconds=seconds):
                await asyncio.sleep(seconds)
            case Fault(kind="rate_limit", retry_after=retry_after):
                raise rate_limited(retry_after)
            case Fault(kind="server_error"):
                raise server_error()

    # Producing it.

    async def _stream(
        self, request: web.Request, asked: ModelRequest, answer: Answer
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-cache",
            }
        )
        await response.prepare(request)
        try:
            async for event in self._events(asked, answer):
                body = orjson.dumps(event).decode()
                await response.write(
                    f"event: {event['type']}\ndata: {body}\n\n".encode()
                )
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return response
        await response.write_eof()
        self.tally.completed += 1
        return response

    async def _whole(self, asked: ModelRequest, answer: Answer) -> web.Response:
        last: Event = {}
        try:
            async for event in self._events(asked, answer):
                last = event
        except Cut:
            raise server_error() from None
        if "response" not in last:
            raise server_error()
        self.tally.completed += 1
        return web.Response(
            body=orjson.dumps(last["response"]), content_type="application/json"
        )

    async def _events(
        self, asked: ModelRequest, answer: Answer
    ) -> AsyncIterator[Event]:
        draft = Draft(asked)
        for event in draft.opening():
            yield event
        await asyncio.sleep(self._first_pause(answer))
        pause = self._pause(answer)
        said = 0
        for event in self._items(draft, answer):
            if event["type"].endswith(".delta"):
                if (last := _ends_here(draft, answer.fault, said)) is not None:
                    yield self._finished(draft, last)
                    return
                said += 1
                if pause:
                    await asyncio.sleep(pause)
            yield event
        last = _breaks(draft, answer.fault) if answer.fault else None
        yield self._finished(draft, last or "completed")

    def _first_pause(self, answer: Answer) -> float:
        first = self.first_ms if answer.first_ms is None else answer.first_ms
        if answer.fault is not None and answer.fault.kind == "stall":
            return first / 1000 + answer.fault.seconds
        return first / 1000

    def _pause(self, answer: Answer) -> float:
        if answer.fault is not None and answer.fault.kind == "slow":
            return answer.fault.delay_ms / 1000
        between = self.token_ms if answer.delay_ms is None else answer.delay_ms
        return between / 1000

    def _items(self, draft: Draft, answer: Answer) -> Any:
        if answer.say:
            yield from draft.message(answer.say)
        for call in answer.calls:
            yield from draft.function_call(call)

    def _finished(self, draft: Draft, last: "str | Event") -> Event:
        """The terminal event, with the usage that is owed for what was produced."""
        if not isinstance(last, str):
            return last
        usage = count(draft.request, self.cache, draft.written())
        self.costs.answered(draft.request.model, usage)
        self.tally.input_tokens += usage.input_tokens
        self.tally.cached_tokens += usage.cached_tokens
        self.tally.output_tokens += usage.output_tokens
        extra: dict[str, Any] = {"usage": usage.as_json()}
        if last == "incomplete":
            extra["incomplete_details"] = {"reason": "max_output_tokens"}
        if last == "failed":
            extra["error"] = {"code": "server_error", "message": "The model failed."}
        return draft.event(f"response.{last}", response=draft.response(last, **extra))


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise invalid(
            "We could not parse the JSON body of your request.", "body"
        ) from None


def _ends_here(draft: Draft, fault: Fault | None, said: int) -> "str | Event | None":
    """Before each delta: whether a fault or `max_output_tokens` ends the stream."""
    if fault is not None and said == fault.tokens:
        return _breaks(draft, fault)
    limit = draft.request.body.get("max_output_tokens")
    if limit is not None and tokens_in(draft.written()) > limit:
        return "incomplete"
    return None


def _breaks(draft: Draft, fault: Fault) -> "str | Event | None":
    """How the stream ends at this point, if the fault ends it."""
    text = "The server had an error while processing your request."
    match fault.kind:
        case "cut":
            raise Cut
        case "failed" | "incomplete":
            return fault.kind
        case "error_event":
            return draft.event("error", code="server_error", message=text, param=None)
        case "nested_error_event":
            error = {"type": "server_error", "code": "server_error", "message": text}
            return draft.event("error", error={**error, "param": None})
    return None
