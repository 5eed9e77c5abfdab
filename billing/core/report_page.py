"""A report put into words: what the mail, the page and the files all show.

Every cell has the text that people read and, for spreadsheets, the bare value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Tone(StrEnum):
    PLAIN = ""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is None where the text is all there is; `link` is absolute."""

    text: str
    value: Decimal | int | None = None
    link: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Section:
    """`empty` is what stands there when there are no rows. `in_words`: what stands
    behind the first column is no figures.
    """

    key: str
    title: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = ""
    in_words: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures that stand large at the top."""

    name: str
    value: str
    note: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the ledger equation."""

    calls: int
    words: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """Offered = the terms, and what they leave unaccounted for."""

    offered: Term
    terms: tuple[Term, ...]
    remainder: Term


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    colour: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of a day each, the series stacked. `summary` says it to those who cannot

    see it. `labels` are numbers, so that any font can draw them.
    """

    key: str
    title: str
    labels: tuple[str, ...]
    days: tuple[str, ...]
    series: tuple[Series, ...]
    summary: str
    money: bool = False

    def totals(self) -> Sequence[Decimal]:
        columns = zip(*(one.values for one in self.series), strict=True)
        return [sum(column, Decimal(0)) for column in columns]


@dataclass(frozen=True, slots=True)
class Page:
    language: str
    subject: str
    title: str
    when: str
    about: str
    tiles: tuple[Tile, ...]
    equation: Equation
    charts: tuple[Chart, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    link: str = ""
    footer: tuple[str, ...] = field(default=())
