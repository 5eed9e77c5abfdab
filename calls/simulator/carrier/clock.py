"""Life's seconds and real seconds: a simulator may run faster than life."""

import asyncio


class Clock:
    def __init__(self, speed: float) -> None:
        self.speed = speed

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def real(self, seconds: float) -> float:
        """How long so many seconds of life take here."""
        return seconds / self.speed

    def patience(self, seconds: float) -> float:
        """A wait for somebody else's move: sped up, but never too short to make it."""
        return max(self.real(seconds), 0.5)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real(seconds))
