"""People on our side, and in which order they are rung."""

from dataclasses import dataclass
from enum import StrEnum

# The key of a policy that is nothing but one contact begins with this.
CONTACT = "contact:"


class PolicyEnd(StrEnum):
    """What happens when no contact of a policy took the caller."""

    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    BACK_TO_AGENT = "back_to_agent"


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
