"""YAML as a tree with line numbers, without anything that YAML could be abused for.

The parser's events are put together here and not by the library: its own composer
follows aliases (a file of a few lines can unfold to gigabytes), calls itself for every
level, and lets a key that is written twice win silently. Values stay the text that was
written, because only the field that they are for says what `no`, `08:00` or
`+12025550100` mean.
"""

from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from routing.core.config_file import Problem
from routing.errors import ConfigRefused

# Five times a configuration of five hundred rules.
MOST_LINES = 50_000
MOST_CHARACTERS = 4_000_000
DEEPEST = 30
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """`plain`: written without quotes."""

    line: int
    text: str
    plain: bool


@dataclass(slots=True)
class Items:
    line: int
    items: "list[Node]" = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    line: int
    fields: "dict[str, Node]" = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Items | Fields


def read_tree(text: str) -> Node:
    """Raises ConfigRefused, with one problem: after it nothing can be trusted."""
    check_size(text)
    builder = Builder()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refused(mark.line + 1 if mark else 0, wording(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise refused(line, "there is a character that no text may hold.") from None
    if builder.top is None:
        raise refused(1, "the file is empty.")
    return builder.top


def check_size(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise refused(
            text.count("\n", 0, MOST_CHARACTERS) + 1,
            f"the file goes on after {MOST_CHARACTERS:,} characters; more is not read.",
        )
    if text.count("\n") > MOST_LINES:
        raise refused(
            MOST_LINES + 1,
            f"the file goes on after {MOST_LINES:,} lines; more is not read.",
        )


def refused(line: int, text: str) -> ConfigRefused:
    return ConfigRefused([Problem(line, text)])


def wording(error: yaml.MarkedYAMLError) -> str:
    said = error.problem or "it cannot be read"
    return f"this is not YAML: {said}."


class Builder:
    def __init__(self) -> None:
        self.top: Node | None = None
        self.open: list[Items | Fields] = []
        self.keys: list[Scalar | None] = []
        self.documents = 0

    def take(self, event: Event) -> None:
        assert event.start_mark is not None
        line = event.start_mark.line + 1
        match event:
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise refused(line, "a second document begins; there may be one.")
            case AliasEvent():
                raise refused(line, "*references are not read; write it out.")
            case ScalarEvent():
                self.check_plain(event, line, tagged=not any(event.implicit))
                self.add(Scalar(line, event.value, not event.style))
            case SequenceStartEvent():
                self.check_plain(event, line, tagged=not event.implicit)
                self.begin(Items(line))
            case MappingStartEvent():
                self.check_plain(event, line, tagged=not event.implicit)
                self.begin(Fields(line))
            case SequenceEndEvent() | MappingEndEvent():
                self.open.pop()
                self.keys.pop()

    def check_plain(
        self,
        event: ScalarEvent | SequenceStartEvent | MappingStartEvent,
        line: int,
        *,
        tagged: bool,
    ) -> None:
        if event.anchor is not None:
            raise refused(line, f"&{event.anchor}: marks are not read; take it out.")
        if tagged:
            raise refused(line, f"{event.tag}: types are not read; take it out.")

    def begin(self, node: Items | Fields) -> None:
        if len(self.open) >= DEEPEST:
            raise refused(node.line, "this is nested too deeply.")
        self.add(node)
        self.open.append(node)
        self.keys.append(None)

    def add(self, node: Node) -> None:
        if not self.open:
            self.top = node
            return
        holder = self.open[-1]
        if isinstance(holder, Items):
            holder.items.append(node)
            return
        key = self.keys[-1]
        if key is not None:
            holder.fields[key.text] = node
            self.keys[-1] = None
        elif not isinstance(node, Scalar):
            raise refused(node.line, "the name of a field must be a word.")
        elif node.text in holder.fields:
            first = holder.lines[node.text]
            text = f"{node.text} is written twice; the first is in line {first}."
            raise refused(node.line, text)
        else:
            holder.lines[node.text] = node.line
            self.keys[-1] = node
