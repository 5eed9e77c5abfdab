"""What calls to which numbers meet."""

from dataclasses import dataclass
from enum import StrEnum

from routing.core.decision import Because, ListKind
from routing.core.matches import (
    ALWAYS,
    BudgetMatch,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)


class RuleAction(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    DIVERT = "divert"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    MESSAGE = "message"


class CallerMatch(StrEnum):
    ANY = "any"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    WITHHELD = "withheld"


class HoursMatch(StrEnum):
    ANY = "any"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CallerList:
    """Who is on it is no part of a release: entries hold the moment they are made."""

    key: str
    name: str
    kind: ListKind


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds when every condition that is set holds.

    Neither numbers nor groups means all numbers. `callers` and `forwarded_from` are
    E.164 numbers, or prefixes that end in "*"; `countries` are regions such as "US";
    a caller is listed who is on any of the three kinds of list. Several calendars are
    open when one of them is. `within_minutes` goes with HistoryMatch.AGAIN.
    `second_share` of a hundred callers go to `second_agent`. A `contact` is rung
    instead of the policy's people.
    """

    key: str
    name: str
    numbers: frozenset[str]
    caller_match: CallerMatch
    callers: tuple[str, ...]
    hours_match: HoursMatch
    calendar: str
    action: RuleAction
    agent: str = ""
    profile: str = ""
    policy: str = ""
    sip_status: int = 603
    message: str = ""
    because: Because = Because.RULE
    groups: frozenset[str] = frozenset()
    caller_lists: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    more_calendars: tuple[str, ...] = ()
    verification: VerificationMatch = VerificationMatch.ANY
    forwarded: ForwardedMatch = ForwardedMatch.ANY
    forwarded_from: tuple[str, ...] = ()
    history: HistoryMatch = HistoryMatch.ANY
    within_minutes: int = 60
    when: When = ALWAYS
    load: LoadScope = LoadScope.ANY
    load_from: int = 1
    budget: BudgetMatch = BudgetMatch.ANY
    headers: tuple[HeaderMatch, ...] = ()
    second_agent: str = ""
    second_share: int = 0
    contact: str = ""
