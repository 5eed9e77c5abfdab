"""The JSON Schema of configuration files, for editors and for checks elsewhere.

It says what a file looks like. Whether the values make sense together is for the
import to say, which asks the models.
"""

import json
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator

from routing.services.config.reading import FORMAT
from routing.services.config.table import (
    SECTIONS,
    AnyField,
    Part,
    Section,
    fields_of,
    target,
)
from routing.services.config.values import MISSING, Kind, kind_of, usual
from routing.services.config.writing import HEAD

TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.PHONE: {"type": "string"},
    Kind.WHOLE: {"type": "integer"},
    Kind.REAL: {"type": "number"},
    Kind.DECIMAL: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.CLOCK: {"type": "string", "pattern": r"^\d{1,2}:\d{2}(:\d{2})?$"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.ANYTHING: {},
    Kind.NAME: {"type": "string"},
    Kind.NAMES: {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
}


def schema() -> dict[str, Any]:
    sections = {
        section.name: {
            "description": str(section.model._meta.verbose_name_plural).capitalize(),
            **(record(section) if section.single else listed(section)),
        }
        for section in SECTIONS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PhoneOps configuration",
        "description": HEAD,
        "type": "object",
        "properties": {"format": {"const": FORMAT}, **sections},
        "required": ["format"],
        "additionalProperties": False,
    }


def record(place: Section | Part) -> dict[str, Any]:
    properties = {field.name: value(field) for field in fields_of(place)}
    for part in place.parts if isinstance(place, Section) else ():
        properties[part.name] = listed(part)
    required = [field.name for field in fields_of(place) if usual(field) is MISSING]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def listed(place: Section | Part) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": record(place)}


def value(field: AnyField) -> dict[str, Any]:
    label = str(field.verbose_name)
    found = {"title": f"{label[:1].upper()}{label[1:]}", **TYPES[kind_of(field)]}
    if field.help_text:
        found["description"] = str(field.help_text)
    if section := target(field):
        found["description"] = f"{field.help_text} A name under {section.name}.".strip()
    if field.flatchoices:
        found["enum"] = [key for key, _ in field.flatchoices]
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            found["minimum"] = as_number(validator.limit_value)
        elif isinstance(validator, MaxValueValidator):
            found["maximum"] = as_number(validator.limit_value)
    if field.null:
        found = nullable(found)
    return found


def as_number(limit: Any) -> float | int:
    return limit if isinstance(limit, int) else float(limit)


def nullable(found: dict[str, Any]) -> dict[str, Any]:
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return {**found, "type": [found["type"], "null"]} if "type" in found else found


def written_schema() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
