"""What was said, as the model is told of it.

The caller's words wait in `_pending` until the next answer is asked for, so that
words spoken while the agent has the floor stand behind what the agent said. An
agent's turn is what the caller heard of it, never what was generated.
"""

from collections.abc import Iterable

from calls.core.actions import AgentTurn, CallerTurn, HistoryItem, NoticeTurn


class History:
    def __init__(self, items: Iterable[HistoryItem] = (), *, notice: str = "") -> None:
        self._notice = (NoticeTurn(notice),) if notice else ()
        self._items: list[HistoryItem] = []
        self._pending: list[str] = []
        self.add(*items)

    def add(self, *items: HistoryItem) -> None:
        """Two turns of the caller in a row become one: some models refuse them."""
        for item in items:
            last = self._items[-1] if self._items else None
            if isinstance(item, CallerTurn) and isinstance(last, CallerTurn):
                self._items[-1] = CallerTurn(f"{last.text} {item.text}")
            else:
                self._items.append(item)

    def hear(self, text: str) -> None:
        self._pending.append(text)

    def spoken(self) -> bool:
        """True once anybody has said anything."""
        return bool(self._items)

    def owes_answer(self) -> bool:
        last_is_ours = bool(self._items) and isinstance(self._items[-1], AgentTurn)
        return bool(self._pending) or not last_is_ours

    def waiting(self) -> int:
        """How many pieces of the caller's words no answer was asked for yet."""
        return len(self._pending)

    def items(self) -> tuple[HistoryItem, ...]:
        """Everything so far, the caller's latest pieces joined into one turn."""
        self.settle()
        return (*self._notice, *self._items)

    def settle(self, *, leaving: int = 0) -> None:
        """The caller's pieces, but for the last ones, stand before what comes next."""
        count = max(len(self._pending) - leaving, 0)
        self.add(*[CallerTurn(text) for text in self._pending[:count]])
        del self._pending[:count]

    def cut(self, kept: str) -> None:
        """The caller heard no more than `kept` of the agent's latest turn."""
        turns = [i for i, t in enumerate(self._items) if isinstance(t, AgentTurn)]
        if turns:
            after = self._items[turns[-1] + 1 :]
            del self._items[turns[-1] :]
            self.add(*([AgentTurn(kept)] if kept else []), *after)
