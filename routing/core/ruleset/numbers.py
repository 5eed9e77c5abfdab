"""Our own numbers."""

from dataclasses import dataclass
from enum import StrEnum

from routing.core.matches import UNLIMITED, Capacity
from routing.core.ruleset.rules import RuleAction


class Path(StrEnum):
    """How calls to a number are answered."""

    RELAY = "relay"
    SIP = "sip"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Number:
    """`trunk`: its calls reach the voice model directly and are decided there.

    `overflow` is what is done instead of accepting a call for which no line is free
    (here, with the agent, or in the whole account); `overflow_message` is said then.
    """

    key: str
    e164: str
    label: str
    time_zone: str
    path: Path
    active: bool
    profile: str
    agent: str
    policy: str
    trunk: bool = False
    capacity: Capacity = UNLIMITED
    overflow: RuleAction = RuleAction.VOICEMAIL
    overflow_message: str = ""


@dataclass(frozen=True, slots=True)
class NumberGroup:
    """Numbers that rules are made for together."""

    key: str
    name: str
    numbers: frozenset[str] = frozenset()
