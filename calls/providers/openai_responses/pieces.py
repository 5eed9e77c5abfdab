"""What an answer is made of, as it comes in."""

from dataclasses import dataclass

from calls.providers.openai_responses.usage import ModelUsage


@dataclass(frozen=True, slots=True)
class Said:
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool call, complete. `arguments` is JSON text as the model wrote it."""

    tool_call: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Finished:
    """`cut_by` tells what ended the answer early, if anything did."""

    usage: ModelUsage | None
    cut_by: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """`reason` is made of our words and the provider's codes, never of its texts.

    `status` is the HTTP status, if the answer failed with one.
    """

    reason: str
    status: int | None = None
    usage: ModelUsage | None = None


Piece = Said | Asked | Finished | Failed
