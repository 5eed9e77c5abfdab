"""What the forms call a field."""

from typing import Any

from django.db.models import Field, Model


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def label(model: type[Model], name: str) -> str:
    text = str(field_of(model, name).verbose_name)
    return text[:1].upper() + text[1:]
