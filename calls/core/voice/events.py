"""What happens in a call whose model speaks and listens itself.

`CallerSpeaking`, `AgentSpeaking`, `DigitPressed`, `ToolAnswered`, `CostMeasured`,
`SupervisorAsked`, `CallerLeft`, `TransportLost` and `DeadlinePassed` are the ones of
`calls.core.events`. `item` is the provider's id of one utterance.
"""

from dataclasses import dataclass
from enum import StrEnum

from calls.core import events as ev


@dataclass(frozen=True, slots=True)
class Attached:
    """We hear and steer the call. `again`: after our own connection was lost."""

    again: bool = False


class Ended(StrEnum):
    """How a response ended."""

    COMPLETED = "completed"
    CUT_BY_CALLER = "cut_by_caller"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolWish:
    """`arguments` is JSON text as the model wrote it."""

    tool_call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ResponseBegan:
    response: str


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """`tools` only of a completed response. `spoke`: it had audio.

    `audio_ms`: how long the audio lasts that was generated of `item`; 0 if not told.
    """

    response: str
    how: Ended
    tools: tuple[ToolWish, ...] = ()
    spoke: bool = False
    detail: str = ""
    item: str = ""
    audio_ms: int = 0


@dataclass(frozen=True, slots=True)
class ItemPlaced:
    """An item took its place in the conversation, behind `after`.

    `speech` False: nobody said it; it is a tool's, or a message of ours.
    """

    item: str
    after: str
    by_caller: bool
    speech: bool = True


@dataclass(frozen=True, slots=True)
class OutputPlaced:
    """The provider has the output of this tool call."""

    tool_call: str


@dataclass(frozen=True, slots=True)
class LastFound:
    """Our `marker` was put behind `item`, which is empty if it is the first of all."""

    marker: str
    item: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an item is that we asked for: the completed call of a tool, or the output

    of the tool call `answered`, or what the agent said (`spoke`), or anything else.
    """

    tool: ToolWish | None = None
    answered: str = ""
    spoke: bool = False


@dataclass(frozen=True, slots=True)
class AgentSaid:
    item: str
    text: str


@dataclass(frozen=True, slots=True)
class AgentCut:
    """The caller heard the agent's utterance up to here only."""

    item: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """A transcript; it may come before or after the answer to it. None: there is none.

    It is another model's reading, not what the voice model heard.
    """

    item: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CallerIdle:
    """The provider noticed the silence and lets the model ask again by itself.

    `item` is the stretch of silence, which is an item like an utterance.
    """

    item: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider refused something we sent, or reports a fault of its own."""

    code: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class TransferUnseen:
    """Nothing shows that the caller was transferred, N seconds after we asked.

    `trying`: it is tried another way now, so the caller has only to be told.
    """

    trying: bool = False


VoiceEvent = (
    Attached
    | ResponseBegan
    | ResponseEnded
    | ItemPlaced
    | OutputPlaced
    | LastFound
    | Recalled
    | AgentSaid
    | AgentCut
    | CallerSaid
    | CallerIdle
    | Refused
    | TransferUnseen
    | ev.CallerSpeaking
    | ev.AgentSpeaking
    | ev.DigitPressed
    | ev.ToolAnswered
    | ev.CostMeasured
    | ev.SupervisorAsked
    | ev.CallerLeft
    | ev.TransportLost
    | ev.DeadlinePassed
)
