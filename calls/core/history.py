"""What was said, as the model is told of it.

The caller's words wait in `_pending` until the next answer is asked for, so that
words spoken while the agent has the floor stand behind what the agent said. An
agent's turn is what the caller heard of it, never what was generated.
"""

import re
from collections.abc import Iterable, Sequence

from calls.core.actions import (
    AgentTurn,
    CallerTurn,
    HistoryItem,
    NoticeTurn,
    ToolTurn,
)


class History:
    def __init__(self, items: Iterable[HistoryItem] = (), *, notice: str = "") -> None:
        self._notice = (NoticeTurn(notice),) if notice else ()
        self._items = list(items)
        self._pending: list[str] = []

    def add(self, item: HistoryItem) -> None:
        self._items.append(item)

    def hear(self, text: str) -> None:
        self._pending.append(text)

    def answer(self, text: str) -> None:
        self._items.append(AgentTurn(text))

    def add_tools(self, turns: Sequence[ToolTurn]) -> None:
        self._items.extend(turns)

    def spoken(self) -> bool:
        """True once anybody has said anything."""
        return bool(self._items)

    def owes_answer(self) -> bool:
        return bool(self._pending) or (
            bool(self._items) and isinstance(self._items[-1], CallerTurn | ToolTurn)
        )

    def has_unanswered_words(self) -> bool:
        return bool(self._pending)

    def items(self) -> tuple[HistoryItem, ...]:
        """Everything so far, the caller's latest pieces joined into one turn."""
        if self._pending:
            pieces = self._pending
            if self._items and isinstance(last := self._items[-1], CallerTurn):
                self._items.pop()
                pieces = [last.text, *pieces]
            self._items.append(CallerTurn(" ".join(pieces)))
            self._pending = []
        return (*self._notice, *self._items)

    def cut_last(self, heard: str, *, other_line: str) -> bool:
        """Cut the agent's latest turn at what the caller heard of it.

        The carrier reports what was heard of its whole talk cycle, which may be (or
        begin with) `other_line`, a sentence of the product itself. Returns False if
        the interruption did not concern the agent's turn.
        """
        at = len(self._items) - 1
        while at >= 0 and isinstance(self._items[at], ToolTurn):
            at -= 1
        if at < 0 or not isinstance(last := self._items[at], AgentTurn):
            return False
        kept = heard_part(last.text, heard)
        if kept is None and heard_part(other_line, heard) is None:
            kept = heard.strip()
        self._items[at : at + 1] = [AgentTurn(kept)] if kept else []
        return True


def heard_part(text: str, heard: str) -> str | None:
    """The beginning of `text` that `heard` ends with, compared word by word.

    None if `heard` holds no beginning of `text`.
    """
    spans = list(re.finditer(r"\S+", text))
    said = [_plain(m.group()) for m in spans]
    words = [_plain(w) for w in heard.split()]
    for count in range(min(len(said), len(words)), 0, -1):
        if words[-count:] == said[:count]:
            return text[: spans[count - 1].end()]
    if words and said and said[0].startswith(words[-1]) and words[-1]:
        return words[-1]
    return None


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
