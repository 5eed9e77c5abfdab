"""The transcript in the order of the conversation, whatever the order of arrival.

A caller's words are read by a model of their own, beside the conversation: they may
arrive before or after the answer to them, or never. Items know what they stand
behind, so an utterance is released once everything before it is known, or was waited
for long enough. Items that are no speech, tools and words of ours, stand in the chain
like all others and have an empty text.
"""

from dataclasses import dataclass

PATIENCE_SECONDS = 6.0


@dataclass(slots=True)
class _Item:
    by_caller: bool
    placed_at: float
    text: str | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`text` None: the provider has no transcript of it; the agent's always has one."""

    item: str
    by_caller: bool
    text: str | None


class Order:
    def __init__(self) -> None:
        self._items: dict[str, _Item] = {}
        self._early: dict[str, str | None] = {}
        self._told: set[str] = set()

    def place(self, item: str, after: str, now: float, *, by_caller: bool) -> None:
        if item in self._items or item in self._told:
            return
        entry = _Item(by_caller, now)
        if item in self._early:
            entry.text, entry.known = self._early.pop(item), True
        names = list(self._items)
        at = names.index(after) + 1 if after in names else len(names)
        if after in self._told or not after:
            at = 0 if after in self._told and names else len(names)
        entries = list(self._items.items())
        entries.insert(at, (item, entry))
        self._items = dict(entries)

    def know(self, item: str, text: str | None) -> None:
        if item in self._told:
            return
        entry = self._items.get(item)
        if entry is None:
            self._early[item] = text
        elif not entry.known:
            entry.text, entry.known = text, True

    @property
    def deadline(self) -> float | None:
        """When the first unknown item has been waited for long enough."""
        first = next(iter(self._items.values()), None)
        return None if first is None else first.placed_at + PATIENCE_SECONDS

    def release(self, now: float, *, all_of_it: bool = False) -> list[Line]:
        """The lines whose turn has come."""
        lines = []
        for name, item in list(self._items.items()):
            late = now >= item.placed_at + PATIENCE_SECONDS
            if not (item.known or late or all_of_it):
                break
            del self._items[name]
            self._told.add(name)
            nothing_told = item.text is None and item.by_caller
            if item.text or nothing_told:
                lines.append(Line(name, item.by_caller, item.text))
        return lines
