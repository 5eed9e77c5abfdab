"""Status callbacks of calls, legs and messages: late, twice, in any order."""

from itertools import permutations

import pytest

from calls.core.words import CallState, HandoffResult, IncidentKind
from calls.models import Callback, HandoffAttempt, Incident
from tests.calls.carrier import ACCOUNT, Line, post, verbs
from tests.calls.views.lines import live_line
from tests.calls.views.test_hunt import ringing
from tests.makers_calls import sid

pytestmark = pytest.mark.django_db

LEG = [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]


def test_the_end_of_the_call_is_kept() -> None:
    line = live_line()
    assert verbs(line.hang_up(CallDuration="42")) == []
    call = line.call
    assert (call.carrier_status, call.carrier_seconds) == ("completed", 42)
    assert call.state == CallState.OVER
    assert call.over_at is not None


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_every_end_is_an_end(status: str) -> None:
    line = live_line()
    line.hang_up(status)
    assert line.call.state == CallState.OVER


def test_a_call_on_its_way_stays_where_it_is() -> None:
    line = live_line()
    line.hang_up("in-progress")
    assert line.call.state == CallState.LIVE


def test_an_older_word_changes_nothing() -> None:
    line = live_line()
    line.hang_up()
    over_at = line.call.over_at
    line.send("status", CallStatus="ringing", SequenceNumber="9")
    line.hang_up("failed", SequenceNumber="10")
    assert (line.call.carrier_status, line.call.over_at) == ("completed", over_at)


def test_a_caller_who_leaves_while_a_contact_is_rung() -> None:
    line = ringing()
    line.hang_up()
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT
    assert HandoffAttempt.objects.get().result == "caller_left"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_leg_ends_up_the_same_in_every_order(order: tuple[int, ...]) -> None:
    line = ringing()
    url = line.number.attrib["statusCallback"]
    leg = Line(line.to)
    for place in order:
        status, number = LEG[place]
        leg.send(
            url,
            CallStatus=status,
            SequenceNumber=number,
            ParentCallSid=line.call_sid,
            **({"CallDuration": "20"} if status == "completed" else {}),
        )
    attempt = HandoffAttempt.objects.get()
    assert (attempt.leg_sid, attempt.leg_status) == (leg.call_sid, "completed")
    assert attempt.seconds == 20
    assert line.call.state == CallState.HANDING_OFF


def test_a_status_of_an_unknown_call_is_reported_once() -> None:
    stranger = Line("+12025550100")
    stranger.hang_up()
    stranger.hang_up("completed", SequenceNumber="1")
    incident = Incident.objects.get()
    assert (incident.kind, incident.call) == (IncidentKind.UNKNOWN_CALL, None)


def test_a_status_of_an_unknown_leg_is_reported() -> None:
    leg = Line("+12025550100")
    leg.send("https://x/twilio/status/?attempt=forged", CallStatus="ringing")
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL


def test_the_status_of_a_message_is_kept_for_later() -> None:
    message = sid("SM")
    fields = {"MessageSid": message, "AccountSid": ACCOUNT, "MessageStatus": "sent"}
    answer = post("/twilio/message-status/", fields)
    assert (answer.status_code, answer.content) == (204, b"")
    assert Callback.objects.get().params["MessageStatus"] == "sent"
    assert post("/twilio/message-status/", fields).status_code == 204
    assert Callback.objects.get().repeats == 1
