"""The pages on which an operations manager says what should happen to calls."""

from routing.admin import (
    agents,
    closures,
    escalation,
    history,
    hours,
    numbers,
    profiles,
    releases,
    rules,
    tools,
)

__all__ = [
    "agents",
    "closures",
    "escalation",
    "history",
    "hours",
    "numbers",
    "profiles",
    "releases",
    "rules",
    "tools",
]
