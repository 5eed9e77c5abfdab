"""Which contact of an escalation policy is rung next."""

from dataclasses import dataclass
from datetime import datetime

from calls.core.words import HandoffReason
from routing.core.hours import is_open
from routing.core.ruleset import Contact, EscalationPolicy, PolicyEnd, Ruleset

# Twilio refuses less than 5 seconds and more than 600 (`<Dial timeout>`).
SHORTEST_RING, LONGEST_RING = 5, 600

# Agent and hunt list must not pass a caller to and fro for ever.
MOST_HUNTS = 2

# The agent cannot take back a caller it lost, failed, or has no time left for.
NOT_BACK_TO_AGENT = frozenset(
    {
        HandoffReason.CONNECTION_LOST,
        HandoffReason.MODEL_FAILED,
        HandoffReason.LIMIT_REACHED,
        HandoffReason.SILENCE,
    }
)


@dataclass(frozen=True, slots=True)
class Ring:
    """`position` is the step of the hunt list, from 0."""

    position: int
    contact: Contact
    seconds: int


def next_ring(
    ruleset: Ruleset, policy: EscalationPolicy | None, position: int, now: datetime
) -> Ring | None:
    """The first step from `position` on whose contact can be rung now."""
    steps = policy.steps if policy else ()
    for place, step in enumerate(steps[position:], start=position):
        contact = ruleset.contacts.get(step.contact)
        if contact is not None and contact.phone and is_on_duty(ruleset, contact, now):
            seconds = min(max(step.ring_seconds, SHORTEST_RING), LONGEST_RING)
            return Ring(place, contact, seconds)
    return None


def is_on_duty(ruleset: Ruleset, contact: Contact, now: datetime) -> bool:
    """A contact without hours is always on duty, and so is one whose hours are lost:

    a ring too many costs less than a caller whom nobody rang for.
    """
    calendar = ruleset.calendars.get(contact.calendar)
    return calendar is None or is_open(calendar, now) is not False


def end_of(
    policy: EscalationPolicy | None, reason: HandoffReason, *, hunts: int
) -> PolicyEnd:
    """What a hunt nobody answered ends with. `hunts` of this call have ended so."""
    end = policy.end if policy else PolicyEnd.VOICEMAIL
    if end is PolicyEnd.BACK_TO_AGENT and (
        hunts > MOST_HUNTS or reason in NOT_BACK_TO_AGENT
    ):
        return PolicyEnd.VOICEMAIL
    return end
