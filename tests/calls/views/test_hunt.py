"""Contacts are rung one after the other, until one presses 1."""

import pytest

from calls.core.words import (
    AttemptResult,
    CallState,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, HandoffAttempt, Incident
from calls.services import handoffs
from routing.core.ruleset import PolicyEnd
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, live_line
from tests.makers_calls import NOON, sid

pytestmark = pytest.mark.django_db


def ringing(*names: str, end: PolicyEnd = PolicyEnd.VOICEMAIL) -> Line:
    """A call whose first contact is being rung."""
    line = live_line(*names, end=end)
    handoffs.ask(
        line.call.pk,
        reason=HandoffReason.CALLER_ASKED,
        summary="Wants a plumber.",
        fields={},
        asked_by="agent",
        now=NOON,
    )
    line.end_session("ended")
    return line


def attempt(name: str = "Ana") -> HandoffAttempt:
    return HandoffAttempt.objects.get(contact_name=name)


def test_the_whisper_tells_who_it_is_about_and_asks_for_a_key() -> None:
    line = ringing()
    leg = Line(line.to)
    leg.send(line.number.attrib["url"])
    gather = leg.verb("Gather")
    assert (gather.attrib["numDigits"], gather.attrib["input"]) == ("1", "dtmf")
    said = [say.text for say in gather]
    assert said[0] == "Wants a plumber."
    assert "Press 1" in str(said[1])
    assert verbs(leg.twiml)[-1] == "Hangup"
    assert attempt().leg_sid == leg.call_sid


def test_the_contact_who_presses_1_gets_the_caller() -> None:
    line = ringing()
    assert verbs(line.answer_whisper("1")) == []
    assert attempt().result == AttemptResult.ACCEPTED
    assert line.call.handoffs.get().result == HandoffResult.CONNECTED
    assert line.call.state == CallState.WITH_PERSON


def test_after_the_talk_the_call_is_over() -> None:
    line = ringing()
    line.answer_whisper("1")
    ended = line.end_dial("completed", DialCallDuration="95", DialBridged="true")
    assert verbs(ended) == ["Hangup"]
    assert line.call.state == CallState.OVER
    assert (attempt().seconds, attempt().finished_at is not None) == (95, True)


def test_a_caller_who_hangs_up_first_after_the_talk() -> None:
    line = ringing()
    line.answer_whisper("1")
    assert verbs(line.end_dial("completed", CallStatus="completed")) == []
    assert line.call.handoffs.get().result == HandoffResult.CONNECTED


@pytest.mark.parametrize("digits", ["2", "0", "", "11", "#"])
def test_any_other_key_declines(digits: str) -> None:
    line = ringing()
    assert verbs(line.answer_whisper(digits)) == ["Hangup"]
    line.end_dial("completed")
    assert attempt().result == AttemptResult.DECLINED
    assert line.number.text == PHONES["Ben"]


def test_a_mobiles_own_voicemail_is_not_a_person() -> None:
    line = ringing()
    Line(line.to).send(line.number.attrib["url"])
    line.end_dial("completed", DialCallDuration="14", DialBridged="false")
    assert attempt().result == AttemptResult.DECLINED
    assert line.number.text == PHONES["Ben"]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("no-answer", AttemptResult.NO_ANSWER),
        ("busy", AttemptResult.BUSY),
        ("failed", AttemptResult.FAILED),
        ("answered", AttemptResult.DECLINED),
        ("vanished", AttemptResult.FAILED),
    ],
)
def test_the_next_contact_is_rung(status: str, result: AttemptResult) -> None:
    line = ringing()
    line.end_dial(status)
    assert attempt().result == result
    assert line.number.text == PHONES["Ben"]
    assert [e.kind for e in line.call.events.order_by("seq")][-3:] == [
        "contact_ringing",
        "contact_answered",
        "contact_ringing",
    ]


def test_when_nobody_answers_a_voicemail_is_taken() -> None:
    line = ringing("Ana")
    assert verbs(line.end_dial("no-answer")) == [
        "Say",
        "Say",
        "Record",
        "Say",
        "Hangup",
    ]
    assert "nobody is free" in line.said[0]
    assert line.call.state == CallState.VOICEMAIL
    assert line.call.handoffs.get().result == HandoffResult.NOBODY


def test_when_nobody_answers_a_callback_is_promised() -> None:
    line = ringing("Ana", end=PolicyEnd.CALLBACK)
    assert verbs(line.end_dial("busy")) == ["Say", "Say", "Hangup"]
    follow_up = line.call.follow_ups.get()
    assert (follow_up.kind, follow_up.text) == ("callback", "Wants a plumber.")
    assert follow_up.contact_number == line.caller
    assert line.call.state == CallState.OVER


def test_when_nobody_answers_the_agent_takes_the_caller_back() -> None:
    line = ringing("Ana", end=PolicyEnd.BACK_TO_AGENT)
    assert verbs(line.end_dial("no-answer"))[:2] == ["Say", "Connect"]
    assert "welcomeGreeting" not in line.relay.attrib
    assert line.call.state == CallState.LIVE
    assert line.call.relay_entries == 2
    resumed = line.call.events.get(kind="reconnected")
    assert resumed.data["why"] == "nobody_free"


