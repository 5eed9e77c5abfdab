"""The written-down changes, in the words of the admin."""

from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from auditlog.models import LogEntry
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    BooleanField,
    DateTimeField,
    DecimalField,
    Field,
    Model,
    TimeField,
)

from routing.core.public_holidays import places
from routing.core.readable import ADDED, REMOVED, Change
from routing.services import audit
from routing.services.wording import words

# What a value that is not there was written down as.
NOTHING = ("None", "")
TRUTH = {"True": True, "False": False}


@dataclass(frozen=True, slots=True)
class Save:
    """What one person or program did at once. `pk` is that of its newest entry."""

    pk: int
    at: datetime
    who: str
    changes: tuple[Change, ...]

    def in_short(self) -> str:
        return "; ".join(map(in_short, self.changes))


def history(model: type[Model], pk: object) -> list[Save]:
    """Every change of a record, newest first, also when it is deleted by now."""
    return saves(audit.entries_of(model, pk))


def saves(entries: Sequence[LogEntry]) -> list[Save]:
    return [
        Save(
            pk=together[0].pk,
            at=together[0].timestamp,
            who=who(together[0]),
            changes=tuple(change for entry in together for change in changes(entry)),
        )
        for together in in_one_go(entries)
    ]


def in_one_go(entries: Sequence[LogEntry]) -> Iterator[list[LogEntry]]:
    """Within one save the record itself comes before its rows, in their order."""
    for _, group in groupby(entries, key=lambda e: e.cid or f"alone {e.pk}"):
        yield sorted(group, key=lambda e: -e.pk)


def who(entry: LogEntry) -> str:
    more: Mapping[str, str] = entry.additional_data or {}
    if entry.actor is not None:
        return audit.name_of(entry.actor)
    if more.get(audit.WHO):
        return f"{more[audit.WHO]} (the account is gone)"
    by = more.get(audit.BY)
    return f"the portal itself ({by})" if by else "the portal itself"


def changes(entry: LogEntry) -> Iterator[Change]:
    model = entry.content_type.model_class()
    kind = str(model._meta.verbose_name if model else entry.content_type.model)
    title = f"{kind.capitalize()} “{entry.object_repr}”"
    values: Mapping[str, Any] = entry.changes or {}
    if entry.action == LogEntry.Action.CREATE:
        yield Change(title, "", "", ADDED)
    elif entry.action == LogEntry.Action.DELETE:
        yield Change(title, "", REMOVED, "")
    if model is not None:
        for name in in_form_order(model, values):
            yield from field_change(title, model, name, values[name])


def in_form_order(model: type[Model], values: Mapping[str, Any]) -> list[str]:
    fields = [*model._meta.concrete_fields, *model._meta.many_to_many]
    order = {field.name: place for place, field in enumerate(fields)}
    link = audit.owner_link(model)
    reverse = {field.name for field in model._meta.get_fields()} - order.keys()
    hidden = {"id", link.name if link else "", *reverse}
    known = sorted(values, key=lambda name: order.get(name, len(order)))
    return [name for name in known if name not in hidden]


def field_change(
    title: str, model: type[Model], name: str, value: Any
) -> Iterator[Change]:
    label = label_of(model, name)
    if isinstance(value, Mapping):
        listed = "\n".join(map(str, value["objects"]))
        added = value["operation"] == "add"
        word = "added" if added else "taken away"
        text = ("", listed) if added else (listed, "")
        yield Change(title, f"{label}, {word}", *text)
        return
    old, new = (as_read(model, name, text) for text in value)
    if audit.HIDDEN in (old, new):
        yield Change(title, label, "", "changed")
    elif old != new:
        yield Change(title, label, old, new)


def label_of(model: type[Model], name: str) -> str:
    try:
        text = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:  # of an older version
        text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def as_read(model: type[Model], name: str, text: str) -> str:
    """The stored text of a value as the form shows it."""
    if text in NOTHING:
        return ""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    if not isinstance(field, Field) or field.is_relation:
        return text
    if isinstance(field, BooleanField):
        return words(model, name, TRUTH.get(text, text))
    if isinstance(field, DecimalField):
        return f"{Decimal(text).normalize():f}"
    if isinstance(field, TimeField):
        return text[:5]
    if isinstance(field, ArrayField):
        return "\n".join(map(str, literal_eval(text)))
    if isinstance(field, DateTimeField):
        return f"{text[:16]} UTC"
    if name == "holidays_of":
        return places().get(text, text)
    if field.flatchoices and text.isdecimal():
        return words(model, name, int(text))
    return words(model, name, text)


def in_short(change: Change) -> str:
    if change.field:
        old, new = (cut(text) or "empty" for text in (change.old, change.new))
        return f"{change.record}, {change.field}: {old} → {new}"
    return f"{change.record} {change.new or change.old}"


def cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
