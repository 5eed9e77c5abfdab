"""The person who calls: what a script can make them do and wait for.

Waiting is for what they hear, never for a fixed time, and never for ever: a wait that
takes too long means that the caller gives up and hangs up.
"""

import asyncio
import re
from functools import partial

from calls.simulator.carrier.call import CarrierCall
from calls.simulator.carrier.party import AgentLine, Utterance

TURN_GAP_S = 0.6  # the pause between two speakers
LEAST_GAP_S = 0.1
WITHIN_S = 30.0
LOOK_EVERY_S = 0.05


class GaveUp(Exception):
    """What the caller waited for did not come."""


class Caller:
    def __init__(self, call: CarrierCall) -> None:
        self.call = call
        self.ear = call.ear
        self._turns = 0
        self._entry = 0
        self.lang = "en-US"

    def _acted(self) -> None:
        """From here on, `agent_done` and `hears` ask about what comes next."""
        self._turns = self.ear.turns
        self._entry = len(self.ear.heard)

    # Waiting.

    async def agent_done(self, within: float = WITHIN_S) -> None:
        """Somebody has answered since the caller last acted, and is silent again."""
        gap = max(self.call.clock.real(TURN_GAP_S), LEAST_GAP_S)
        while True:
            if not await self.ear.until(self._has_answer, within):
                raise GaveUp("nobody answered the caller")
            if not await self.ear.until(partial(self._goes_on, self.ear.turns), gap):
                return

    def _has_answer(self) -> bool:
        return self.ear.turns > self._turns and not self.ear.speaking

    def _goes_on(self, turns: int) -> bool:
        return self.ear.speaking or self.ear.turns > turns

    async def hears(self, pattern: str, within: float = WITHIN_S) -> None:
        wanted = re.compile(pattern, re.IGNORECASE)
        if not await self.ear.until(
            lambda: wanted.search(self.ear.text(self._entry)) is not None, within
        ):
            raise GaveUp(f"the caller did not hear {pattern!r}")

    async def sees(self, mark: str, within: float = WITHIN_S) -> None:
        """Wait for a mark of the ear, like beep or bridged; it counts from there."""
        if not await self.ear.until(lambda: mark in self.ear.marks, within):
            raise GaveUp(f"there was no {mark}")
        self._acted()

    async def silence(self, seconds: float) -> None:
        """Say nothing for so many real seconds: the product does not run faster."""
        await self.ear.until(lambda: "ended" in self.ear.marks, seconds)

    # Acting.

    async def say(self, said: Utterance | str) -> None:
        if isinstance(said, str):
            said = Utterance(text=said, lang=self.lang)
        self.ear.hear("caller", said.text)
        await self.call.line.speak(said)
        self._acted()

    async def press(self, keys: str) -> None:
        self.ear.hear("caller", f"[presses {keys}]")
        for key in keys:
            await self.call.line.press(key)
        self._acted()

    async def interrupt_after(self, words: int, said: Utterance | str) -> None:
        """Let the agent get so many words out, then speak over them."""
        await self.after_words(words)
        await self.say(said)

    async def after_words(self, words: int, within: float = WITHIN_S) -> None:
        try:
            async with asyncio.timeout(within):
                while self._words_heard() < words:
                    await self.call.clock.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise GaveUp(f"the agent did not say {words} words") from None

    def _words_heard(self) -> int:
        line = self.call.line
        return line.words_heard() if isinstance(line, AgentLine) else 0

    def drop_after(self, frames: int) -> None:
        """The network breaks after so many more frames."""
        if isinstance(self.call.line, AgentLine):
            self.call.line.drop_after(frames)

    def hang_up(self) -> None:
        self.call.hang_up("caller")
