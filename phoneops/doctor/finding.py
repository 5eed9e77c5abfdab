"""One thing looked at, and how it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

from django.conf import settings

MARK_WIDTH, SUBJECT_WIDTH, WIDTH = 5, 24, 92


class Mark(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` says what to do; nothing need be done about what is in order."""

    mark: Mark
    subject: str
    says: str
    remedy: str = ""

    def lines(self) -> Iterator[str]:
        """A row of the table; what does not fit goes on below."""
        start = f"{self.mark:<{MARK_WIDTH}} {self.subject:<{SUBJECT_WIDTH}} "
        blank = " " * len(start)
        yield from wrap(self.says, WIDTH, initial_indent=start, subsequent_indent=blank)
        if self.remedy:
            yield from wrap(
                self.remedy,
                WIDTH,
                initial_indent=f"{blank}-> ",
                subsequent_indent=f"{blank}   ",
            )


def ok(subject: str, says: str) -> Finding:
    return Finding(Mark.OK, subject, says)


def warn(subject: str, says: str, remedy: str) -> Finding:
    return Finding(Mark.WARN, subject, says, remedy)


def fail(subject: str, says: str, remedy: str) -> Finding:
    return Finding(Mark.FAIL, subject, says, remedy)


def way_out(setting: str) -> str:
    """What to do when a provider does not answer."""
    if settings.SIMULATED:
        return "Start the portal with `make run`; it brings the simulator along."
    return f"Check the way to the internet, and {setting}."


def summary(marks: Iterable[Mark]) -> str:
    """ "12 ok, 1 warning, 0 failures" """
    found = list(marks)
    good, odd, bad = (found.count(mark) for mark in Mark)
    return (
        f"{good} ok, {odd} warning{'' if odd == 1 else 's'}, "
        f"{bad} failure{'' if bad == 1 else 's'}"
    )
