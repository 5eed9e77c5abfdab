"""What admission knows of a call, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from routing.core.closure import Closure
from routing.core.standing import NO_BUDGETS, Budgets


class CallerKind(StrEnum):
    """`From` may be anything but a number; see the fact sheet on odd callers."""

    NUMBER = "number"
    WITHHELD = "withheld"
    SIP = "sip"
    OTHER = "other"


class ListKind(StrEnum):
    """What being on a caller list means.

    `BLOCK` is refused before any rule is asked, unless an `ALLOW` list names the
    caller too; `VIP` may use the lines that are kept for priority callers. Beyond
    that, and for `STAFF`, it means what the rules make of it.
    """

    BLOCK = "block"
    ALLOW = "allow"
    VIP = "vip"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class OnList:
    """A caller list that the caller is on, at the moment of the call."""

    key: str
    name: str
    kind: ListKind


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about, gathered before deciding.

    `caller` is E.164 only for CallerKind.NUMBER; `country` is its region ("US"), where
    it is known. `forwarded_from` and `verstat` are as the carrier gives them.
    `agent_calls` counts by the agent's key, `live_calls` those of the dialled number;
    this call is in none of them. `since_last_call` is in seconds, None for a caller
    who never called before. `headers` are SIP headers, by names in lower case.
    `call` tells callers apart who have no number. `closure` is the emergency closure
    in force for the dialled number.
    """

    dialled: str
    caller: str
    caller_kind: CallerKind
    country: str = ""
    forwarded_from: str = ""
    verstat: str = ""
    lists: tuple[OnList, ...] = ()
    since_last_call: int | None = None
    live_calls: int = 0
    account_calls: int = 0
    agent_calls: Mapping[str, int] = field(default_factory=dict)
    budgets: Budgets = NO_BUDGETS
    headers: Mapping[str, str] = field(default_factory=dict)
    call: str = ""
    closure: Closure | None = None


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
    EMERGENCY = "emergency"


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
    """The answer of one admission, made of plain values alone.

    `agent`, `profile`, `policy` and `rule_key` are keys into the release's ruleset;
    `rule_key` is empty where no rule decided. `steps` has one letter for each rule
    looked at, of those that are for the number: the condition that did not hold, or
    HELD. With the release, the facts and the moment the rules can be told in words at
    any time, see `routing.core.reasons`; `trace` is what counted besides them.
    `most_seconds` caps the call below the agent's own limit; 0 does not.
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
    rule_key: str = ""
    steps: str = ""
    trace: tuple[RuleTrace, ...] = ()
    most_seconds: int = 0
