"""Voice calls over SIP: from the webhook to the greeting, and many sidebands at once.

Calls are announced at an even pace, whether or not the ones before were answered. In
the second part each of them has a turn every ten seconds, in its own moment of them,
and every second turn needs a tool: one that the portal answers itself, so that all of
the time is ours, or one over HTTP that answers at once.
"""

import asyncio
import contextlib
import gc
import json
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from bench import sip_frames
from bench.machine import Meter, Usage
from bench.sip_provider import Line, Provider
from bench.webhook import post_for
from calls.simulator.config import SimulatorConfig
from calls.simulator.realtime.standard_webhooks import sign
from phoneops import simulated

PER_SECOND = 20.0
WARM_UP = 40
GREETED_WITHIN = 15.0
SETTLE_SECONDS = 2.0
REFERENCE = re.compile(r"X-Call-Ref=([^&<\"]+)")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Accepting:
    """Sorted milliseconds of our own time; `greeted` from accept to greeting."""

    accepted: list[float]
    greeted: list[float]
    failed: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Sidebands:
    """Sorted milliseconds from asked to answered, of our own and of HTTP tools."""

    calls: int
    events_a_second: float
    field: list[float]
    http: list[float]
    lost: int
    unanswered: int
    idle_rss_kb: float
    used: Usage
    generator: Usage

    @property
    def kb_per_call(self) -> float:
        return (self.used.rss_kb - self.idle_rss_kb) / self.calls


@dataclass(frozen=True, slots=True)
class Side:
    """Where calls are announced. Only the portal has a carrier, who asks it first."""

    connect_to: str
    pid: int
    by_carrier: bool


@dataclass(frozen=True, slots=True)
class SipWorld:
    provider: Provider
    session: aiohttp.ClientSession
    config: SimulatorConfig

    async def call(self, side: Side) -> Line:
        """Announces one call; returns when that was acknowledged."""
        name = f"rtc_{secrets.token_hex(12)}"
        headers = [{"name": "Call-ID", "value": f"{name}@example.com"}]
        if side.by_carrier:
            reference = await self._reference(side)
            headers.append({"name": "X-Call-Ref", "value": reference})
        now = int(time.time())
        event = {
            "object": "event",
            "id": f"evt_{name}",
            "type": "realtime.call.incoming",
            "created_at": now,
            "data": {
                "call_id": name,
                "sip_headers": headers,
                "sip_media_security": "srtp",
            },
        }
        body = json.dumps(event).encode()
        signature = sign(self.config.openai_webhook_secret, f"wh_{name}", now, body)
        signed = {
            "Content-Type": "application/json",
            "Host": self.config.public_host,
            "webhook-id": f"wh_{name}",
            "webhook-timestamp": str(now),
            "webhook-signature": signature,
        }
        url = f"http://{side.connect_to}{self.config.openai_webhook_path}"
        line = self.provider.announce(name)
        async with self.session.post(url, data=body, headers=signed) as answer:
            await answer.read()
        return line

    async def _reference(self, side: Side) -> str:
        """What the carrier was told to send the call on with."""
        post = post_for(self.config, side.connect_to)
        async with self.session.post(
            post.url, data=post.form, headers=post.headers
        ) as answer:
            found = REFERENCE.search(await answer.text())
        if found is None:
            raise SystemExit("the portal does not send calls on to the voice model")
        return unquote(found.group(1))


def voice_config(config: SimulatorConfig) -> SimulatorConfig:
    """Everybody calls the number that the voice model answers."""
    return replace(
        config,
        numbers={"main": config.numbers["sip"]},
        openai_webhook_secret=simulated.WEBHOOK_SECRET,
    )


@asynccontextmanager
async def sip_world(config: SimulatorConfig) -> AsyncIterator[SipWorld]:
    provider = Provider()
    runner = web.AppRunner(provider.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", config.port, backlog=1024).start()
        async with aiohttp.ClientSession() as session:
            yield SipWorld(provider, session, voice_config(config))
    finally:
        await asyncio.gather(*(provider.leave(x) for x in provider.lines.values()))
        await runner.cleanup()


async def announce(world: SipWorld, side: Side, count: int) -> list[Line]:
    """So many calls, twenty a second, each at its time. They hear the greeting."""
    began, tasks = perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - perf_counter()))
        tasks.append(asyncio.create_task(hear_greeting(world, side)))
    return list(await asyncio.gather(*tasks))


