"""Groups single key presses into what the caller meant to key.

The carrier sends one frame for each key. A terminator (usually "#") ends the
number at once and is swallowed, also when it comes late, after the pause between
digits had already ended the number: answered as a key of its own it would interrupt
the agent's reply.
"""

LATE_TERMINATOR_SECONDS = 4.0
MOST_DIGITS = 32


class DigitCollector:
    def __init__(self, *, terminator: str, inter_digit_seconds: float) -> None:
        self._terminator = terminator
        self._pause = inter_digit_seconds
        self._digits = ""
        self._completed_at: float | None = None
        self.deadline: float | None = None

    def press(self, digit: str, now: float) -> str | None:
        """Returns the whole number when this key completes it, else None."""
        if digit == self._terminator:
            return self._terminate(now)
        self._digits += digit
        self.deadline = now + self._pause
        return self.complete(now) if len(self._digits) >= MOST_DIGITS else None

    def complete(self, now: float) -> str:
        """The pause between digits is over: what was keyed."""
        digits, self._digits = self._digits, ""
        self.deadline = None
        self._completed_at = now
        return digits

    def _terminate(self, now: float) -> str | None:
        if self._digits:
            return self.complete(now)
        if (
            self._completed_at is not None
            and now - self._completed_at <= LATE_TERMINATOR_SECONDS
        ):
            return None
        return self._terminator
