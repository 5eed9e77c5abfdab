from datetime import UTC, datetime, time

import pytest

from calls.core.hunting import end_of, next_ring
from calls.core.words import HandoffReason
from routing.core.ruleset import (
    Calendar,
    Contact,
    EscalationPolicy,
    HuntStep,
    PolicyEnd,
    Ruleset,
    Span,
)

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MORNINGS = Calendar("m", "Mornings", "UTC", (Span(0, time(8), time(11)),))
NOWHERE = Calendar("n", "Nowhere", "Mars/Olympus", (Span(0, time(8), time(11)),))


def contact(key: str, calendar: str = "", phone: str = "+12025550151") -> Contact:
    return Contact(key, key.title(), phone, "", calendar)


def ruleset(*contacts: Contact) -> Ruleset:
    return Ruleset(
        number=1,
        contacts={c.key: c for c in contacts},
        calendars={"m": MORNINGS, "n": NOWHERE},
    )


def policy(*keys: str, ring: int = 20, end: str = "voicemail") -> EscalationPolicy:
    steps = tuple(HuntStep(key, ring) for key in keys)
    return EscalationPolicy("p", "Policy", steps, PolicyEnd(end))


def names(rules: Ruleset, wanted: EscalationPolicy | None) -> list[str]:
    found, position = [], 0
    while ring := next_ring(rules, wanted, position, MONDAY_NOON):
        found.append(ring.contact.key)
        position = ring.position + 1
    return found


def test_contacts_are_rung_in_order() -> None:
    rules = ruleset(contact("ana"), contact("ben"))
    assert names(rules, policy("ben", "ana")) == ["ben", "ana"]


def test_a_contact_who_is_off_duty_is_passed_over() -> None:
    rules = ruleset(contact("ana", "m"), contact("ben"))
    assert names(rules, policy("ana", "ben")) == ["ben"]


def test_hours_that_cannot_be_told_keep_nobody_from_being_rung() -> None:
    rules = ruleset(contact("ana", "n"), contact("ben", "gone"))
    assert names(rules, policy("ana", "ben")) == ["ana", "ben"]


def test_a_contact_that_is_gone_or_has_no_phone_is_passed_over() -> None:
    rules = ruleset(contact("ana", phone=""), contact("ben"))
    assert names(rules, policy("zoe", "ana", "ben")) == ["ben"]


def test_without_a_policy_nobody_is_rung() -> None:
    assert names(ruleset(contact("ana")), None) == []


@pytest.mark.parametrize(("asked", "rung"), [(1, 5), (20, 20), (900, 600)])
def test_the_ring_time_is_one_the_carrier_takes(asked: int, rung: int) -> None:
    found = next_ring(
        ruleset(contact("ana")), policy("ana", ring=asked), 0, MONDAY_NOON
    )
    assert found is not None
    assert found.seconds == rung


def test_the_policy_says_how_a_hunt_ends() -> None:
    asked = HandoffReason.CALLER_ASKED
    assert end_of(policy(end="callback"), asked, hunts=1) is PolicyEnd.CALLBACK
    assert end_of(policy(end="back_to_agent"), asked, hunts=1) is (
        PolicyEnd.BACK_TO_AGENT
    )
    assert end_of(None, asked, hunts=1) is PolicyEnd.VOICEMAIL


@pytest.mark.parametrize(
    "reason", [HandoffReason.CONNECTION_LOST, HandoffReason.LIMIT_REACHED]
)
def test_an_agent_that_cannot_go_on_does_not_get_the_caller_back(
    reason: HandoffReason,
) -> None:
    assert end_of(policy(end="back_to_agent"), reason, hunts=1) is PolicyEnd.VOICEMAIL


def test_a_caller_is_not_passed_to_and_fro_for_ever() -> None:
    wanted = policy(end="back_to_agent")
    assert end_of(wanted, HandoffReason.CALLER_ASKED, hunts=3) is PolicyEnd.VOICEMAIL
