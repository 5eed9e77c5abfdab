"""Where in a configuration something stands, in the file and in words.

A path leads to a value: ("rules", 3, "calendar"). Only what was read from a file has
lines; a release that is put back has none and is told by names alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1; 0 where there is no file."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}" if self.line else self.text


class Lines:
    """The line of each value; of one that is not written, the line it belongs to."""

    def __init__(self, known: Mapping[Path, int] | None = None) -> None:
        self.known = known or {}

    def of(self, path: Path) -> int:
        while path:
            if path in self.known:
                return self.known[path]
            path = path[:-1]
        return self.known.get((), 0)

    def problem(self, path: Path, text: str) -> Problem:
        return Problem(self.of(path), text)
