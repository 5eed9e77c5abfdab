from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`section` and `key` name the record as a snapshot does ("rules", "7"), `field`

    the field of its form where it is put right.
    """

    level: Level
    section: str
    key: str
    field: str
    record: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.record}: {self.problem} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the release does not say. `stops` are the days on which models stop, as the

    provider has told; `secrets` the names of the tool secrets that are set here;
    `listed` the keys of the caller lists on which somebody is.
    """

    now: datetime
    stops: Mapping[str, date] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()

    @property
    def today(self) -> date:
        return self.now.date()


def error(
    section: str, key: str, field: str, record: str, problem: str, remedy: str
) -> Finding:
    return Finding(Level.ERROR, section, key, field, record, problem, remedy)


def warning(
    section: str, key: str, field: str, record: str, problem: str, remedy: str
) -> Finding:
    return Finding(Level.WARNING, section, key, field, record, problem, remedy)
