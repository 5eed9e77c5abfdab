"""Whether this process lives (/healthz), whether it can take calls (/readyz), and
its numbers (/metrics)."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import redis.asyncio
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from calls.driver.runtime import find_runtime
from routing.errors import NoRelease
from routing.services import live

PATIENCE_SECONDS = 3.0


class NotReady(Exception):
    """A part that answers, but not as it should. The text is for an operator."""


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


async def metrics(request: HttpRequest) -> HttpResponse:
    """On the loop that drives the calls, for what is told of them lives there."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class LiveFigures(Collector):
    """Of the calls that this process drives. Without a call yet there are none."""

    def describe(self) -> Iterator[Metric]:
        return iter(())  # what there is depends on what runs; nothing clashes with it

    def collect(self) -> Iterator[Metric]:
        made = find_runtime()
        if made is None:
            return
        journal = made.journal.figures
        for name, value, told in (
            ("live_calls", len(made.live), "Calls that this process drives"),
            ("journal_rows_waiting", made.journal.waiting, "Journal rows not written"),
            ("journal_delayed", bool(journal.delayed_since), "1: no database for it"),
        ):
            yield GaugeMetricFamily(f"phoneops_{name}", told, value=value)
        for name, count, told in (
            ("journal_rows_written", journal.written, "Journal rows in the database"),
            ("journal_rows_dropped", journal.dropped, "Journal rows that were lost"),
            ("journal_failures", journal.failures, "Times a batch had to be repeated"),
        ):
            yield CounterMetricFamily(f"phoneops_{name}", told, value=count)


REGISTRY.register(LiveFigures())


async def readyz(request: HttpRequest) -> HttpResponse:
    answers = await asyncio.gather(*(ask(part) for part in PARTS.values()))
    ready = all(is_ready for is_ready, _ in answers)
    return JsonResponse(
        {
            "status": "ready" if ready else "not ready",
            "parts": dict(zip(PARTS, (words for _, words in answers), strict=True)),
        },
        status=200 if ready else 503,
    )


async def ask(part: Callable[[], Awaitable[str]]) -> tuple[bool, str]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return True, await part()
    except NotReady as problem:
        return False, str(problem)
    except TimeoutError:
        return False, f"no answer within {PATIENCE_SECONDS:.0f} seconds"
    except Exception as problem:  # noqa: BLE001  whatever a driver raises means "down"
        return False, f"not reachable ({type(problem).__name__})"


def apart(look: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    """On a thread of its own, so that one part which hangs says nothing of another.

    On one only: as long as it hangs, whoever asks again waits and gives up, for else
    every probe would leave a thread behind.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix=f"health-{look.__name__}")

    def look_and_release() -> str:
        try:
            return look()
        finally:
            connection.close()

    async def part() -> str:
        return await asyncio.get_running_loop().run_in_executor(
            thread, look_and_release
        )

    return part


@apart
def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "answers"


async def broker() -> str:
    async with redis.asyncio.from_url(settings.REDIS_URL) as client:
        await client.ping()
    return "answers"


async def channel_layer() -> str:
    """Send ourselves a message: a ping would not notice a subscription that died."""
    layer = get_channel_layer()
    if layer is None:
        raise NotReady("not configured")
    channel = await layer.new_channel()
    token = uuid.uuid4().hex
    await layer.send(channel, {"type": "ready", "token": token})
    if (await layer.receive(channel))["token"] != token:
        raise NotReady("delivered something other than what was sent")
    return "delivers"


@apart
def release() -> str:
    try:
        return f"release {live.current().number} is loaded"
    except NoRelease as problem:
        raise NotReady(str(problem)) from problem


PARTS: dict[str, Callable[[], Awaitable[str]]] = {
    "database": database,
    "broker": broker,
    "channel layer": channel_layer,
    "release": release,
}
