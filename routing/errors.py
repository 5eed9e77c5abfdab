"""What this app refuses to do, in words for a person.

RoutingError
├── BadSnapshot       a release that cannot be compiled   (routing.core.errors)
├── NoRelease         nothing to decide calls from
├── UnknownRelease    a release number that does not exist
├── DraftRefused      a draft that would fail on a live call; `problems` says where
├── DraftChanged      not the draft that its publisher has read
├── PublishedMeanwhile somebody else published since it was read
├── ConfigRefused     a configuration that cannot be taken; `problems` says where
├── CallerFileRefused a file of callers that is wrong in a line
└── NotRestorable     a release of a version that kept too little to go back to it
"""

from collections.abc import Sequence

from routing.core.config_file import Problem
from routing.core.errors import BadSnapshot, RoutingError

__all__ = [
    "BadSnapshot",
    "CallerFileRefused",
    "ConfigRefused",
    "DraftChanged",
    "DraftRefused",
    "NoRelease",
    "NotRestorable",
    "PublishedMeanwhile",
    "RoutingError",
    "UnknownRelease",
]


class NoRelease(RoutingError):
    """Raised until something has been published and loaded."""


class UnknownRelease(RoutingError):
    """Raised for a release that is not in the database."""


class DraftRefused(RoutingError):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("This draft cannot be published: " + " ".join(problems))
        self.problems = tuple(problems)


class DraftChanged(RoutingError):
    """Raised instead of publishing what somebody else changed in the meantime."""


class PublishedMeanwhile(RoutingError):
    """Raised instead of publishing on top of a release that nobody has looked at."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Release {number} was published in the meantime.")
        self.number = number


class ConfigRefused(RoutingError):
    """Nothing of the configuration was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class NotRestorable(RoutingError):
    """Raised for a release that can be read but not put back."""


class CallerFileRefused(RoutingError):
    """Raised instead of taking a part of a file."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"Line {line}: {problem}")
        self.line = line
