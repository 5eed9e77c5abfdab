"""Batches of calls: bounded in size and time, with a result for every call."""

import asyncio
import random
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from calls.simulator.carrier.carrier import Carrier, place_call
from calls.simulator.carrier.order import CallRecord
from calls.simulator.knobs import Knobs, turn
from calls.simulator.openai_api.service import ModelService
from calls.simulator.scenario import PATHS, Scenario
from calls.simulator.twiml.values import E164

MAX_CALLS = 2000
MAX_CONCURRENCY = 600
MAX_SECONDS = 3600.0
MAX_SPEED = 100
STARTS_PER_SECOND = 25.0
KEPT_BATCHES = 20
DEFAULT_PATHS = "relay"
SPEC_KEYS = frozenset(
    {
        *("scenario", "paths", "calls", "concurrency", "knobs"),
        *("to", "seed", "seconds", "speed"),
    }
)


class BadBatch(ValueError):
    """A batch that was asked for in a way that cannot be done."""


@dataclass(frozen=True, slots=True)
class BatchSpec:
    scenarios: tuple[Scenario, ...]
    calls: int
    concurrency: int
    knobs: Knobs
    to: str
    seed: int
    seconds: float
    speed: float | None


def read_spec(
    found: Any, scenarios: Mapping[str, Scenario], numbers: Mapping[str, str]
) -> BatchSpec:
    if not isinstance(found, dict):
        raise BadBatch("a batch is a JSON object")
    if unknown := set(found) - SPEC_KEYS:
        raise BadBatch(f"a batch has no {sorted(unknown)}; it has {sorted(SPEC_KEYS)}")
    name = found.get("scenario", "all")
    if name == "all":
        paths = _paths(found.get("paths") or DEFAULT_PATHS)
        chosen = tuple(s for s in scenarios.values() if s.path in paths)
    elif name in scenarios:
        chosen = (scenarios[name],)
    else:
        raise BadBatch(f"no scenario {name!r}; there are {', '.join(scenarios)}")
    to = str(found.get("to") or "")
    for wanted in {to} if to else {scenario.to for scenario in chosen}:
        if wanted not in numbers and not E164.accepts(wanted):
            raise BadBatch(f"{wanted!r} is neither a number nor {', '.join(numbers)}")
    return BatchSpec(
        chosen,
        _number(found, "calls", len(chosen), MAX_CALLS),
        _number(found, "concurrency", 3, MAX_CONCURRENCY),
        turn(Knobs(), found.get("knobs") or {}),
        to,
        int(found.get("seed") or random.randrange(2**31)),
        min(float(found.get("seconds") or MAX_SECONDS), MAX_SECONDS),
        _speed(found.get("speed")),
    )


def _paths(found: Any) -> frozenset[str]:
    """One or several, separated by commas."""
    paths = frozenset(str(found).split(","))
    if unknown := paths - set(PATHS):
        raise BadBatch(f"paths are {' and '.join(PATHS)}, not {min(unknown)!r}")
    return paths


def _speed(found: Any) -> float | None:
    if found is None:
        return None
    if not isinstance(found, int | float) or not 0 < found <= MAX_SPEED:
        raise BadBatch(f"speed must be above 0 and at most {MAX_SPEED}, not {found!r}")
    return float(found)


def _number(found: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = found.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadBatch(f"{name} must be a whole number from 1 to {most}, not {value!r}")
    return value


@dataclass(slots=True)
class Batch:
    spec: BatchSpec
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    state: str = "running"
    """running, done, stopped or out_of_time."""
    started: int = 0
    records: list[CallRecord] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    took: float | None = None

    def as_dict(self, since: int = 0) -> dict[str, object]:
        took = time.monotonic() - self.began if self.took is None else self.took
        return {
            "id": self.id,
            "state": self.state,
            "seed": self.spec.seed,
            "total": self.spec.calls,
            "started": self.started,
            "finished": len(self.records),
            "ok": sum(record.ok for record in self.records),
            "seconds": round(took, 1),
            "outcomes": Counter(record.outcome for record in self.records),
            "calls": [record.as_dict() for record in self.records[since:]],
        }


class Batches:
    def __init__(
        self, carrier: Carrier, model: ModelService, scenarios: Mapping[str, Scenario]
    ) -> None:
        self.carrier = carrier
        self.model = model
        self.scenarios = scenarios
        self.known: OrderedDict[str, Batch] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, spec: BatchSpec) -> Batch:
        batch = Batch(spec)
        self.known[batch.id] = batch
        while len(self.known) > KEPT_BATCHES:
            self.known.popitem(last=False)
        task = asyncio.create_task(self._run(batch))
        self._tasks[batch.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(batch.id, None))
        return batch

    def stop(self, batch: Batch) -> None:
        if (task := self._tasks.get(batch.id)) is not None:
            batch.state = "stopped"
            task.cancel()

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, batch: Batch) -> None:
        """At most so many at once, started a little apart, as calls come in life."""
        spec = batch.spec
        self._set_model(spec.knobs)
        gate = asyncio.Semaphore(spec.concurrency)
        try:
            async with asyncio.timeout(spec.seconds), asyncio.TaskGroup() as group:
                for number in range(spec.calls):
                    await gate.acquire()
                    group.create_task(self._one(batch, number, gate))
                    await asyncio.sleep(1 / STARTS_PER_SECOND)
            batch.state = "done"
        except TimeoutError:
            batch.state = "out_of_time"
        finally:
            batch.took = time.monotonic() - batch.began
            self._set_model(Knobs())

    def _set_model(self, knobs: Knobs) -> None:
        """The model cannot tell whose request it serves: its knobs hold for all."""
        self.model.knobs = replace(
            self.model.knobs,
            stalled_model_s=knobs.stalled_model_s,
            model_error_rate=knobs.model_error_rate,
        )

    async def _one(self, batch: Batch, number: int, gate: asyncio.Semaphore) -> None:
        spec = batch.spec
        scenario = spec.scenarios[number % len(spec.scenarios)]
        batch.started += 1
        try:
            order = scenario.order(
                number // len(spec.scenarios), spec.knobs, spec.to, spec.seed
            )
            order = replace(order, speed=spec.speed)
            record = await place_call(self.carrier, order)
            record.unmet = scenario.expect.unmet(record)
            batch.records.append(record)
        finally:
            gate.release()
