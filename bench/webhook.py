"""From the voice webhook to TwiML: signed requests, fifty a second, whatever comes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from bench.machine import Meter
from bench.relay import percentile
from calls.simulator.config import SimulatorConfig
from calls.simulator.sids import new_sid
from calls.simulator.signature import sign

PER_SECOND = 50.0
WARM_UP = 40


@dataclass(slots=True)
class Asked:
    """`delays` are sorted milliseconds once all is done; `cpu` is of one core."""

    delays: list[float] = field(default_factory=list)
    refused: int = 0
    cpu: float = 0.0

    @property
    def p50(self) -> float:
        return percentile(self.delays, 0.5)

    @property
    def p99(self) -> float:
        return percentile(self.delays, 0.99)


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, ready to be sent."""

    url: str
    headers: dict[str, str]
    form: dict[str, str]


def post_for(config: SimulatorConfig, connect_to: str) -> Post:
    sid = new_sid("CA")
    form = {
        "CallSid": sid,
        "AccountSid": config.account_sid,
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "CallStatus": "ringing",
        "From": f"+1202557{int(sid[-4:], 16) % 10000:04d}",
        "To": config.numbers["main"],
        "CallerCity": "WASHINGTON",
        "CallerCountry": "US",
        "StirVerstat": "TN-Validation-Passed-A",
    }
    headers = {
        "Host": config.public_host,
        "X-Twilio-Signature": sign(config.voice_url, form, config.auth_token),
        "I-Twilio-Idempotency-Token": sid,
    }
    return Post(f"http://{connect_to}{config.voice_path}", headers, form)


async def measure(
    session: aiohttp.ClientSession,
    config: SimulatorConfig,
    connect_to: str,
    seconds: float,
    pid: int,
) -> Asked:
    def ask(asked: Asked) -> Coroutine[Any, Any, None]:
        return send(session, post_for(config, connect_to), asked)

    await pace(lambda: ask(Asked()), WARM_UP)
    asked, meter = Asked(), Meter(pid)
    await pace(lambda: ask(asked), int(seconds * PER_SECOND))
    asked.cpu = meter.read().cpu
    asked.delays.sort()
    return asked


async def pace(make: Callable[[], Coroutine[Any, Any, None]], count: int) -> None:
    """Starts them at their times, whether or not the earlier ones were answered."""
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - perf_counter()))
            group.create_task(make())


async def send(session: aiohttp.ClientSession, post: Post, asked: Asked) -> None:
    began = perf_counter()
    async with session.post(post.url, data=post.form, headers=post.headers) as answer:
        body = await answer.text()
    asked.delays.append((perf_counter() - began) * 1000)
    asked.refused += answer.status != 200 or "<ConversationRelay" not in body
