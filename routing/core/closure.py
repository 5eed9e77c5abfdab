"""A line that was closed by hand, at once: what its callers get instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ClosureAction(StrEnum):
    VOICEMAIL = "voicemail"
    DIVERT = "divert"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Closure:
    """In force for the call that is being decided.

    `name` and `switched_on` are for people: "Emergency closure of all numbers", "Dana,
    22 Nov 14:03 UTC". `policy` is a key as `Ruleset.policy_for` takes it.
    """

    name: str
    action: ClosureAction
    message: str
    policy: str
    reason: str
    switched_on: str


def read_closure(found: object) -> Closure | None:
    """From what was stored with a call; None for what cannot be read."""
    values: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    try:
        return Closure(
            name=str(values["name"]),
            action=ClosureAction(values["action"]),
            message=str(values["message"]),
            policy=str(values["policy"]),
            reason=str(values["reason"]),
            switched_on=str(values["switched_on"]),
        )
    except (KeyError, ValueError):
        return None
