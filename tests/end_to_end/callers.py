"""The outside world of the tests: the simulator, on an event loop of its own thread.

Tests are plain functions. They place a call, do something to the portal while it goes
on, and ask what the carrier recorded of it.
"""

import asyncio
import re
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from calls.simulator.app import Simulator, serve
from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.caller import Caller
from calls.simulator.carrier.flow import run_call
from calls.simulator.carrier.order import CallRecord
from calls.simulator.config import SimulatorConfig
from calls.simulator.knobs import Knobs, turn
from calls.simulator.openai_api.items import Item
from calls.simulator.openai_api.request import ModelRequest
from calls.simulator.openai_api.rules import Answer, RuleBook
from calls.simulator.scenario import SIP_FOLDER, Scenario, load_all
from tests.end_to_end.waiting import until

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
SCENARIOS = Path(__file__).parent / "scenarios"
# Those that need no help, and those during which a test does something.
PLAYED, HANDLED = load_all(SCENARIOS / "played"), load_all(SCENARIOS / "handled")
# Speech to speech: what every portal plays, and the faults of its provider.
SPOKEN, VOICE = load_all(SIP_FOLDER), load_all(SCENARIOS / "voice")


class RecordingBook(RuleBook):
    """A rule book that remembers what it was asked."""

    def __init__(self, book: RuleBook) -> None:
        super().__init__(book.rules)
        self.asked: list[list[Item]] = []

    def answer(self, request: ModelRequest) -> Answer:
        self.asked.append(request.items)
        return super().answer(request)


@dataclass
class Gate:
    """A step of a script at which callers wait until the test opens it."""

    loop: asyncio.AbstractEventLoop
    waiting: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def step(self, caller: Caller) -> None:
        self.waiting += 1
        await self.opened.wait()

    def reached(self) -> None:
        """Wait until a caller stands there."""
        until(lambda: self.waiting, "a caller at the gate")

    def open(self) -> None:
        self.loop.call_soon_threadsafe(self.opened.set)


@dataclass(frozen=True)
class Wish:
    """A call that is to be placed; `knobs` say what goes wrong with it."""

    scenario: str
    knobs: Mapping[str, object] = field(default_factory=dict)


def holding(scenario: Scenario, gates: Mapping[int, Gate]) -> Scenario:
    """The same, with a gate before the steps of these numbers, counted from 0."""
    steps = list(scenario.steps)
    for number, gate in sorted(gates.items(), reverse=True):
        steps.insert(number, gate.step)
    return replace(scenario, steps=tuple(steps))


@dataclass(frozen=True)
class Placed:
    """A call that goes on or has ended."""

    call: CarrierCall
    record: "Future[CallRecord]"
    world: "World"

    @property
    def sid(self) -> str:
        return self.call.sid

    def hears(self, pattern: str, *, within: float = PATIENCE_SECONDS) -> None:
        wanted = re.compile(pattern, re.IGNORECASE)
        heard = self.world.run(
            self.call.ear.until(
                lambda: wanted.search(self.call.ear.text()) is not None, within
            )
        )
        assert heard, f"{pattern!r} was not heard in: {self.call.ear.text()}"

    def frames(self) -> int:
        """How many the portal has sent in the present relay session."""
        return self.call.sessions[-1].frames if self.call.sessions else 0

    def over(self, *, within: float = PATIENCE_SECONDS) -> CallRecord:
        return self.record.result(within)


class World:
    """Use as `with World(config) as world`."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.loop = asyncio.new_event_loop()
        self.simulator: Simulator
        self.port = 0
        self.book: RecordingBook
        self._open = AsyncExitStack()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._serve())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.run(self._open.aclose())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _serve(self) -> None:
        scenarios = {**load_all(), **SPOKEN, **PLAYED, **VOICE, **HANDLED}
        serving = serve(self.config, scenarios)
        self.simulator, self.port = await self._open.enter_async_context(serving)
        self.book = RecordingBook(self.simulator.model.book)
        self.simulator.model.book = self.book

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(
            PATIENCE_SECONDS
        )

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self.simulator.scenarios

    def gate(self) -> Gate:
        return Gate(self.loop)

    def place(self, scenario: str | Scenario) -> Placed:
        known = self.scenarios[scenario] if isinstance(scenario, str) else scenario
        return self.run(self._place(known))

    async def _place(self, scenario: Scenario) -> Placed:
        call = self.simulator.carrier.begin(scenario.order(0, Knobs(), "", 0))
        record = asyncio.run_coroutine_threadsafe(_run(call, scenario), self.loop)
        return Placed(call, record, self)

    def place_all(
        self, wishes: Sequence[Wish], *, at_once: int, within: float = 240.0
    ) -> list[CallRecord]:
        """All of them, so many at once; what became of each, in their order."""

        async def play() -> list[CallRecord]:
            free = asyncio.Semaphore(at_once)

            async def one(seed: int, wish: Wish) -> CallRecord:
                scenario = self.scenarios[wish.scenario]
                async with free:
                    order = scenario.order(seed, turn(Knobs(), wish.knobs), "", seed)
                    return await _run(self.simulator.carrier.begin(order), scenario)

            return await asyncio.gather(*(one(n, w) for n, w in enumerate(wishes)))

        return asyncio.run_coroutine_threadsafe(play(), self.loop).result(within)


async def _run(call: CarrierCall, scenario: Scenario) -> CallRecord:
    await run_call(call)
    record = call.result()
    record.unmet = scenario.expect.unmet(record)
    return record
