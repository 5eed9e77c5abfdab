"""The draft as a document."""

from collections.abc import Iterable
from typing import Any

from django.db.models import ForeignKey, Model

from routing.services.config.table import (
    BY_MODEL,
    POSITION,
    SECTIONS,
    Part,
    Section,
    fields_of,
    is_list,
    target,
)
from routing.services.config.values import Kind, kind_of, to_document

Document = dict[str, list[dict[str, Any]]]
Names = dict[type[Model], dict[Any, str]]

KEY = "key"


def draft_document() -> Document:
    """Always in the same order, so that equal drafts are equal documents."""
    records = {section.model: in_order(section) for section in SECTIONS}
    names: Names = {
        model: {r.pk: BY_MODEL[model].name_of(r) for r in found}
        for model, found in records.items()
    }
    return {
        section.name: [
            {
                KEY: str(r.pk),
                **values_of(section, r, names),
                **parts_of(section, r, names),
            }
            for r in records[section.model]
        ]
        for section in SECTIONS
    }


def in_order(section: Section) -> list[Any]:
    """By name, in an order that no database setting changes, unless it has its own."""
    lists = [field.name for field in fields_of(section) if is_list(field)]
    rows = [related_name(part) for part in section.parts]
    found = section.model._default_manager.order_by("pk").prefetch_related(
        *lists, *rows
    )
    if section.ordered:
        return sorted(found, key=lambda r: (getattr(r, POSITION), r.pk))
    return sorted(found, key=lambda r: (section.name_of(r), r.pk))


def related_name(part: Part) -> str:
    """By which an owner knows its rows."""
    field = part.model._meta.get_field(part.owner)
    assert isinstance(field, ForeignKey)
    return str(field.remote_field.get_accessor_name())


def rows_of(part: Part, owner: Any) -> list[Any]:
    """In the order of their model, which is the one that people see."""
    return list(getattr(owner, related_name(part)).all())


def values_of(place: Section | Part, record: Any, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields_of(place):
        section = target(field)
        match kind_of(field):
            case Kind.NAME:
                assert section is not None
                known = names[section.model]
                found[field.name] = known.get(getattr(record, field.attname))
            case Kind.NAMES:
                assert section is not None
                others = getattr(record, field.name).all()
                found[field.name] = named(others, names[section.model])
            case _:
                found[field.name] = to_document(field, getattr(record, field.name))
    return found


def named(others: Iterable[Model], names: dict[Any, str]) -> list[str]:
    return sorted(names[other.pk] for other in others)


def parts_of(section: Section, record: Any, names: Names) -> dict[str, Any]:
    return {
        part.name: [values_of(part, row, names) for row in rows_of(part, record)]
        for part in section.parts
    }
