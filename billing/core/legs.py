"""How long each connection of a call stood, from what the call has recorded.

Seconds that a carrier told are taken as they are. A connection that still stands, or
whose end nobody told, is counted until now or until the end of the call; such
seconds are estimated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from calls.core.meter import Measured

RELAY = "conversation_relay"
INBOUND = "voice_inbound"
OUTBOUND = "voice_outbound"
SIP = "voice_sip"
RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Leg:
    item: str
    began_at: datetime
    seconds: object
    estimated: bool = False

    def measured(self) -> Measured:
        return Measured("twilio", self.item, {"seconds": self.seconds}, self.began_at)


@dataclass(frozen=True, slots=True)
class SessionMoment:
    """A relay session began, or ended after so many seconds if they were told."""

    at: datetime
    began: bool
    seconds: object = None


def relay_legs(moments: Iterable[SessionMoment], until: datetime) -> list[Leg]:
    """The relay sessions of one call. A callback may come before its socket's end."""
    legs: list[Leg] = []
    began_at: datetime | None = None
    for moment in sorted(moments, key=lambda m: (m.at, m.began)):
        if moment.began:
            if began_at is not None:
                legs.append(guess(RELAY, began_at, moment.at))
            began_at = moment.at
            continue
        if moment.seconds is not None:
            legs.append(Leg(RELAY, began_at or moment.at, moment.seconds))
        elif began_at is not None:
            legs.append(guess(RELAY, began_at, moment.at))
        began_at = None
    if began_at is not None:
        legs.append(guess(RELAY, began_at, until))
    return legs


def guess(item: str, began_at: datetime, until: datetime) -> Leg:
    seconds = max(0.0, (until - began_at).total_seconds())
    return Leg(item, began_at, seconds, estimated=True)


def caller_leg(
    item: str, answered_at: datetime | None, told: int | None, until: datetime
) -> Leg | None:
    """None for a call that was never answered, which costs nothing."""
    if told is not None:
        return Leg(item, answered_at or until, told) if told else None
    return guess(item, answered_at, until) if answered_at else None


def contact_leg(
    phone: str, began_at: datetime, told: int | None, until: datetime | None
) -> Leg | None:
    """`until` is None where nobody answered, so that nothing was to be paid."""
    item = item_to(phone)
    if told is not None:
        return Leg(item, began_at, told) if told else None
    return guess(item, began_at, until) if until else None


def item_to(address: str) -> str:
    return SIP if address.lower().startswith(("sip:", "sips:")) else OUTBOUND
