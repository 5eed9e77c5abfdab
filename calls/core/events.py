"""What happens in a conversation, in our words; no provider's field names.

Every event is handed to `Conversation.receive(event, now)`; `now` is in seconds of
any monotonic clock.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Connected:
    """The caller can hear us. `greeted`: the carrier speaks the greeting itself."""

    language: str
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class CallerSpoke:
    """A finished piece of an utterance; one utterance may come in several."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class CallerSpeaking:
    """The carrier hears the caller begin (or end) to speak; no words yet."""

    on: bool


@dataclass(frozen=True, slots=True)
class AgentSpeaking:
    """Speech of ours became audible, or fell silent."""

    on: bool


@dataclass(frozen=True, slots=True)
class SpeechPlayed:
    """A clause of ours that the caller has heard to its end."""

    text: str


@dataclass(frozen=True, slots=True)
class CallerInterrupted:
    """Barge-in. `heard` is what the caller heard of the current talk cycle."""

    heard: str
    heard_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DigitPressed:
    digit: str


@dataclass(frozen=True, slots=True)
class ModelSaid:
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolAsked:
    """`arguments` is JSON text as the model wrote it; it may be malformed."""

    turn: int
    tool_call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ModelFinished:
    """The answer is complete; every `ToolAsked` of it came before."""

    turn: int


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """No answer, or no more of it. `reason` is for the incident, never spoken."""

    turn: int
    reason: str


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """`output` goes to the model verbatim. `ok` False: failed or timed out."""

    tool_call: str
    output: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class CostMeasured:
    """What this call has cost so far, in US dollars."""

    spent: Decimal


@dataclass(frozen=True, slots=True)
class SupervisorAsked:
    """A supervisor takes the caller over to a person."""

    name: str


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """The carrier refused a message of ours, or reports an error of its own."""

    detail: str


@dataclass(frozen=True, slots=True)
class CallerLeft:
    pass


@dataclass(frozen=True, slots=True)
class TransportLost:
    code: int


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The driver slept until `Conversation.deadline`."""


Event = (
    Connected
    | CallerSpoke
    | CallerSpeaking
    | AgentSpeaking
    | SpeechPlayed
    | CallerInterrupted
    | DigitPressed
    | ModelSaid
    | ToolAsked
    | ModelFinished
    | ModelFailed
    | ToolAnswered
    | CostMeasured
    | SupervisorAsked
    | FrameRefused
    | CallerLeft
    | TransportLost
    | DeadlinePassed
)
