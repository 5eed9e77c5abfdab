"""Live relay calls: how long a token takes through the relay, and what a call costs.

Calls arrive over some seconds, then each has a turn every eight seconds, in its own
moment of them. Only the steady part, with all calls there, is measured.
"""

import asyncio
import gc
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter_ns
from typing import Any

from bench.machine import Meter, Usage
from bench.stamps import Stamps
from bench.world import BenchCarrier, World
from calls.simulator.carrier.caller import Caller
from calls.simulator.carrier.carrier import place_call
from calls.simulator.carrier.order import CallOrder, CallRecord

TURN_SECONDS = 8.0
TOKENS, GAP_MS = 40, 25
QUESTION = f"bench {TOKENS} {GAP_MS}"
LAST_WORDS_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """Calls arrive for `ramp` seconds, are measured for `steady` seconds, and leave.

    They leave within `leaving` seconds: how many end at once is no part of what is
    measured, but what they leave to do would disturb what comes after.
    """

    calls: int
    ramp: float
    steady: float
    leaving: float

    @property
    def measured_from(self) -> float:
        """When the last of them has had its first turn."""
        return self.ramp + TURN_SECONDS

    @property
    def until(self) -> float:
        return self.measured_from + self.steady


@dataclass(frozen=True, slots=True)
class Result:
    """`delays` are sorted milliseconds; usage is of the steady part."""

    load: Load
    delays: list[float]
    tokens: int
    tokens_lost: int
    server: Usage
    idle_rss_kb: float
    generator: Usage
    records: list[CallRecord]
    turns: dict[str, int]

    def percentile(self, share: float) -> float:
        return percentile(self.delays, share)

    @property
    def cpu_ms_per_turn(self) -> float:
        """Of the server, for one question and its answer of forty tokens."""
        return self.server.cpu * 1000 * TURN_SECONDS / self.load.calls

    @property
    def kb_per_call(self) -> float:
        return (self.server.rss_kb - self.idle_rss_kb) / self.load.calls

    @property
    def dropped(self) -> list[CallRecord]:
        return [record for record in self.records if not went_well(record)]


def percentile(ordered: list[float], share: float) -> float:
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def went_well(record: CallRecord) -> bool:
    """One session from the first word to the caller's own goodbye."""
    return (
        record.outcome == "caller_hung_up"
        and not record.violations
        and len(record.sessions) == 1
        and record.sessions[0].status == "completed"
    )


@dataclass(slots=True)
class Run:
    """One set of calls against one server."""

    world: World
    carrier: BenchCarrier
    load: Load
    records: list[CallRecord] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)
    began: float = 0.0

    async def place_all(self) -> None:
        self.began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for number in range(self.load.calls):
                await self._until(self._share(number, self.load.ramp))
                group.create_task(self._one(number))

    async def _one(self, number: int) -> None:
        order = CallOrder(
            from_=f"+1202557{number % 10000:04d}",
            script=partial(
                self._talk,
                phase=self._share(number, TURN_SECONDS),
                until=self.load.until + self._share(number, self.load.leaving),
            ),
            on_frame=self._heard,
            cap_s=self.load.until + self.load.leaving + LAST_WORDS_SECONDS,
            seed=number,
        )
        self.records.append(await place_call(self.carrier, order))

    def _heard(self, at: float, frame: Any) -> None:
        if frame["type"] == "text" and frame["token"]:
            self.world.model.stamps.arrived(frame["token"])

    async def _talk(self, caller: Caller, phase: float, until: float) -> None:
        """Wait for the greeting, then ask again and again until the time is over."""
        await caller.agent_done()
        now = asyncio.get_running_loop().time() - self.began
        due = now + (phase - now) % TURN_SECONDS
        while due < until:
            await self._until(due)
            self.turns[caller.call.sid] = self.turns.get(caller.call.sid, 0) + 1
            await caller.say(QUESTION)
            due += TURN_SECONDS
        await self._until(until)
        await caller.agent_done()
        caller.hang_up()

    def _share(self, number: int, seconds: float) -> float:
        """The calls' own moments, evenly spread over so many seconds."""
        return seconds * number / self.load.calls

    async def _until(self, seconds: float) -> None:
        """Sleep until so long after the beginning."""
        now = asyncio.get_running_loop().time() - self.began
        await asyncio.sleep(max(0.0, seconds - now))


async def measure(
    world: World,
    carrier: BenchCarrier,
    load: Load,
    pid: int,
    say: Callable[[str], None] = lambda what: None,
) -> Result:
    server, generator = Meter(pid), Meter(os.getpid())
    idle = server.rss_kb()
    world.model.stamps = Stamps()
    run = Run(world, carrier, load)
    gc.freeze()  # what is there now need not be looked through while we measure
    calls = asyncio.create_task(run.place_all())
    await asyncio.sleep(load.measured_from)
    say(f"{load.calls} calls are there; measuring for {load.steady:.0f} s")
    begin = perf_counter_ns()
    server.restart()
    generator.restart()
    await asyncio.sleep(load.steady)
    used, own, end = server.read(), generator.read(), perf_counter_ns()
    await calls
    stamps = world.model.stamps
    return Result(
        load=load,
        delays=stamps.delays(begin, end),
        tokens=len(stamps.sent),
        tokens_lost=stamps.lost(),
        server=used,
        idle_rss_kb=idle,
        generator=own,
        records=run.records,
        turns=run.turns,
    )
