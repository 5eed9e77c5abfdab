"""What the parts of one session share: the caller, the configuration, the items."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from calls.simulator.carrier.order import VoiceSession
from calls.simulator.carrier.sip import Guest
from calls.simulator.knobs import Knobs
from calls.simulator.openai_api.service import ModelService
from calls.simulator.realtime.conversation import Conversation
from calls.simulator.realtime.usage import ContextCache

Emit = Callable[..., None]
Config = dict[str, Any]


class Core:
    def __init__(
        self, caller: Guest, config: Config, record: VoiceSession, model: ModelService
    ) -> None:
        self.caller = caller
        self.config = config
        self.record = record
        self.model = model
        self.emit: Emit = lambda kind, **fields: None
        """Tell every sideband of an event: its type and its fields."""
        self.conversation = Conversation()
        self.cache = ContextCache()
        self.over = False
        self.connected_at = caller.clock.now()
        self.after_response: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def knobs(self) -> Knobs:
        return self.caller.order.knobs

    @property
    def input_config(self) -> Config:
        found: Config = self.config["audio"]["input"]
        return found

    def chance(self, probability: float) -> bool:
        return self.caller.random.random() < probability

    def heard_ms(self) -> int:
        """The offset, in milliseconds of life, of what the caller says now."""
        clock = self.caller.clock
        return max(0, int((clock.now() - self.connected_at) * clock.speed * 1000))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def later(
        self, real_seconds: float, act: Callable[[], None]
    ) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()

        def fire() -> None:
            self._timers.discard(timer)
            act()

        timer = loop.call_later(real_seconds, fire)
        self._timers.add(timer)
        return timer

    def close(self) -> None:
        self.over = True
        for timer in self._timers:
            timer.cancel()
        for task in list(self._tasks):
            task.cancel()
