"""What this app refuses to do, in words for a person.

RoutingError
├── BadSnapshot       a release that cannot be compiled   (routing.core.errors)
├── NoRelease         nothing to decide calls from
├── UnknownRelease    a release number that does not exist
├── DraftRefused      a draft that would fail on a live call; `problems` says where
└── DraftChanged      not the draft that its publisher has read
"""

from collections.abc import Sequence

from routing.core.errors import BadSnapshot, RoutingError

__all__ = [
    "BadSnapshot",
    "DraftChanged",
    "DraftRefused",
    "NoRelease",
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
