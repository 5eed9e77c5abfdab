"""Twilio's carrier side, usable as a library by tests and by the bench."""

from calls.simulator.carrier.caller import Caller, GaveUp
from calls.simulator.carrier.carrier import Carrier, place_call
from calls.simulator.carrier.contact import Contact, read_contact
from calls.simulator.carrier.order import CallOrder, CallRecord
from calls.simulator.carrier.party import Utterance

__all__ = [
    "CallOrder",
    "CallRecord",
    "Caller",
    "Carrier",
    "Contact",
    "GaveUp",
    "Utterance",
    "place_call",
    "read_contact",
]
