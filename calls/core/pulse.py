"""Whether the driver of a call makes headway, as seen from outside of it.

A driver that hangs cannot say so. Whoever looks after it asks at regular times whether
something is due, and the driver counts its steps. Patience is counted in looks and not
in seconds: a process that was stopped for a minute, or has too much to do, must not
take its own delay for that of a driver which did not get its turn either.
"""

FALTERING = 3


class Pulse:
    """`patience`: at so many looks in a row nothing may have moved."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._steps, self._missed = 0, 0
        self._seen = -1  # whoever has only just begun has missed nothing yet

    def step(self) -> None:
        """The driver has done what it was at."""
        self._steps += 1

    def look(self, *, due: bool, silent: bool) -> None:
        """`due`: there is something to do, which the next step may have done.

        `silent`: the caller has heard nothing for longer than the conversation ever
        leaves anybody waiting, whatever the driver is busy with.
        """
        stands_still = due and self._steps == self._seen
        self._missed = self._missed + 1 if stands_still or silent else 0
        self._seen = self._steps

    @property
    def falters(self) -> bool:
        """Whoever knows the call by this pulse should not vouch for it any more."""
        return self._missed >= min(FALTERING, self._patience)

    @property
    def stopped(self) -> bool:
        return self._missed >= self._patience
