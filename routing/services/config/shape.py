"""Whether a document holds together: names given once, and nothing named in vain."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from routing.core.config_file import Lines, Path, Problem
from routing.services.config.draft import Document
from routing.services.config.table import (
    BY_NAME,
    SECTIONS,
    Part,
    Section,
    fields_of,
    target,
)
from routing.services.config.values import MISSING, usual


def completed(document: Document) -> Document:
    """With what this version knows and an older one did not; what it no longer knows

    is left out.
    """
    return {
        section.name: [
            whole(section, values)
            for values in document.get(section.name) or ([{}] if section.single else [])
        ]
        for section in SECTIONS
    }


def whole(place: Section | Part, values: Mapping[str, Any]) -> dict[str, Any]:
    found = {"key": values["key"]} if "key" in values else {}
    for field in fields_of(place):
        value = values.get(field.name, usual(field))
        found[field.name] = None if value is MISSING else value
    if isinstance(place, Section):
        for part in place.parts:
            rows = values.get(part.name, [])
            found[part.name] = [whole(part, row) for row in rows]
    return found


def check_shape(document: Document, lines: Lines) -> list[Problem]:
    return [*check_names(document, lines), *check_references(document, lines)]


def check_names(document: Document, lines: Lines) -> Iterator[Problem]:
    for section in SECTIONS:
        seen: dict[str, Path] = {}
        for place, values in enumerate(document.get(section.name, [])):
            name, path = section.name_in(values), (section.name, place)
            if name in seen:
                first = lines.of(seen[name])
                where = f" (the first is in line {first})" if first else ""
                text = f"there are two with the name {section.title(name)}{where}."
                yield lines.problem((*path, section.identity), text)
            seen.setdefault(name, path)


def check_references(document: Document, lines: Lines) -> Iterator[Problem]:
    known = {
        section.name: {section.name_in(v) for v in document.get(section.name, [])}
        for section in SECTIONS
    }
    for place, values, path in everything(document):
        for field in fields_of(place):
            section = target(field)
            if section is None:
                continue
            value = values[field.name]
            names = value if isinstance(value, list) else [value]
            for name in names:
                if name is not None and name not in known[section.name]:
                    text = f"{field.name}: {unknown(name, section, known)}"
                    yield lines.problem((*path, field.name), text)


def everything(
    document: Document,
) -> Iterator[tuple[Section | Part, Mapping[str, Any], Path]]:
    for name, section in BY_NAME.items():
        for place, values in enumerate(document.get(name, [])):
            yield section, values, (name, place)
            for part in section.parts:
                for row, row_values in enumerate(values[part.name]):
                    yield part, row_values, (name, place, part.name, row)


def unknown(name: str, section: Section, known: Mapping[str, set[str]]) -> str:
    close = get_close_matches(name, known[section.name], 1)
    hint = f" Did you mean “{close[0]}”?" if close else ""
    return f"there is no {section.title(name)} under {section.name}.{hint}"
