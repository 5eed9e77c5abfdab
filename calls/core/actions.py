"""What the driver is to do, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.core.words import CauseOwner, Ending, EventKind, HandoffReason, IncidentKind


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """History item: what the caller said, several pieces already joined."""

    text: str


@dataclass(frozen=True, slots=True)
class AgentTurn:
    """History item: what the caller heard of the agent, not what was generated."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolTurn:
    """History item: a tool call and its answer, always together.

    `arguments` is the JSON text the model wrote; it goes back unchanged.
    """

    tool_call: str
    name: str
    arguments: str
    output: str


@dataclass(frozen=True, slots=True)
class NoticeTurn:
    """History item: something the server tells the model, not said by anybody."""

    text: str


HistoryItem = CallerTurn | AgentTurn | ToolTurn | NoticeTurn


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of speech. `last` closes the talk cycle.

    Spoken in the language last changed to. With automatic detection the carrier takes
    it from the text: its voices for that speak them all.
    """

    text: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class AskModel:
    """Begin a streamed answer; events of it carry `turn`."""

    turn: int
    history: tuple[HistoryItem, ...]


@dataclass(frozen=True, slots=True)
class CancelModel:
    """Close the stream of `turn` for good; later events of it are dropped."""

    turn: int


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run a tool that the core does not answer itself.

    The driver answers with `ToolAnswered` in every case, at the latest when the
    tool's own timeout is over.
    """

    tool_call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """`code` is the language entry to speak and listen in from here on."""

    code: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """Store the handoff, then give the call back to the carrier."""

    reason: HandoffReason
    summary: str
    fields: Mapping[str, str]
    asked_by: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. `outcome` is the agent's word for how it went, if it gave one."""

    ending: Ending
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """An entry for the journal."""

    kind: EventKind
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportIncident:
    kind: IncidentKind
    cause: CauseOwner
    detail: str


Action = (
    Say
    | AskModel
    | CancelModel
    | RunTool
    | ChangeLanguage
    | HandOff
    | HangUp
    | Note
    | ReportIncident
)
