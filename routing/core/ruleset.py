"""A release, compiled: the plain frozen values that calls are decided and run from.

Nothing here touches the database. A `Ruleset` is built once per release from its
snapshot and then shared by every call that was decided under it, so that a later
release never changes a call in progress. References between records are by `key`,
the record's primary key in the draft at the time of publishing, as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from routing.core.decision import Because, ListKind
from routing.core.matches import (
    ALWAYS,
    UNLIMITED,
    BudgetMatch,
    Capacity,
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    LoadScope,
    VerificationMatch,
    When,
)

# The key of a policy that is nothing but one contact begins with this.
CONTACT = "contact:"


class Path(StrEnum):
    """How calls to a number are answered."""

    RELAY = "relay"
    SIP = "sip"
    PERSON = "person"


class Objective(StrEnum):
    LEAD_CAPTURE = "lead_capture"
    TRIAGE = "triage"
    AFTER_HOURS = "after_hours"
    APPOINTMENT = "appointment"
    SIMPLE_ROUTING = "simple_routing"


class FieldKind(StrEnum):
    """What a collected field must look like; see `calls.core.fields`."""

    TEXT = "text"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


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


class PolicyEnd(StrEnum):
    """What happens when no contact of a policy took the caller."""

    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    BACK_TO_AGENT = "back_to_agent"


class AtLimit(StrEnum):
    """What the agent does when a limit is reached or the caller stays silent."""

    GOODBYE = "goodbye"
    HAND_OFF = "hand_off"


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `opens` to `closes` on `weekday` (0 is Monday), local time.

    `closes` at or before `opens` runs past midnight; equal times are a full day.
    """

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DatedHours:
    """What holds from `first` to `last`, both included, instead of the weekly hours.

    Closed where there is no time. Several of the same days are several openings of
    each of them; of several that meet on a day, the one for the fewest days counts.
    """

    name: str
    first: date
    last: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """`holidays_of` is a place of `routing.core.public_holidays`, on whose holidays it

    is closed, but for those in `open_on`.
    """

    key: str
    name: str
    time_zone: str
    spans: tuple[Span, ...] = ()
    exceptions: tuple[DatedHours, ...] = ()
    holidays_of: str = ""
    open_on: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the product itself says in one language, word for word."""

    filler: str
    apology: str
    still_there: str
    silence_goodbye: str
    length_warning: str
    limit_goodbye: str
    handoff: str
    resumed: str
    closing: str
    whisper: str
    voicemail: str
    nobody_free: str
    closed: str


@dataclass(frozen=True, slots=True)
class Language:
    """One language of a profile, with everything ConversationRelay needs for it.

    `code` is BCP-47 or "multi" (automatic detection). Empty strings mean that the
    attribute is left out of the TwiML, never that it is sent empty (error 64101).
    `disclosure`: words that tell callers a machine speaks, one wording a line.
    """

    code: str
    transcription_provider: str
    speech_model: str
    tts_provider: str
    voice: str
    greeting: str
    hints: str
    phrases: Phrases
    disclosure: str = ""


@dataclass(frozen=True, slots=True)
class LanguageProfile:
    """`attributes` holds the shared behaviour attributes by their TwiML names,

    already rendered as the strings that stand in the XML. The first language is
    the one a call starts in. `must_disclose`: every greeting has to say that a
    machine speaks.
    """

    key: str
    name: str
    languages: tuple[Language, ...]
    attributes: Mapping[str, str]
    merge_window_ms: int = 450
    inter_digit_ms: int = 2500
    digit_terminator: str = "#"
    must_disclose: bool = False

    def language(self, code: str) -> Language:
        """The entry for `code`; matches on the primary subtag, else the first.

        With automatic detection Twilio reports "en" where the profile says "en-US".
        """
        for wanted in (code.lower(), code.lower().split("-")[0]):
            for entry in self.languages:
                if entry.code.lower() == wanted:
                    return entry
        primary = code.lower().split("-")[0]
        for entry in self.languages:
            if entry.code.lower().split("-")[0] == primary:
                return entry
        return self.languages[0]


@dataclass(frozen=True, slots=True)
class AgentField:
    """A piece of information the agent collects from the caller."""

    name: str
    description: str
    kind: FieldKind = FieldKind.TEXT
    required_before_handoff: bool = False


@dataclass(frozen=True, slots=True)
class HttpTool:
    """A tool that an engineer defined in the admin.

    `schema` is a JSON Schema object for the arguments. `secret_name` names an
    environment variable whose value is sent as a bearer token; the value itself is
    never stored. `timeout` is in seconds.
    """

    key: str
    name: str
    description: str
    method: str
    url: str
    schema: Mapping[str, object]
    secret_name: str
    timeout: float
    waiting_line: str
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds unless the name says otherwise. `max_cost` is in US dollars."""

    max_seconds: int = 900
    warn_seconds: int = 60
    max_cost: Decimal = Decimal("2.00")
    silence_seconds: int = 8
    silence_prompts: int = 2
    at_silence: AtLimit = AtLimit.GOODBYE
    at_limit: AtLimit = AtLimit.HAND_OFF
    filler_after: float = 2.0
    first_token_seconds: float = 8.0
    max_tool_rounds: int = 6


