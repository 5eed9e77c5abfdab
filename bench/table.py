"""The tables that are printed: aligned for a terminal, or as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = ("figure", "portal", "reference", "portal over it", "target", "")


@dataclass(slots=True)
class Table:
    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(
        self,
        figure: str,
        portal: str,
        reference: str = "",
        over: str = "",
        target: str = "",
        *,
        met: bool | None = None,
    ) -> None:
        verdict = {True: "met", False: "MISSED", None: ""}[met]
        self.rows.append((figure, portal, reference, over, target, verdict))

    @property
    def missed(self) -> list[str]:
        return [f"{self.title}: {row[0]}" for row in self.rows if row[-1] == "MISSED"]


def as_text(table: Table) -> str:
    rows = [HEAD, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [line(row, widths) for row in rows]
    return "\n".join([table.title, "-" * len(table.title), *lines, ""])


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1])] + [cell.rjust(width) for cell, width in rest]
    return "  ".join(cells).rstrip()


def as_markdown(table: Table) -> str:
    rows = [(table.title, *HEAD[1:]), ("---",) + ("---:",) * 4 + ("---",), *table.rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"
