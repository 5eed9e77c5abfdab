"""Tokens that can be told apart, so that each can be timed from model to carrier.

A token's word becomes its number, written in letters: it is as long as a word, keeps
the blank before it and the punctuation behind it (the carrier reports speech clause
by clause), and no sentence of the product looks like it.
"""

import re
import string
from array import array
from time import perf_counter_ns

LETTERS = string.ascii_letters
WORD = re.compile(r"\b[a-zA-Z]{5}\b")
PLACE = re.compile(r"\w+")
VALUES = {letter: value for value, letter in enumerate(LETTERS)}


def written(number: int) -> str:
    letters = []
    for _ in range(5):
        number, value = divmod(number, len(LETTERS))
        letters.append(LETTERS[value])
    return "".join(reversed(letters))


def read(word: str) -> int:
    number = 0
    for letter in word:
        number = number * len(LETTERS) + VALUES[letter]
    return number


class Stamps:
    """When each token left, and when it arrived; in nanoseconds of one clock."""

    def __init__(self) -> None:
        self.sent = array("q")
        self._frames: list[tuple[int, str]] = []

    def stamp(self, token: str) -> str:
        self.sent.append(perf_counter_ns())
        return PLACE.sub(written(len(self.sent) - 1), token, count=1)

    def arrived(self, token: str) -> None:
        """Reading it can wait until the run is over."""
        self._frames.append((perf_counter_ns(), token))

    def delays(self, begin: int, end: int) -> list[float]:
        """Sorted milliseconds of the tokens that left between the two moments."""
        return sorted(
            (at - self.sent[number]) / 1e6
            for number, at in self._arrivals().items()
            if begin <= self.sent[number] < end
        )

    def lost(self) -> int:
        return len(self.sent) - len(self._arrivals())

    def frames(self) -> int:
        return len(self._frames)

    def _arrivals(self) -> dict[int, int]:
        return {
            number: at
            for at, token in self._frames
            for number in map(read, WORD.findall(token))
            if number < len(self.sent)
        }
