"""What a JSON value must look like, with the real API's words for what is wrong.

A check takes a value and the path to it, and raises the error that names the path.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from calls.simulator.openai_api.errors import (
    ApiError,
    invalid,
    unknown_parameter,
    wrong_type,
)

Check = Callable[[Any, str], None]


def text(pattern: str = "", most: int = 0) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any, param: str) -> None:
        if not isinstance(value, str):
            raise wrong_type(param, "a string", value)
        if pattern and not compiled.fullmatch(value):
            raise invalid(
                f"Invalid '{param}': string does not match pattern '{pattern}'.",
                param,
                "invalid_value",
            )
        if most and len(value) > most:
            raise invalid(
                f"Invalid '{param}': string too long. Expected a string with maximum "
                f"length {most}, but got a string with length {len(value)} instead.",
                param,
                "string_above_max_length",
            )

    return check


def word(*allowed: str) -> Check:
    def check(value: Any, param: str) -> None:
        if value not in allowed:
            raise unsupported_value(value, param, allowed)

    return check


def unsupported_value(value: Any, param: str, allowed: tuple[str, ...]) -> ApiError:
    known = ", ".join(f"'{name}'" for name in allowed)
    return invalid(
        f"Invalid value: '{value}'. Supported values are: {known}.",
        param,
        "invalid_value",
    )


def number(low: float, high: float, *, whole: bool = False) -> Check:
    kind = "integer" if whole else "decimal"

    def check(value: Any, param: str) -> None:
        right = isinstance(value, int) or (isinstance(value, float) and not whole)
        if not right or isinstance(value, bool):
            raise wrong_type(param, "an integer" if whole else "a decimal", value)
        if not low <= value <= high:
            side, limit = ("below", low) if value < low else ("above", high)
            extreme = "minimum" if value < low else "maximum"
            raise invalid(
                f"Invalid '{param}': {kind} {side} {extreme} value. Expected a value "
                f"{'>=' if value < low else '<='} {limit:g}, but got {value} instead.",
                param,
                f"{kind}_{side}_{extreme[:3]}_value",
            )

    return check


def flag(value: Any, param: str) -> None:
    if not isinstance(value, bool):
        raise wrong_type(param, "a boolean", value)


def free(value: Any, param: str) -> None:
    """Any object."""
    if not isinstance(value, dict):
        raise wrong_type(param, "an object", value)


def nullable(check: Check) -> Check:
    def checked(value: Any, param: str) -> None:
        if value is not None:
            check(value, param)

    return checked


def unless(constant: object, check: Check) -> Check:
    """One constant that is also right, such as "inf" for a number."""

    def checked(value: Any, param: str) -> None:
        if value != constant:
            check(value, param)

    return checked


def either(words: Check, objects: Check) -> Check:
    """A word or an object."""

    def check(value: Any, param: str) -> None:
        (objects if isinstance(value, dict) else words)(value, param)

    return check


def each(check: Check, most: int = 0) -> Check:
    def checked(value: Any, param: str) -> None:
        if not isinstance(value, list):
            raise wrong_type(param, "an array", value)
        if most and len(value) > most:
            raise invalid(
                f"Invalid '{param}': array too long. Expected at most {most} items.",
                param,
                "array_above_max_length",
            )
        for place, item in enumerate(value):
            check(item, f"{param}[{place}]")

    return checked


def fields(known: Mapping[str, Check], *needed: str) -> Check:
    def check(value: Any, param: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(param or "body", "an object", value)
        before = f"{param}." if param else ""
        for name in value:
            if name not in known:
                raise unknown_parameter(before + name)
        for name in needed:
            if name not in value:
                raise missing(before + name)
        for name, found in value.items():
            known[name](found, before + name)

    return check


def missing(param: str) -> ApiError:
    return invalid(
        f"Missing required parameter: '{param}'.", param, "missing_required_parameter"
    )


def tagged(kinds: Mapping[str, Check], key: str = "type") -> Check:
    """An object whose `type` says which fields it has."""

    def check(value: Any, param: str) -> None:
        if not isinstance(value, dict):
            raise wrong_type(param, "an object", value)
        where = f"{param}.{key}" if param else key
        if key not in value:
            raise missing(where)
        kind = value[key]
        if not isinstance(kind, str) or kind not in kinds:
            raise unsupported_value(kind, where, tuple(kinds))
        kinds[kind](value, param)

    return check