class TurnDetection(StrEnum):
    """How the voice model decides that the caller has finished."""

    SILENCE = "server_vad"
    MEANING = "semantic_vad"


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How the agent speaks and listens on the sip path (OpenAI Realtime).

    `vad_threshold` and what ends in `_ms` hold for silence detection, `eagerness` for
    detection by meaning. `idle_timeout_ms` 0 leaves asking again to us.
    `transcription_models` are tried in their order.
    """

    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    speed: float = 1.0
    noise_reduction: str = "near_field"
    turn_detection: TurnDetection = TurnDetection.SILENCE
    vad_threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    idle_timeout_ms: int = 0
    eagerness: str = "auto"
    transcription_models: tuple[str, ...] = ("gpt-live-transcribe", "gpt-transcribe")
    max_output_tokens: int = 1024
    reasoning_effort: str = "low"
    retention_ratio: float = 0.8
    post_instructions_tokens: int = 8000
    dead_air_seconds: float = 7.0
    ghost_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Agent:
    key: str
    name: str
    objective: Objective
    instructions: str
    model: str
    reasoning_effort: str
    max_output_tokens: int
    fields: tuple[AgentField, ...] = ()
    tools: tuple[HttpTool, ...] = ()
    limits: Limits = Limits()
    policy: str = ""
    zero_reaches_person: bool = True
    voice: VoiceSettings = VoiceSettings()
    capacity: Capacity = UNLIMITED


@dataclass(frozen=True, slots=True)
class Contact:
    key: str
    name: str
    phone: str
    email: str
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class HuntStep:
    contact: str
    ring_seconds: int = 20


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    key: str
    name: str
    steps: tuple[HuntStep, ...]
    end: PolicyEnd = PolicyEnd.VOICEMAIL
    follow_up_owner: str = ""
    follow_up_minutes: int = 240


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


@dataclass(frozen=True)
class Ruleset:
    """One release. `rules` are in the order in which they are tried."""

    number: int
    numbers: Mapping[str, Number] = field(default_factory=dict)
    profiles: Mapping[str, LanguageProfile] = field(default_factory=dict)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    groups: Mapping[str, NumberGroup] = field(default_factory=dict)
    caller_lists: Mapping[str, CallerList] = field(default_factory=dict)
    capacity: Capacity = UNLIMITED

    def __hash__(self) -> int:
        """What it holds cannot be hashed, but one number has one release."""
        return hash(self.number)

    @cached_property
    def by_e164(self) -> Mapping[str, Number]:
        """The first of those that have the same number, which no release should."""
        return {n.e164: n for n in reversed(tuple(self.numbers.values()))}

    def number_for(self, e164: str) -> Number | None:
        return self.by_e164.get(e164)

    def policy_for(self, key: str) -> EscalationPolicy | None:
        """A contact whom a rule names is rung like a policy of one step."""
        if not key.startswith(CONTACT):
            return self.policies.get(key)
        contact = self.contacts.get(key.removeprefix(CONTACT))
        if contact is None:
            return None
        return EscalationPolicy(key, contact.name, (HuntStep(contact.key),))
