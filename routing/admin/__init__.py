"""The pages on which an operations manager says what should happen to calls."""

from routing.admin import (
    agents,
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
    "escalation",
    "history",
    "hours",
    "numbers",
    "profiles",
    "releases",
    "rules",
    "tools",
]
