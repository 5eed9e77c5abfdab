"""One value, as the model has it and as the document has it."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models

from routing.models.validators import validate_e164
from routing.services.config.table import AnyField


class Kind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    PHONE = "phone"
    WHOLE = "whole"
    REAL = "real"
    DECIMAL = "decimal"
    FLAG = "flag"
    CLOCK = "clock"
    DAY = "day"
    ANYTHING = "anything"
    NAME = "name"
    NAMES = "names"


# In this order: a date with a time is a date as well.
KINDS: tuple[tuple[type[AnyField], Kind], ...] = (
    (models.ManyToManyField, Kind.NAMES),
    (models.ForeignKey, Kind.NAME),
    (models.BooleanField, Kind.FLAG),
    (models.IntegerField, Kind.WHOLE),
    (models.FloatField, Kind.REAL),
    (models.DecimalField, Kind.DECIMAL),
    (models.TimeField, Kind.CLOCK),
    (models.DateField, Kind.DAY),
    (models.JSONField, Kind.ANYTHING),
    (models.CharField, Kind.TEXT),
    (models.TextField, Kind.TEXT),
)


class Missing:
    """The default of a value that has to be written."""


MISSING = Missing()


def kind_of(field: AnyField) -> Kind:
    """Raises TypeError for a field that nobody has said how to write."""
    if isinstance(field, models.DateTimeField):
        raise TypeError(f"{field} cannot be written into a file yet")
    for type_, kind in KINDS:
        if isinstance(field, type_):
            phone = kind is Kind.TEXT and validate_e164 in field.validators
            return Kind.PHONE if phone else kind
    raise TypeError(f"{field} cannot be written into a file yet")


def to_document(field: AnyField, value: Any) -> Any:
    """Not for names, which need the other records."""
    match value:
        case Decimal():
            assert isinstance(field, models.DecimalField)
            return f"{value:.{field.decimal_places}f}"
        case time():
            return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case str():
            return tidy(value)
        case _:
            return value


def to_model(field: AnyField, value: Any) -> Any:
    """What `to_document` made of it, back again. Raises ValueError."""
    if value is None:
        return None
    match kind_of(field):
        case Kind.DECIMAL:
            return Decimal(value)
        case Kind.CLOCK:
            return time.fromisoformat(value)
        case Kind.DAY:
            return date.fromisoformat(value)
        case Kind.REAL:
            return float(value)
        case _:
            return value


def usual(field: AnyField) -> Any:
    """What a value is that is not written; MISSING if it has to be."""
    if isinstance(field, models.ManyToManyField):
        return []
    if field.has_default():
        return to_document(field, field.get_default())
    if field.null:
        return None
    text = kind_of(field) in (Kind.TEXT, Kind.PHONE)
    return "" if text and field.blank else MISSING


def tidy(text: str) -> str:
    """Browsers end lines their own way, which is no change and no other text."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
