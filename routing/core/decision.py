"""What admission knows of a call, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum

from routing.core.standing import NO_BUDGETS, Budgets


class CallerKind(StrEnum):
    """`From` may be anything but a number; see the fact sheet on odd callers."""

    NUMBER = "number"
    WITHHELD = "withheld"
    SIP = "sip"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about. `caller` is E.164 only for CallerKind.NUMBER."""

    dialled: str
    caller: str
    caller_kind: CallerKind
    forwarded_from: str = ""
    verstat: str = ""
    live_calls: int = 0
    budgets: Budgets = NO_BUDGETS


class Verdict(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    DIVERT = "divert"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"


class Because(StrEnum):
    """Why a call was not given to the agent; decides the disposition."""

    RULE = "rule"
    CLOSED = "closed"
    OVERFLOW = "overflow"
    SPAM = "spam"
    UNKNOWN_NUMBER = "unknown_number"
    INACTIVE_NUMBER = "inactive_number"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class ConditionTrace:
    """One condition, in words a manager reads: "caller is listed", "+1…", held?"""

    name: str
    value: str
    held: bool


@dataclass(frozen=True, slots=True)
class RuleTrace:
    rule: str
    held: bool
    conditions: tuple[ConditionTrace, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of one admission, with the trace of every rule looked at.

    `agent`, `profile` and `policy` are keys into the release's ruleset. `most_seconds`
    shortens the agent's own limit; 0 leaves it.
    """

    verdict: Verdict
    because: Because
    rule: str
    release: int
    agent: str = ""
    profile: str = ""
    policy: str = ""
    sip_status: int = 603
    message: str = ""
    most_seconds: int = 0
    trace: tuple[RuleTrace, ...] = ()
