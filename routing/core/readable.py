"""A snapshot as people read it, and what differs between two of them.

A `Record` is one number, rule, agent, ... as rows of label and text. How a snapshot
becomes records needs the words of the admin, so that is a service; comparing does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

ADDED = "added"
REMOVED = "removed"

# Up to this many lines a text is shown whole, else what differs with a line around it.
WHOLE = 8
SKIPPED = "…"


@dataclass(frozen=True, slots=True)
class Record:
    """`kind` and `key` tell which record it is, whatever it is called now."""

    kind: str
    key: str
    name: str
    rows: Mapping[str, str]

    @property
    def title(self) -> str:
        return f"{self.kind} “{self.name}”"


@dataclass(frozen=True, slots=True)
class Change:
    """`field` is empty where a whole record was added or removed."""

    record: str
    field: str
    old: str
    new: str

    @property
    def old_excerpt(self) -> str:
        return excerpts(self.old, self.new)[0]

    @property
    def new_excerpt(self) -> str:
        return excerpts(self.old, self.new)[1]


def compare(old: Sequence[Record], new: Sequence[Record]) -> list[Change]:
    before = {(record.kind, record.key): record for record in old}
    after = {(record.kind, record.key): record for record in new}
    changes: list[Change] = []
    for place, record in after.items():
        if place not in before:
            changes.append(Change(record.title, "", "", ADDED))
        else:
            changes += compare_rows(before[place], record)
    removed = [record for place, record in before.items() if place not in after]
    return [*changes, *(Change(r.title, "", REMOVED, "") for r in removed)]


def compare_rows(old: Record, new: Record) -> Iterator[Change]:
    labels = [*new.rows, *(label for label in old.rows if label not in new.rows)]
    for label in labels:
        before, after = old.rows.get(label, ""), new.rows.get(label, "")
        if before != after:
            yield Change(new.title, label, before, after)


def excerpts(old: str, new: str) -> tuple[str, str]:
    """Both texts without the lines that a long one has unchanged."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) <= WHOLE and len(after) <= WHOLE:
        return old, new
    shown_before, shown_after = set[int](), set[int]()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for word, start, end, new_start, new_end in matcher.get_opcodes():
        if word != "equal":
            shown_before.update(range(start - 1, end + 1))
            shown_after.update(range(new_start - 1, new_end + 1))
    return picked(before, shown_before), picked(after, shown_after)


def picked(lines: Sequence[str], shown: set[int]) -> str:
    result: list[str] = []
    for place, line in enumerate(lines):
        if place in shown:
            result.append(line)
        elif not result or result[-1] != SKIPPED:
            result.append(SKIPPED)
    return "\n".join(result)