def test_a_caller_who_hangs_up_while_it_rings() -> None:
    line = ringing()
    assert verbs(line.end_dial("canceled", CallStatus="completed")) == []
    assert attempt().result == AttemptResult.CALLER_LEFT
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT
    assert line.call.state == CallState.OVER


def test_a_contact_who_answers_too_late_gets_nobody() -> None:
    line = ringing()
    url = line.number.attrib["url"]
    line.hang_up()
    assert verbs(Line(line.to).send(url)) == ["Hangup"]


def test_a_contact_who_presses_1_too_late_gets_nobody() -> None:
    line = ringing()
    leg = Line(line.to)
    leg.send(line.number.attrib["url"])
    action = leg.verb("Gather").attrib["action"]
    line.hang_up()
    assert verbs(leg.send(action, Digits="1")) == ["Hangup"]
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT


def test_a_contact_who_presses_1_when_the_next_one_is_rung_gets_nobody() -> None:
    line = ringing()
    leg = Line(line.to)
    leg.send(line.number.attrib["url"])
    action = leg.verb("Gather").attrib["action"]
    line.end_dial("no-answer")
    assert verbs(leg.send(action, Digits="1")) == ["Hangup"]
    assert line.call.state == CallState.HANDING_OFF
    assert attempt().result == AttemptResult.NO_ANSWER


def test_a_contact_who_pressed_1_but_was_never_connected_is_passed_over() -> None:
    line = ringing()
    line.answer_whisper("1")
    line.end_dial("completed", DialBridged="false")
    assert attempt().result == AttemptResult.FAILED
    assert line.number.text == PHONES["Ben"]
    assert line.call.state == CallState.HANDING_OFF
    assert line.call.handoffs.get().result == HandoffResult.PENDING


def test_a_caller_who_left_before_the_contact_was_connected() -> None:
    line = ringing()
    line.answer_whisper("1")
    line.end_dial("completed", DialBridged="false", CallStatus="completed")
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT


def test_a_second_contact_can_take_the_caller() -> None:
    line = ringing()
    line.end_dial("no-answer")
    line.answer_whisper("1")
    assert attempt("Ben").result == AttemptResult.ACCEPTED
    line.end_dial("completed")
    assert line.call.state == CallState.OVER


@pytest.mark.parametrize("given", ["", "forged", "MQ:1:x"])
def test_a_forged_reference_takes_nobody(given: str) -> None:
    line = ringing()
    leg = Line(line.to)
    assert verbs(leg.send(f"https://x/twilio/whisper/?attempt={given}")) == ["Hangup"]
    url = f"https://x/twilio/whisper-answer/?attempt={given}"
    assert verbs(leg.send(url, Digits="1")) == ["Hangup"]
    assert attempt().result == AttemptResult.RINGING


def test_a_dial_that_names_no_attempt_is_the_last_one_rung() -> None:
    line = ringing()
    line.send("dial-ended", DialCallStatus="busy", DialCallSid=sid())
    assert attempt().result == AttemptResult.BUSY
    assert line.number.text == PHONES["Ben"]


def test_a_dial_that_was_never_begun_still_gets_the_caller_somewhere() -> None:
    line = live_line()
    line.send("dial-ended", DialCallStatus="busy", DialCallSid=sid())
    assert "Record" in verbs(line.twiml)
    gone = live_line()
    gone.send(
        "dial-ended", DialCallStatus="busy", DialCallSid=sid(), CallStatus="completed"
    )
    assert (verbs(gone.twiml), gone.call.state) == ([], CallState.OVER)


def test_a_dial_of_an_unknown_call_is_reported() -> None:
    stranger = Line("+12025550100")
    stranger.send("dial-ended", DialCallStatus="busy", DialCallSid=sid())
    assert verbs(stranger.twiml) == ["Say", "Say", "Hangup"]
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL


def test_a_caller_is_not_passed_between_agent_and_people_for_ever() -> None:
    line = ringing("Ana", end=PolicyEnd.BACK_TO_AGENT)
    for _ in range(2):
        line.end_dial("no-answer")
        assert line.relay is not None
        handoffs.ask(
            line.call.pk,
            reason=HandoffReason.CALLER_ASKED,
            summary="",
            fields={},
            asked_by="agent",
            now=NOON,
        )
        line.end_session("ended")
    assert "Record" in verbs(line.end_dial("no-answer"))


def test_asking_twice_opens_one_handoff() -> None:
    line = ringing()
    call = line.call
    again = handoffs.ask(
        call.pk,
        reason=HandoffReason.EMERGENCY,
        summary="",
        fields={},
        asked_by="agent",
        now=NOON,
    )
    assert again == call.handoffs.get()
    assert again is not None
    assert again.reason == HandoffReason.CALLER_ASKED


def test_no_handoff_is_opened_for_a_call_that_is_over() -> None:
    line = live_line()
    Call.objects.update(state=CallState.OVER)
    asked = handoffs.ask(
        line.call.pk,
        reason=HandoffReason.EMERGENCY,
        summary="",
        fields={},
        asked_by="agent",
        now=NOON,
    )
    assert asked is None
