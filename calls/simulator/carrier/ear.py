"""What reached somebody's ear, and the waiting on it.

One for the caller and one for every contact that is rung. A scripted person does not
sleep for fixed times: they wait for what they hear.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    who: str
    """agent, announcement, contact, tone, or caller for their own words."""
    text: str
    at: float
    """Seconds since this ear began to listen."""


class Ear:
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._time = loop.time
        self._began = loop.time()
        self.heard: list[Heard] = []
        self.turns = 0
        """Utterances that have come to their end."""
        self.speaking = False
        self.marks: set[str] = set()
        """Happened once and stay true: beep, bridged, connected, ended, session_N."""
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def hear(self, who: str, text: str) -> None:
        if who != "caller":
            self.turns += 1
        self._note(who, text)

    def ring(self) -> None:
        """Ringing is heard, but it is nobody's answer."""
        self._note("tone", "[ringing]")

    def _note(self, who: str, text: str) -> None:
        self.heard.append(Heard(who, text, round(self._time() - self._began, 3)))
        self.changed()

    def mark(self, name: str) -> None:
        self.marks.add(name)
        self.changed()

    def set_speaking(self, *, speaking: bool) -> None:
        self.speaking = speaking
        self.changed()

    def text(self, since: int = 0) -> str:
        """Everything heard from others, from one entry on."""
        return " ".join(h.text for h in self.heard[since:] if h.who != "caller")

    def changed(self) -> None:
        if not self._waiters:
            return
        for predicate, future in self._waiters:
            if not future.done() and predicate():
                future.set_result(None)

    async def until(
        self, predicate: Callable[[], bool], within: float | None = None
    ) -> bool:
        """Wait until it is true; False when that took more than `within` seconds."""
        if predicate():
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (predicate, future)
        self._waiters.append(entry)
        try:
            async with asyncio.timeout(within):
                await future
        except TimeoutError:
            return predicate()
        finally:
            self._waiters.remove(entry)
        return True
