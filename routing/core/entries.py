"""Reading one JSON object of a snapshot, with errors that say where it is wrong."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from routing.core.errors import BadSnapshot

DAY = "a day such as 2026-12-24"

Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")


class Entry:
    """`place` is how a person finds it: "rules[2].caller_match".

    A key that is absent takes its default, where one is given, so that a release
    published before a field existed still loads. What is present must be right.
    """

    def __init__(self, place: str, values: object) -> None:
        if not isinstance(values, Mapping):
            raise BadSnapshot(f"{place or 'snapshot'}: expected an object")
        self.place = place
        self.values: Mapping[str, object] = values

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def read(
        self,
        name: str,
        convert: Callable[[object], Value],
        wanted: str,
        default: Value | None = None,
    ) -> Value:
        if name not in self.values:
            if default is None:
                raise BadSnapshot(f"{self.at(name)} is missing")
            return default
        try:
            return convert(self.values[name])
        except (TypeError, ValueError, InvalidOperation):
            raise BadSnapshot(f"{self.at(name)}: expected {wanted}") from None

    def text(self, name: str, default: str | None = None) -> str:
        return self.read(name, to_text, "text", default)

    def whole(self, name: str, default: int | None = None) -> int:
        return self.read(name, to_whole, "a whole number", default)

    def real(self, name: str, default: float | None = None) -> float:
        return self.read(name, to_real, "a number", default)

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal:
        return self.read(name, to_decimal, "a decimal number as text", default)

    def flag(self, name: str, default: bool | None = None) -> bool:
        return self.read(name, to_flag, "true or false", default)

    def clock(self, name: str) -> time:
        return self.read(name, to_clock, "a time such as 08:00")

    def day(self, name: str) -> date:
        return self.read(name, to_day, DAY)

    def days(self, name: str) -> tuple[date, ...]:
        return self.read(name, to_days, f"a list of days, each {DAY}", ())

    def choice(
        self, name: str, kind: type[Choice], default: Choice | None = None
    ) -> Choice:
        return self.read(name, kind, f"one of {', '.join(kind)}", default)

    def texts(self, name: str) -> tuple[str, ...]:
        return self.read(name, to_texts, "a list of texts", ())

    def mapping(self, name: str) -> Mapping[str, object]:
        return self.entry(name).values

    def entry(self, name: str) -> "Entry":
        return Entry(self.at(name), self.values.get(name, {}))

    def entries(self, name: str) -> Iterator["Entry"]:
        found = self.values.get(name, [])
        if not isinstance(found, list):
            raise BadSnapshot(f"{self.at(name)}: expected a list")
        for place, values in enumerate(found):
            yield Entry(f"{self.at(name)}[{place}]", values)


def to_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def to_whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def to_real(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)


def to_decimal(value: object) -> Decimal:
    return Decimal(to_text(value))


def to_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def to_clock(value: object) -> time:
    return time.fromisoformat(to_text(value)).replace(tzinfo=None)


def to_day(value: object) -> date:
    return date.fromisoformat(to_text(value))


def to_days(value: object) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, to_texts(value)))


def to_texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(to_text(item) for item in value)
