"""A document as a YAML file that explains itself.

The comments are the help texts of the admin's own forms. What has its usual value is
not written, so that a record shows what is particular about it; the comment of a field
says what is usual.

Written and read with PyYAML, which the project has already: comments stand only where
we put them, so nothing has to be kept from one file to the next, and its parser in C
is some fifty times as fast as the one that could keep them.
"""

import json
from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import Any

import yaml
from django.db import models

from routing.services.config.draft import Document
from routing.services.config.reading import FORMAT
from routing.services.config.scalars import CLOCK, REAL
from routing.services.config.table import (
    SECTIONS,
    AnyField,
    Part,
    Section,
    fields_of,
    target,
)
from routing.services.config.values import MISSING, Kind, kind_of, tidy, usual

WIDTH = 88
LONGEST_LINE = 1_000_000  # a text of one line stays one line
HEAD = (
    "The whole configuration of this portal. Import it with `manage.py config import "
    "FILE`, or on the page of releases: the draft then holds exactly what is written "
    "here, and what is not written here is removed from it. Calls go on as before "
    "until the draft is published. What a field does not say has its usual value, "
    "which the comments name. Records go by their names, numbers by their number."
)
KINDS: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.PHONE: "phone number",
    Kind.WHOLE: "whole number",
    Kind.REAL: "number",
    Kind.DECIMAL: "number",
    Kind.FLAG: "true or false",
    Kind.CLOCK: "time",
    Kind.DAY: "day",
    Kind.ANYTHING: "fields",
    Kind.NAME: "name",
    Kind.NAMES: "list of names",
}


class Decimals(str):
    """A number that is kept with its places."""

    __slots__ = ()


class Dumper(yaml.SafeDumper):
    """Lists stand in from the name they belong to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    tag = "tag:yaml.org,2002:str"
    if "\n" in text and text == tidy(text) and text.replace("\n", "").isprintable():
        return dumper.represent_scalar(tag, text, style="|")
    doubtful = REAL.fullmatch(text) or CLOCK.fullmatch(text) or not text.isprintable()
    return dumper.represent_scalar(tag, text, style='"' if doubtful else None)


def represent_decimal(dumper: Dumper, text: Decimals) -> yaml.ScalarNode:
    whole = "tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(whole, str(text))


Dumper.add_representer(str, represent_text)
Dumper.add_representer(Decimals, represent_decimal)


def written(document: Document) -> str:
    """The same document always gives the same bytes."""
    sections = [
        f"{explanation(section)}{records(section, document[section.name])}"
        for section in SECTIONS
    ]
    return "\n".join([f"{comment(HEAD)}format: {FORMAT}\n", *sections])


def records(section: Section, found: list[dict[str, Any]]) -> str:
    values = [particular(section, values) for values in found]
    if section.single:
        values = [value for value in values if value]
    if not values:
        return f"{section.name}: {'{}' if section.single else '[]'}\n"
    shown = {section.name: values[0] if section.single else values}
    return yaml.dump(
        shown,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=LONGEST_LINE,
        default_flow_style=False,
    )


def particular(place: Section | Part, values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has its usual value."""
    found: dict[str, Any] = {}
    for field in fields_of(place):
        value = values[field.name]
        if value != usual(field):
            decimal = isinstance(field, models.DecimalField) and value is not None
            found[field.name] = Decimals(value) if decimal else value
    for part in place.parts if isinstance(place, Section) else ():
        if rows := values[part.name]:
            found[part.name] = [particular(part, row) for row in rows]
    return found


def explanation(section: Section) -> str:
    plural = str(section.model._meta.verbose_name_plural)
    order = ", in the order in which they are tried" if section.ordered else ""
    lines = [comment(f"{plural.capitalize()}{order}."), *fields_told(section, "  ")]
    for part in section.parts:
        plural = str(part.model._meta.verbose_name_plural)
        lines.append(comment(f"{part.name}: {plural}; of each:", "  "))
        lines += fields_told(part, "    ")
    return "".join(lines)


def fields_told(place: Section | Part, indent: str) -> Iterator[str]:
    for field in fields_of(place):
        yield comment(f"{field.name} ({kind_told(field)}): {told(field)}", indent)


def kind_told(field: AnyField) -> str:
    section = target(field)
    if section is None:
        return KINDS[kind_of(field)]
    return f"{KINDS[kind_of(field)]} under {section.name}"


def told(field: AnyField) -> str:
    label = str(field.verbose_name)
    sentences = [f"{label[:1].upper()}{label[1:]}.", str(field.help_text)]
    if field.flatchoices:
        sentences.append(f"One of: {'; '.join(map(choice, field.flatchoices))}.")
    sentences.append(usual_told(field))
    return " ".join(sentence for sentence in sentences if sentence)


def choice(pair: Any) -> str:
    value, label = pair
    return str(label) if str(label) == str(value) else f"{value or '“”'} ({label})"


def usual_told(field: AnyField) -> str:
    """The first words of a long one."""
    value = usual(field)
    if value is MISSING:
        return "It has to be written."
    if value in (None, "", []):
        return "Usually empty."
    value = str(value).lower() if isinstance(value, bool) else value
    text = json.dumps(value) if isinstance(value, dict) else str(value)
    text = " ".join(text.split())
    return f"Usually {text}." if len(text) < WIDTH else f"Usually {text[:WIDTH]}…"


def comment(text: str, indent: str = "") -> str:
    """Every line of it, whatever the text holds, begins with a #."""
    start = f"# {indent}"
    return (
        fill(text, WIDTH, initial_indent=start, subsequent_indent=f"{start}  ") + "\n"
    )
