"""Named deadlines; the earliest is what the driver sleeps until."""

from enum import Enum, auto
from typing import Generic, TypeVar


class Timer(Enum):
    """In the order in which they are served when several are due at once."""

    CAP = auto()
    CLOSE = auto()
    DIGITS = auto()
    MERGE = auto()
    FIRST_TOKEN = auto()
    STALL = auto()
    FILLER = auto()
    WARN = auto()
    SILENCE = auto()


T = TypeVar("T", bound=Enum)


class Timers(Generic[T]):
    """Of an enum whose order is the order in which its timers are served."""

    def __init__(self) -> None:
        self._due: dict[T, float] = {}

    def start(self, timer: T, at: float) -> None:
        self._due[timer] = at

    def stop(self, *timers: T) -> None:
        for timer in timers:
            self._due.pop(timer, None)

    def stop_all(self, *, but: frozenset[T] = frozenset()) -> None:
        self._due = {timer: at for timer, at in self._due.items() if timer in but}

    def running(self, timer: T) -> bool:
        return timer in self._due

    @property
    def deadline(self) -> float | None:
        return min(self._due.values(), default=None)

    def pop_due(self, now: float) -> T | None:
        """Removes and returns the most important timer that is due."""
        due = [timer for timer, at in self._due.items() if at <= now]
        if not due:
            return None
        first = min(due, key=_rank)
        self.stop(first)
        return first


def _rank(timer: Enum) -> int:
    return int(timer.value)
