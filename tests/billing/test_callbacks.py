"""The inbox alone says how long things were, whatever became of the rows of calls."""

from datetime import timedelta

import pytest

from billing.core.units import Component
from billing.models import CallSheet, CallTotal, Charge, DayTotal
from billing.services.rebuild import rebuild
from calls.core.words import AttemptResult, EventKind
from calls.models import (
    Call,
    Callback,
    CallEvent,
    EngineSession,
    HandoffAttempt,
    Recording,
    Usage,
)
from routing.core.ruleset import Path
from tests.billing.ledger_rows import (
    after,
    by_component,
    call_rows,
    enter_all,
    journal,
    money_rows,
    over,
    say,
    set_prices,
)
from tests.makers_calls import NOON, make_attempt, make_handoff

pytestmark = pytest.mark.django_db
LEG, VOICE_LEG = "CA" + "1" * 32, "CA" + "2" * 32


@pytest.fixture(autouse=True)
def prices() -> None:
    set_prices()


def callback(endpoint: str, sid: str, at: float = 0, **params: str) -> None:
    key = f"{endpoint}:{Callback.objects.count()}"
    row = Callback.objects.create(
        key=key, endpoint=endpoint, call_sid=sid, params=params
    )
    Callback.objects.filter(pk=row.pk).update(received_at=after(at))


def sums() -> tuple[object, ...]:
    return money_rows(), call_rows()


def a_call_with_everything() -> Call:
    call = over(carrier_seconds=125)
    say(call, 5, 10, 5, 2)
    callback("status", call.carrier_sid, 1, CallStatus="in-progress")
    callback(
        "status", call.carrier_sid, 125, CallStatus="completed", CallDuration="125"
    )
    journal(call, EventKind.CONNECTED, 1)
    journal(call, EventKind.SESSION_ENDED, 90, seconds=89, session="VX1")
    callback("relay-ended", call.carrier_sid, 90, SessionId="VX1", SessionDuration="89")
    attempt = make_attempt(make_handoff(call), result=AttemptResult.ACCEPTED)
    HandoffAttempt.objects.filter(pk=attempt.pk).update(leg_sid=LEG, seconds=70)
    callback("status", LEG, 120, CallStatus="completed", CallDuration="70")
    Recording.objects.create(call=call, sid="RE1", seconds=30, status="completed")
    recorded = {"RecordingSid": "RE1", "RecordingDuration": "30"}
    callback("voicemail-ended", call.carrier_sid, 124, **recorded)
    status = {"RecordingStatus": "completed"}
    callback("recording", call.carrier_sid, 126, **recorded, **status)
    return call


def test_the_same_sums_come_from_the_callbacks_alone() -> None:
    a_call_with_everything()
    enter_all()
    before = sums()
    assert set(by_component()) == {
        Component.LANGUAGE_MODEL,
        Component.INBOUND_LEG,
        Component.RELAY,
        Component.OUTBOUND_LEG,
        Component.RECORDING,
    }
    Call.objects.update(carrier_seconds=None)
    HandoffAttempt.objects.update(seconds=None)
    Recording.objects.all().delete()
    CallEvent.objects.filter(kind=EventKind.SESSION_ENDED).delete()
    for derived in (Charge, CallSheet, DayTotal, CallTotal):
        derived._default_manager.all().delete()
    rebuild(after(900))
    assert sums() == before


def test_the_leg_to_a_voice_model_comes_back_from_its_callback() -> None:
    call = over(path=Path.SIP)
    EngineSession.objects.create(
        call=call, accepted_at=NOON, over_at=after(70), leg_sid=VOICE_LEG
    )
    usage = {"provider": "twilio", "item": "voice_sip", "provider_id": VOICE_LEG}
    Usage.objects.create(call=call, figures={"seconds": 61}, at=after(9), **usage)
    callback("status", VOICE_LEG, 70, CallStatus="completed", CallDuration="61")
    enter_all()
    before = sums()
    assert by_component()[Component.SIP_LEG] == 1
    Usage.objects.all().delete()
    rebuild(after(900))
    assert sums() == before
    assert not Charge.objects.get(component="sip_leg").estimated


def test_a_callback_goes_before_what_the_rows_say() -> None:
    call = over(carrier_seconds=61)
    callback("status", call.carrier_sid, CallStatus="completed", CallDuration="121")
    callback("status", call.carrier_sid, CallStatus="completed", CallDuration="999")
    enter_all()
    assert by_component() == {Component.INBOUND_LEG: 3}


def test_who_dialled_tells_where_the_leg_itself_does_not() -> None:
    call = over()
    attempt = make_attempt(make_handoff(call), result=AttemptResult.ACCEPTED)
    HandoffAttempt.objects.filter(pk=attempt.pk).update(leg_sid=LEG)
    callback("dial-ended", call.carrier_sid, DialCallSid=LEG, DialCallDuration="61")
    enter_all()
    assert by_component()[Component.OUTBOUND_LEG] == 4


def test_sessions_are_counted_once_whoever_tells_their_end() -> None:
    call = over()
    for began, session in ((0, "VX1"), (70, "VX2")):
        journal(call, EventKind.CONNECTED, began)
        told = {"seconds": 61, "session": session}
        journal(call, EventKind.SESSION_ENDED, began + 61, **told)
    callback("relay-ended", call.carrier_sid, 61, SessionId="VX1", SessionDuration="61")
    enter_all()
    assert by_component()[Component.RELAY] == 4 * 7


def test_a_recording_of_nothing_costs_nothing() -> None:
    call = over()
    absent = {"RecordingDuration": "9", "RecordingStatus": "absent"}
    callback("recording", call.carrier_sid, 9, RecordingSid="RE1", **absent)
    callback("voicemail-ended", call.carrier_sid, Digits="hangup")
    enter_all()
    assert by_component() == {Component.INBOUND_LEG: 2}


@pytest.mark.parametrize("told", ["", "-5", "many", "1.5", "9" * 12, "５"])
def test_a_length_that_is_none_is_not_one(told: str) -> None:
    call = over(carrier_seconds=61, offered_at=NOON - timedelta(seconds=1))
    callback("status", call.carrier_sid, CallStatus="completed", CallDuration=told)
    enter_all()
    assert by_component() == {Component.INBOUND_LEG: 2}
