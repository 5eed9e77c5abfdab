"""What to ask of the provider and the driver, in our words."""

from dataclasses import dataclass

from calls.core.actions import HandOff, HangUp, Note, ReportIncident, RunTool


@dataclass(frozen=True, slots=True)
class Respond:
    """Let the model speak now. `words`: say exactly this and nothing else."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop the running response and what is being played of it."""


@dataclass(frozen=True, slots=True)
class GiveOutput:
    """The output of a tool call, as an item at the end of the conversation."""

    tool_call: str
    output: str


@dataclass(frozen=True, slots=True)
class TellModel:
    """Something the model should know, as an item at the end; not to be answered."""

    text: str
    by_caller: bool = False


@dataclass(frozen=True, slots=True)
class LookBack:
    """Find out which item is the last one of the conversation: see `LastFound`."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Take our `marker` away, and ask what `item` is: see `Recalled`."""

    marker: str
    item: str


VoiceAction = (
    Respond
    | Interrupt
    | GiveOutput
    | TellModel
    | LookBack
    | Recall
    | RunTool
    | HandOff
    | HangUp
    | Note
    | ReportIncident
)
