"""Finds where in our speech the caller stopped hearing it.

At a barge-in the carrier reports what was heard: it may begin with sentences before
the one that was cut, it may end within a word, and its punctuation need not be ours.
"""

import re
from collections.abc import Sequence

WORD = re.compile(r"\S+")


def place_of(texts: Sequence[str], heard: str) -> tuple[int, str] | None:
    """Which of `texts`, spoken one after the other, `heard` ends in, and its part of

    that text. None if `heard` is not where any of them begins; of several places the
    latest counts.
    """
    words = [(raw, plain) for raw in heard.split() if (plain := _plain(raw))]
    if not words:
        return None
    for start in reversed(range(len(texts))):
        spoken = [
            (index, match)
            for index in range(start, len(texts))
            for match in WORD.finditer(texts[index])
            if _plain(match.group())
        ]
        if _begins_with(spoken, [plain for _, plain in words]):
            index, match = spoken[len(words) - 1]
            follows = spoken[len(words) :]
            if _plain(match.group()) != words[-1][1]:
                return index, texts[index][: match.start()] + words[-1][0]
            whole = not follows or follows[0][0] != index
            return index, texts[index] if whole else texts[index][: match.end()]
    return None


def _begins_with(spoken: Sequence[tuple[int, re.Match[str]]], words: list[str]) -> bool:
    """Word by word; of the last one the beginning is enough."""
    if len(spoken) < len(words):
        return False
    said = [_plain(match.group()) for _, match in spoken[: len(words)]]
    return said[:-1] == words[:-1] and said[-1].startswith(words[-1])


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
