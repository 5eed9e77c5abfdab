"""Finds where in our speech the caller stopped hearing it.

At a barge-in the carrier reports what was heard: it may begin with sentences before
the one that was cut, it may end within a word, and its punctuation need not be ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Word:
    """`begin` and `end` are where it stands in text number `index`."""

    index: int
    begin: int
    end: int
    plain: str


def place_of(texts: Sequence[str], heard: str) -> tuple[int, str] | None:
    """The text in which `heard` ends, by its number, and how much of it was heard.

    `texts` were spoken one after the other, and `heard` begins with one of them; of
    several such places the latest counts. None if there is no such place.
    """
    words = _words(0, heard)
    if not words:
        return None
    for start in reversed(range(len(texts))):
        spoken = [w for i in range(start, len(texts)) for w in _words(i, texts[i])]
        if _begins(spoken, words):
            index = spoken[len(words) - 1].index
            rest = [w for w in spoken[len(words) :] if w.index == index]
            return index, _part(texts[index], spoken[len(words) - 1], words[-1], rest)
    return None


def _words(index: int, text: str) -> list[_Word]:
    """Those that can be heard: a dash is none."""
    found = [
        _Word(index, m.start(), m.end(), re.sub(r"\W", "", m.group()).lower())
        for m in WORD.finditer(text)
    ]
    return [word for word in found if word.plain]


def _begins(spoken: Sequence[_Word], heard: Sequence[_Word]) -> bool:
    """Word by word; of the last one the beginning is enough."""
    if len(spoken) < len(heard):
        return False
    said = [word.plain for word in spoken[: len(heard)]]
    words = [word.plain for word in heard]
    return said[:-1] == words[:-1] and said[-1].startswith(words[-1])


def _part(text: str, last: _Word, heard: _Word, rest: Sequence[_Word]) -> str:
    if last.plain != heard.plain:
        return text[: last.begin + len(heard.plain)]
    return text[: last.end] if rest else text
