from datetime import datetime, timedelta

import pytest

from billing.core.legs import (
    INBOUND,
    OUTBOUND,
    RELAY,
    SIP,
    Leg,
    SessionMoment,
    caller_leg,
    contact_leg,
    relay_legs,
)
from tests.billing.makers import NOON


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def began(seconds: float) -> SessionMoment:
    return SessionMoment(after(seconds), began=True)


def ended(seconds: float, told: object = None) -> SessionMoment:
    return SessionMoment(after(seconds), began=False, seconds=told)


def relay(start: float, seconds: object, *, estimated: bool = False) -> Leg:
    return Leg(RELAY, after(start), seconds, estimated)


@pytest.mark.parametrize(
    ("moments", "legs"),
    [
        ([], []),
        ([began(0), ended(35, 35)], [relay(0, 35)]),
        # Lost and resumed: each session is a leg of its own.
        (
            [began(0), ended(10, 10), began(12), ended(40, 28)],
            [relay(0, 10), relay(12, 28)],
        ),
        # Its beginning was never written down, but its length was told.
        ([ended(35, "35")], [relay(35, "35")]),
        ([began(0), ended(35)], [relay(0, 35.0, estimated=True)]),
        ([ended(35)], []),
        ([began(0)], [relay(0, 60.0, estimated=True)]),
        (
            [began(0), began(20), ended(50, 30)],
            [relay(0, 20.0, estimated=True), relay(20, 30)],
        ),
    ],
)
def test_relay_sessions(moments: list[SessionMoment], legs: list[Leg]) -> None:
    assert relay_legs(moments, after(60)) == legs
    assert relay_legs(moments[::-1], after(60)) == legs


def test_a_session_that_begins_after_the_end_takes_no_time() -> None:
    assert relay_legs([began(9)], after(5)) == [relay(9, 0.0, estimated=True)]


def test_the_callers_leg_is_as_long_as_the_carrier_says() -> None:
    leg = caller_leg(INBOUND, after(2), 61, after(70))
    assert leg == Leg(INBOUND, after(2), 61)


def test_the_callers_leg_is_estimated_while_it_stands() -> None:
    leg = caller_leg(INBOUND, after(2), None, after(32))
    assert leg == Leg(INBOUND, after(2), 30.0, estimated=True)


def test_a_call_that_was_never_answered_has_no_leg() -> None:
    assert caller_leg(INBOUND, None, None, after(9)) is None
    assert caller_leg(INBOUND, None, 0, after(9)) is None


def test_a_contact_who_talks_has_an_estimated_leg() -> None:
    leg = contact_leg("+15550100", after(5), None, after(25))
    assert leg == Leg(OUTBOUND, after(5), 20.0, estimated=True)


def test_a_contact_who_did_not_answer_has_no_leg() -> None:
    assert contact_leg("+15550100", after(5), None, None) is None
    assert contact_leg("+15550100", after(5), 0, None) is None


def test_a_mailbox_that_answered_is_paid_for() -> None:
    assert contact_leg("+15550100", after(5), 8, None) == Leg(OUTBOUND, after(5), 8)


@pytest.mark.parametrize("address", ["sip:desk@example.com", "SIPS:desk@example.com"])
def test_a_contact_on_sip_has_a_sip_leg(address: str) -> None:
    assert contact_leg(address, NOON, 8, None) == Leg(SIP, NOON, 8)


def test_a_leg_is_measured_at_its_beginning() -> None:
    measured = Leg(SIP, NOON, 8).measured()
    assert (measured.provider, measured.item) == ("twilio", "voice_sip")
    assert (measured.figures, measured.at) == ({"seconds": 8}, NOON)
