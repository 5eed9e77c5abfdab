"""What a failed relay session calls for, by the carrier's error number.

The numbers are those of ConversationRelay (64101 to 64114,
https://www.twilio.com/docs/api/errors) and 39001, which a sample shows for a socket
that could not be opened. A number not listed here is met with a person: it is newer
than this table, and the caller must not be the one to find out what it means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from calls.core.words import CauseOwner, IncidentKind


class Remedy(Enum):
    RESUME = auto()
    """Trying again may work: connect the caller to the agent once more."""
    PERSON = auto()
    """Trying again fails the same way."""
    END = auto()
    """The carrier ends the call."""


@dataclass(frozen=True, slots=True)
class Failure:
    kind: IncidentKind
    cause: CauseOwner
    remedy: Remedy
    meaning: str


def refused(meaning: str) -> Failure:
    return Failure(
        IncidentKind.SESSION_FAILED, CauseOwner.CONFIGURATION, Remedy.PERSON, meaning
    )


def carrier(meaning: str) -> Failure:
    return Failure(
        IncidentKind.SESSION_FAILED, CauseOwner.CARRIER, Remedy.RESUME, meaning
    )


NO_CONNECTION = Failure(
    IncidentKind.SOCKET_REFUSED,
    CauseOwner.OURS,
    Remedy.RESUME,
    "The carrier could not connect to our relay address.",
)
LOST = Failure(
    IncidentKind.SOCKET_LOST,
    CauseOwner.OURS,
    Remedy.RESUME,
    "The connection between the carrier and us was lost.",
)
UNKNOWN = Failure(
    IncidentKind.SESSION_FAILED,
    CauseOwner.CARRIER,
    Remedy.PERSON,
    "The carrier gave an error we do not know.",
)

FAILURES: Mapping[str, Failure] = {
    "": LOST,
    "39001": NO_CONNECTION,
    "64101": refused("The carrier refused a value of the language profile."),
    "64102": NO_CONNECTION,
    "64103": carrier("The carrier reports an internal error."),
    "64104": Failure(
        IncidentKind.SESSION_FAILED,
        CauseOwner.CONFIGURATION,
        Remedy.END,
        "The call reached the longest time the carrier allows.",
    ),
    "64105": LOST,
    "64106": refused("The provider does not offer this voice or language."),
    "64108": Failure(
        IncidentKind.SESSION_FAILED,
        CauseOwner.CALLER_SIDE,
        Remedy.RESUME,
        "No sound came from the caller's side any more.",
    ),
    "64109": refused("The account has too many conversations at once."),
    "64110": refused("The account has not switched on ConversationRelay."),
    "64114": carrier("The carrier lost its speech recognition."),
}


def failure(code: str) -> Failure:
    return FAILURES.get(code.strip(), UNKNOWN)
