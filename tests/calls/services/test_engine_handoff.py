"""Giving a caller who talks to the voice model to a person."""

from typing import Any

import pytest

from calls.core.words import (
    AttemptResult,
    CallState,
    EngineState,
    EventKind,
    HandoffReason,
    HandoffResult,
)
from calls.models import Call, EngineSession, Handoff, HandoffAttempt
from calls.services import engine_handoff, handoffs
from calls.services.engine_handoff import CarrierTransfer, LetGo, Refer, Way
from routing.core.ruleset import PolicyEnd
from routing.models import Release
from routing.services import live
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, people
from tests.makers_calls import NOON, make_handoff
from tests.makers_routing import make_agent, make_number, publish

pytestmark = pytest.mark.django_db


def talking(*, trunk: bool = False, **policy: Any) -> Line:
    """A caller who talks to the voice model and has asked for a person."""
    who = people("Ana", "Ben", **policy)
    number = make_number(path="sip", agent=make_agent(policy=who), policy=who)
    publish()
    line = Line(number.e164)
    line.ring()
    EngineSession.objects.update(state=EngineState.ATTACHED, trunk=trunk)
    Call.objects.update(state=CallState.LIVE, answered_at=NOON)
    ask(line)
    return line


def ask(line: Line) -> None:
    handoffs.ask(
        line.call.pk,
        reason=HandoffReason.CALLER_ASKED,
        summary="Wants a plumber.",
        fields={},
        asked_by="agent",
        now=NOON,
    )


def plan(line: Line) -> Way | None:
    return engine_handoff.plan(line.call.pk, now=NOON)


def unseen(line: Line) -> None:
    engine_handoff.transfer_unseen(line.call.pk, now=NOON)


def results() -> list[str]:
    rung = HandoffAttempt.objects.order_by("position")
    return list(rung.values_list("result", flat=True))


# Through the carrier


def test_the_carrier_is_told_to_fetch_the_caller_who_then_hears_the_hunt() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    assert way.call_sid == line.call_sid
    assert line.call.redirected
    assert verbs(line.send(way.url, CallStatus="in-progress")) == ["Dial", "Hangup"]
    assert line.number.text == PHONES["Ana"]
    # The end of the leg to the model may come later, and does nothing.
    ended = {"DialCallStatus": "completed", "CallStatus": "in-progress"}
    assert verbs(line.send("sip-ended", **ended)) == []
    assert EngineSession.objects.get().state == EngineState.OVER


def test_the_address_carries_overrides_and_is_signed() -> None:
    way = plan(talking())
    assert isinstance(way, CarrierTransfer)
    assert way.url.startswith("https://phoneops.test/twilio/hand-over/?handoff=")
    assert way.url.endswith("#rc=3&rp=all&ct=2000&rt=5000")


def test_a_repeated_fetch_rings_nobody_else() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    for _ in range(2):
        line.send(way.url, CallStatus="in-progress")
        assert line.number.text == PHONES["Ana"]
    assert results() == [AttemptResult.RINGING]


def test_if_the_carrier_does_not_come_the_leg_is_let_go() -> None:
    line = talking()
    plan(line)
    unseen(line)
    assert plan(line) == LetGo()
    assert not line.call.redirected
    ended = {"DialCallStatus": "completed", "CallStatus": "in-progress"}
    assert verbs(line.send("sip-ended", **ended)) == ["Dial", "Hangup"]


def test_if_nothing_works_the_caller_stays_and_is_called_back() -> None:
    line = talking()
    for _ in range(2):
        assert plan(line) is not None
        unseen(line)
    assert plan(line) is None
    assert plan(line) is None
    assert line.call.state == CallState.LIVE
    assert Handoff.objects.get().result == HandoffResult.NOBODY
    ask(line)
    assert isinstance(plan(line), CarrierTransfer)


def test_a_leg_that_ends_before_the_carrier_heard_of_us_leads_there() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    ended = {"DialCallStatus": "completed", "CallStatus": "in-progress"}
    (redirect,) = line.send("sip-ended", **ended)
    assert (redirect.tag, redirect.text) == ("Redirect", way.url)
    assert results() == []
    assert verbs(line.send(way.url, CallStatus="in-progress")) == ["Dial", "Hangup"]
    assert results() == [AttemptResult.RINGING]


