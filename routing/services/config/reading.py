"""A configuration file as a document, every value read as its field wants it."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from routing.core.config_file import Lines, Path, Problem
from routing.errors import ConfigRefused
from routing.services.config.draft import Document
from routing.services.config.nodes import Fields, Items, Node, Scalar, read_tree
from routing.services.config.scalars import BadValue, read_value
from routing.services.config.table import BY_NAME, Part, Section, fields_of
from routing.services.config.values import MISSING, usual

FORMAT = 1
MOST_PROBLEMS = 50


def read(text: str) -> tuple[Document, Lines]:
    """Raises ConfigRefused."""
    reader = Reader()
    document = reader.document(read_tree(text))
    if reader.problems:
        raise ConfigRefused(
            sorted(reader.problems, key=lambda p: p.line)[:MOST_PROBLEMS]
        )
    return document, Lines(reader.lines)


class Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[Path, int] = {(): 1}

    def document(self, top: Node) -> Document:
        if not isinstance(top, Fields):
            self.problem(top.line, "write the sections, such as “numbers:”, first.")
            return {}
        self.check_format(top)
        self.check_known(top, ("format", *BY_NAME), "section")
        return {
            name: list(self.section(section, top.fields.get(name)))
            for name, section in BY_NAME.items()
        }

    def section(self, section: Section, node: Node | None) -> Iterator[dict[str, Any]]:
        if not section.single:
            yield from self.records(section, node, (section.name,))
        elif node is None or is_empty(node):
            yield self.record(section, Fields(0), (section.name, 0))
        else:
            yield self.record(section, node, (section.name, 0))

    def check_format(self, top: Fields) -> None:
        written = top.fields.get("format")
        if written is None:
            self.problem(top.line, f"“format: {FORMAT}” is missing.")
        elif not isinstance(written, Scalar) or written.text != str(FORMAT):
            self.problem(
                written.line, f"format: only {FORMAT} is known to this version."
            )

    def records(
        self, place: Section | Part, node: Node | None, path: Path
    ) -> Iterator[dict[str, Any]]:
        if node is None or is_empty(node):
            return
        if not isinstance(node, Items):
            self.problem(node.line, f"{path[-1]}: a list is expected, each with a “-”.")
            return
        for count, item in enumerate(node.items):
            yield self.record(place, item, (*path, count))

    def record(self, place: Section | Part, node: Node, path: Path) -> dict[str, Any]:
        self.lines[path] = node.line
        parts = place.parts if isinstance(place, Section) else ()
        if not isinstance(node, Fields):
            self.problem(node.line, "fields are expected, such as “name: …”.")
            node = Fields(node.line)
        else:
            known = [field.name for field in fields_of(place)]
            self.check_known(node, (*known, *(part.name for part in parts)), "field")
            for name, line in node.lines.items():
                self.lines[*path, name] = line
        values = self.values(place, node, path)
        for part in parts:
            rows = self.records(part, node.fields.get(part.name), (*path, part.name))
            values[part.name] = list(rows)
        return values

    def values(self, place: Section | Part, node: Fields, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in fields_of(place):
            written = node.fields.get(field.name)
            found[field.name] = None
            if written is None:
                found[field.name] = usual(field)
                if found[field.name] is MISSING:
                    self.problem(node.line, f"{field.name} is missing.")
                    found[field.name] = None
                continue
            try:
                found[field.name] = read_value(field, written)
            except BadValue as problem:
                self.problem(problem.line or written.line, f"{field.name}: {problem}")
        return found

    def check_known(self, node: Fields, known: tuple[str, ...], what: str) -> None:
        for name, line in node.lines.items():
            if name not in known:
                self.problem(
                    line, f"there is no {what} “{shortened(name)}”.{meant(name, known)}"
                )

    def problem(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))


def is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null")


def meant(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name[:80], known, 1)
    return f" Did you mean “{close[0]}”?" if close else ""


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
