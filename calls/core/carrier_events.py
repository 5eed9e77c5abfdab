"""What the carrier reports of a call outside the conversation, in our words.

`caller_gone`: the caller has hung up, so nobody hears what is answered.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Offered:
    """A call to one of our numbers. `caller` is whatever the carrier was given.

    `headers` are SIP headers as (name, value), where the call came over SIP.
    """

    carrier_sid: str
    account_sid: str
    dialled: str
    caller: str
    caller_name: str = ""
    forwarded_from: str = ""
    verstat: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class SessionStatus(StrEnum):
    """`ended`: by us. `completed`: by the caller. `failed`: by neither."""

    ENDED = "ended"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """`handoff_hint` is what our own process sent with its end; only a hint."""

    session: str
    status: SessionStatus
    seconds: int | None = None
    error_code: str = ""
    error_message: str = ""
    handoff_hint: str = ""
    caller_gone: bool = False


@dataclass(frozen=True, slots=True)
class LegEnded:
    """A contact is no longer rung or talked to. `bridged`: the two could talk."""

    attempt: str
    status: str
    leg_sid: str = ""
    seconds: int | None = None
    bridged: bool = True
    caller_gone: bool = False


@dataclass(frozen=True, slots=True)
class VoiceLegEnded:
    """The leg to the voice model is over, or never came up. `sip_code` 0: not told.

    `answered`: the model had taken the call.
    """

    status: str
    answered: bool
    leg_sid: str = ""
    seconds: int | None = None
    sip_code: int = 0
    caller_gone: bool = False


@dataclass(frozen=True, slots=True)
class StatusReported:
    """Where a call, or one leg of it, stands. `sequence` is -1 when there is none."""

    leg_sid: str
    status: str
    sequence: int = -1
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`status` is empty where the carrier has not said it yet."""

    sid: str
    url: str = ""
    seconds: int | None = None
    status: str = ""
    caller_gone: bool = False