def test_a_caller_who_was_fetched_late_is_not_disturbed() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    line.send(way.url, CallStatus="in-progress")
    unseen(line)
    assert line.call.redirected
    assert results() == [AttemptResult.RINGING]


def test_without_a_wish_or_a_call_there_is_no_way() -> None:
    line = talking()
    Handoff.objects.update(result=HandoffResult.NOBODY)
    assert plan(line) is None
    Handoff.objects.update(result=HandoffResult.PENDING)
    Call.objects.update(state=CallState.OVER)
    assert plan(line) is None


def test_a_caller_who_is_fetched_without_a_wish_still_gets_a_person() -> None:
    line = talking()
    Handoff.objects.all().delete()
    path = "https://phoneops.test/twilio/hand-over/?handoff=forged"
    assert verbs(line.send(path, CallStatus="in-progress")) == ["Dial", "Hangup"]
    assert Handoff.objects.get().reason == HandoffReason.CONNECTION_LOST


def test_a_caller_who_is_fetched_after_the_list_was_through_leaves_a_message() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    Handoff.objects.update(result=HandoffResult.NOBODY)
    assert "Record" in verbs(line.send(way.url, CallStatus="in-progress"))


def test_a_caller_who_is_gone_is_not_fetched() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    line.hang_up()
    assert verbs(line.send(way.url, CallStatus="in-progress")) == []


def test_a_fetch_of_a_call_nobody_offered_is_an_incident() -> None:
    line = Line("+12025550100")
    assert verbs(line.send("hand-over", handoff="x")) == ["Say", "Say", "Hangup"]


def test_a_hunt_without_anybody_can_end_with_the_agent_over_the_relay() -> None:
    line = talking(end=PolicyEnd.BACK_TO_AGENT)
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    line.send(way.url, CallStatus="in-progress")
    line.end_dial("no-answer")
    line.end_dial("busy")
    assert line.relay is not None
    assert (line.call.relay_entries, line.call.redirected) == (1, False)


# Over a bare trunk


def test_over_a_trunk_the_contacts_are_referred_to_in_their_order() -> None:
    line = talking(trunk=True)
    assert plan(line) == Refer(f"tel:{PHONES['Ana']}", 20)
    assert results() == [AttemptResult.RINGING]
    unseen(line)
    assert plan(line) == Refer(f"tel:{PHONES['Ben']}", 20)
    unseen(line)
    assert plan(line) is None
    assert results() == [AttemptResult.NO_ANSWER] * 2
    assert Handoff.objects.get().result == HandoffResult.NOBODY
    assert line.call.state == CallState.LIVE
    kinds = [event.kind for event in line.call.events.filter(stream=0)]
    assert kinds.count(EventKind.CONTACT_RINGING) == 2
    assert kinds.count(EventKind.CONTACT_ANSWERED) == 2


def test_what_the_policy_promises_is_kept_over_a_trunk() -> None:
    line = talking(trunk=True, end=PolicyEnd.CALLBACK)
    for _ in range(2):
        plan(line)
        unseen(line)
    assert plan(line) is None
    follow_up = line.call.follow_ups.get()
    assert (follow_up.kind, follow_up.text) == ("callback", "Wants a plumber.")


def test_only_numbers_are_referred_to() -> None:
    line = talking(trunk=True)
    release = Release.objects.get()
    release.snapshot["contacts"][0]["phone"] = "sip:ana@example.com"
    release.save()
    live.LIVE.reset()
    assert plan(line) == Refer(f"tel:{PHONES['Ben']}", 20)


def test_a_wish_that_is_open_is_found_before_the_one_that_was_meant() -> None:
    line = talking()
    way = plan(line)
    assert isinstance(way, CarrierTransfer)
    Handoff.objects.update(result=HandoffResult.NOBODY)
    make_handoff(line.call, policy_key=line.call.policy_key)
    assert verbs(line.send(way.url, CallStatus="in-progress")) == ["Dial", "Hangup"]
