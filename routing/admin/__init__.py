"""The pages on which an operations manager says what should happen to calls."""

from routing.admin import (
    agents,
    caller_lists,
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
    "caller_lists",
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
