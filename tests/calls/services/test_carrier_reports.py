"""What the carrier says when it is asked."""

from datetime import timedelta

import pytest

from calls.core.carrier_events import StatusReported
from calls.core.words import CallState, HandoffResult, IncidentKind
from calls.models import Incident
from calls.services.carrier_reports import truth_found
from calls.services.sweeps import claim_unheard, is_too_old, to_close
from tests.makers_calls import NOON, make_call, make_handoff

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


def test_a_call_that_ended_unheard_is_over() -> None:
    call = make_call(state=CallState.HANDING_OFF)
    handoff = make_handoff(call)
    assert truth_found(StatusReported(call.carrier_sid, "completed", seconds=9), LATER)
    call.refresh_from_db()
    handoff.refresh_from_db()
    assert (call.state, call.carrier_seconds) == (CallState.OVER, 9)
    assert handoff.result == HandoffResult.CALLER_LEFT
    assert Incident.objects.get().kind == IncidentKind.CALLBACK_MISSING


def test_a_call_that_goes_on_is_left_alone() -> None:
    call = make_call(state=CallState.WITH_PERSON)
    assert not truth_found(StatusReported(call.carrier_sid, "in-progress"), LATER)
    call.refresh_from_db()
    assert (call.state, call.last_seen_at) == (CallState.WITH_PERSON, LATER)
    assert not Incident.objects.exists()


def test_an_end_that_a_callback_told_first_is_no_incident() -> None:
    call = make_call(state=CallState.OVER)
    assert not truth_found(StatusReported(call.carrier_sid, "completed"), LATER)
    assert not truth_found(StatusReported("CAunknown", "completed"), LATER)
    assert not Incident.objects.exists()


def test_silent_calls_are_given_out_once_a_minute() -> None:
    silent = make_call(state=CallState.WITH_PERSON)
    make_call(state=CallState.LIVE, last_seen_at=LATER)
    make_call(state=CallState.OVER)
    assert claim_unheard(LATER, most=9) == [silent.pk]
    assert claim_unheard(LATER + timedelta(seconds=59), most=9) == []
    assert claim_unheard(LATER + timedelta(seconds=61), most=1) == [silent.pk]


def test_a_call_that_a_process_holds_is_not_asked_about() -> None:
    held = make_call(state=CallState.LIVE, lease_until=LATER + timedelta(seconds=1))
    assert claim_unheard(LATER, most=9) == []
    assert claim_unheard(LATER + timedelta(seconds=2), most=9) == [held.pk]


def test_an_offer_that_came_to_nothing_is_noticed_sooner() -> None:
    offered, live = make_call(), make_call(state=CallState.LIVE)
    assert claim_unheard(NOON + timedelta(seconds=40), most=9) == [offered.pk]
    assert live.pk in claim_unheard(NOON + timedelta(seconds=70), most=9)


def test_no_more_than_asked_for_are_given_out_oldest_first() -> None:
    calls = [
        make_call(state=CallState.LIVE, last_seen_at=NOON + timedelta(seconds=n))
        for n in (2, 0, 1)
    ]
    assert claim_unheard(LATER, most=2) == [calls[1].pk, calls[2].pk]


def test_calls_that_are_over_are_closed_in_their_order() -> None:
    second = make_call(state=CallState.OVER, over_at=NOON + timedelta(seconds=5))
    first = make_call(state=CallState.OVER, over_at=NOON)
    make_call(state=CallState.OVER, over_at=LATER)
    make_call(state=CallState.CLOSED)
    assert to_close(LATER, most=9) == [first.pk, second.pk]
    assert to_close(LATER, most=1) == [first.pk]


def test_a_call_older_than_any_call_can_be() -> None:
    call = make_call()
    assert not is_too_old(call, LATER)
    assert is_too_old(call, NOON + timedelta(hours=26))
