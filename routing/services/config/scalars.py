"""One written value, as the field that it is for understands it."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from routing.models.validators import to_e164
from routing.services.config.nodes import Fields, Items, Node, Scalar
from routing.services.config.table import AnyField, target
from routing.services.config.values import Kind, kind_of, tidy, to_document

NOTHING = ("", "~", "null")
FLAGS = {"true": True, "false": False}
WHOLE = re.compile(r"[-+]?\d{1,400}")
REAL = re.compile(r"[-+]?\d{1,400}(\.\d{0,400})?([eE][-+]?\d{1,3})?")
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


class BadValue(Exception):
    """`line` 0: the one on which the value begins."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def read_value(field: AnyField, node: Node) -> Any:
    """As the document has it. Raises BadValue."""
    kind = kind_of(field)
    if kind is Kind.ANYTHING:
        return anything(node)
    if kind is Kind.NAMES:
        return names(field, node)
    if not isinstance(node, Scalar):
        raise BadValue("one value is expected, not a list and not fields.")
    if node.plain and node.text in NOTHING:
        return nothing(field)
    return READERS[kind](field, node)


def nothing(field: AnyField) -> Any:
    if field.null:
        return None
    raise BadValue("there is no value; leave the line out or write one.")


def text(field: AnyField, node: Scalar) -> str:
    """Also without quotes: what is written is meant, `no` and `42` as well."""
    check_text(node.text)
    return tidy(node.text)


def check_text(written: str) -> None:
    try:
        written.encode()
    except UnicodeEncodeError:
        raise BadValue("there is a character that no text may hold.") from None
    if "\x00" in written:
        raise BadValue("there is a character that no text may hold.")


def phone(field: AnyField, node: Scalar) -> str:
    try:
        return to_e164(text(field, node))
    except ValidationError as error:
        raise BadValue(error.messages[0]) from None


def name(field: AnyField, node: Scalar) -> str:
    section = target(field)
    assert section is not None
    written = section.model._meta.get_field(section.identity)
    assert isinstance(written, models.Field)
    return str(READERS[kind_of(written)](written, node))


def names(field: AnyField, node: Node) -> list[str]:
    if not isinstance(node, Items):
        raise BadValue("a list of names is expected, each with a “-”.")
    found = []
    for item in node.items:
        if not isinstance(item, Scalar):
            raise BadValue("a name is expected here.", item.line)
        found.append(name(field, item))
    if len(found) != len(set(found)):
        raise BadValue("a name is in the list twice.")
    return sorted(found)


def whole(field: AnyField, node: Scalar) -> int:
    if not node.plain or not WHOLE.fullmatch(node.text):
        raise BadValue(f"“{shown(node)}” is not a whole number.")
    return int(node.text)


def real(field: AnyField, node: Scalar) -> float:
    if node.plain and REAL.fullmatch(node.text):
        value = float(node.text)
        if math.isfinite(value):
            return value
    raise BadValue(f"“{shown(node)}” is not a number.")


def decimal(field: AnyField, node: Scalar) -> str:
    """With more places than are kept it is refused, not rounded."""
    assert isinstance(field, models.DecimalField)
    try:
        if not node.plain or not REAL.fullmatch(node.text):
            raise BadValue(f"“{shown(node)}” is not a number.")
        return str(to_document(field, Decimal(field.clean(node.text, None))))
    except (InvalidOperation, ValidationError) as error:
        said = (
            error.messages[0] if isinstance(error, ValidationError) else "not a number."
        )
        raise BadValue(said) from None


def flag(field: AnyField, node: Scalar) -> bool:
    if not node.plain or node.text not in FLAGS:
        raise BadValue(f"write true or false, not “{shown(node)}”.")
    return FLAGS[node.text]


def clock(field: AnyField, node: Scalar) -> str:
    try:
        if not CLOCK.fullmatch(node.text):
            raise ValueError
        return str(to_document(field, time.fromisoformat(node.text.zfill(5))))
    except ValueError:
        raise BadValue(f"write a time such as 08:00, not “{shown(node)}”.") from None


def day(field: AnyField, node: Scalar) -> str:
    try:
        return date.fromisoformat(node.text).isoformat()
    except ValueError:
        raise BadValue(
            f"write a day such as 2026-12-24, not “{shown(node)}”."
        ) from None


def anything(node: Node) -> Any:
    """JSON, as in a tool's arguments."""
    match node:
        case Items(items=items):
            return [anything(item) for item in items]
        case Fields(fields=fields):
            for key in fields:
                check_text(key)
            return {key: anything(value) for key, value in fields.items()}
        case Scalar(plain=True, text="" | "~" | "null"):
            return None
        case Scalar(plain=True, text="true" | "false"):
            return FLAGS[node.text]
        case Scalar(plain=True) if WHOLE.fullmatch(node.text):
            return int(node.text)
        case Scalar(plain=True) if REAL.fullmatch(node.text):
            value = float(node.text)
            if not math.isfinite(value):
                raise BadValue(f"“{shown(node)}” is not a number.", node.line)
            return value
        case Scalar():
            check_text(node.text)
            return node.text


def shown(node: Scalar) -> str:
    return node.text if len(node.text) <= 60 else f"{node.text[:60]}…"


READERS: Mapping[Kind, Callable[[AnyField, Scalar], Any]] = {
    Kind.TEXT: text,
    Kind.PHONE: phone,
    Kind.NAME: name,
    Kind.WHOLE: whole,
    Kind.REAL: real,
    Kind.DECIMAL: decimal,
    Kind.FLAG: flag,
    Kind.CLOCK: clock,
    Kind.DAY: day,
}