async def hear_greeting(world: SipWorld, side: Side) -> Line:
    """The shortest call: the caller hangs up after it."""
    line = await world.call(side)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GREETED_WITHIN):
            await world.provider.greet(line)
    await world.provider.leave(line)
    return line


async def greet_all(world: SipWorld, lines: list[Line]) -> int:
    """How many calls nobody greeted."""
    greeted = [asyncio.create_task(line.ready.wait()) for line in lines]
    _, late = await asyncio.wait(greeted, timeout=GREETED_WITHIN)
    for task in late:
        task.cancel()
    return len(late)


async def warm_up(world: SipWorld, side: Side) -> None:
    await announce(world, side, WARM_UP)
    await asyncio.sleep(SETTLE_SECONDS)


async def accepting(world: SipWorld, side: Side, seconds: float) -> Accepting:
    meter = Meter(side.pid)
    lines = await announce(world, side, int(seconds * PER_SECOND))
    cpu = meter.read().cpu
    good = [line for line in lines if line.greeted]
    return Accepting(
        accepted=sorted((line.accepted - line.announced) * 1000 for line in good),
        greeted=sorted((line.greeted - line.answered) * 1000 for line in good),
        failed=len(lines) - len(good),
        cpu=cpu,
    )


@dataclass(slots=True)
class Talk:
    """All calls of one run, each with a turn every so often until the time is over."""

    world: SipWorld
    began: float
    until: float

    async def one(self, line: Line, phase: float) -> None:
        provider, number = self.world.provider, 0
        await provider.greet(line)
        now = perf_counter() - self.began
        due = now + (phase - now) % sip_frames.TURN_SECONDS
        while due < self.until:
            await asyncio.sleep(max(0.0, self.began + due - perf_counter()))
            await provider.turn(line, number, tool_of(number + round(phase * 100)))
            number, due = number + 1, due + sip_frames.TURN_SECONDS


def tool_of(number: int) -> str:
    return {0: sip_frames.FIELD, 2: sip_frames.HTTP}.get(number % 4, "")


async def sidebands(
    world: SipWorld, side: Side, calls: int, seconds: float, say: Say
) -> Sidebands:
    meter, generator = Meter(side.pid), Meter(os.getpid())
    idle = meter.rss_kb()
    provider = world.provider
    gc.freeze()  # what is there now need not be looked through while we measure
    ramp = calls / PER_SECOND
    until = ramp + GREETED_WITHIN + 2 * sip_frames.TURN_SECONDS + seconds
    talk = Talk(world, perf_counter(), until)
    lines: list[Line] = []
    tasks: list[asyncio.Task[None]] = []
    for number in range(calls):
        due = talk.began + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - perf_counter()))
        line = await world.call(side)
        lines.append(line)
        phase = sip_frames.TURN_SECONDS * number / calls
        tasks.append(asyncio.create_task(talk.one(line, phase)))
    unready = await greet_all(world, lines)
    await asyncio.sleep(sip_frames.TURN_SECONDS)
    say(f"{calls} sidebands are attached; measuring for {seconds:.0f} s")
    for measured in provider.answered_after.values():
        del measured[:]
    meter.restart()
    generator.restart()
    events = provider.events
    await asyncio.sleep(seconds)
    used, own = meter.read(), generator.read()
    rate = (provider.events - events) / seconds
    found = {tool: sorted(took) for tool, took in provider.answered_after.items()}
    results = await stop(tasks)
    lost = sum(line.lost for line in lines) + unready + results
    await asyncio.gather(*(provider.leave(line) for line in lines))
    await asyncio.sleep(SETTLE_SECONDS)
    return Sidebands(
        calls=calls,
        events_a_second=rate,
        field=found[sip_frames.FIELD],
        http=found[sip_frames.HTTP],
        lost=lost,
        unanswered=provider.unanswered,
        idle_rss_kb=idle,
        used=used,
        generator=own,
    )


async def stop(tasks: list[asyncio.Task[None]]) -> int:
    """Ends the talk; how many calls had broken off before."""
    broken = sum(
        task.done() and not task.cancelled() and task.exception() is not None
        for task in tasks
    )
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return broken
