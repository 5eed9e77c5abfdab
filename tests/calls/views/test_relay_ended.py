"""The conversation has ended: what the caller gets next."""

import json

import pytest

from calls.core.words import (
    CallState,
    Ending,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, Handoff, Incident
from calls.services import handoffs
from calls.services.sessions import token_digest
from routing.core.ruleset import PolicyEnd
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, accepted_line, live_line
from tests.makers_calls import NOON

pytestmark = pytest.mark.django_db


def ask(line: Line, summary: str = "Wants a plumber.") -> Handoff | None:
    return handoffs.ask(
        line.call.pk,
        reason=HandoffReason.CALLER_ASKED,
        summary=summary,
        fields={"name": "Ana"},
        asked_by="agent",
        now=NOON,
    )


def test_a_handoff_that_was_asked_for_rings_the_first_contact() -> None:
    line = live_line()
    ask(line)
    line.end_session("ended")
    assert line.number.text == PHONES["Ana"]
    assert line.call.state == CallState.HANDING_OFF
    assert line.call.session_status == "ended"


def test_an_end_without_a_handoff_hangs_up() -> None:
    line = live_line()
    assert verbs(line.end_session("ended")) == ["Hangup"]
    assert line.call.state == CallState.OVER


def test_a_handoff_that_could_not_be_stored_is_taken_from_the_hint() -> None:
    line = live_line()
    Call.objects.update(collected={"name": "Ana"})
    hint = {"reason": "angry_caller", "summary": "Upset.", "asked_by": "agent"}
    line.end_session("ended", HandoffData=json.dumps(hint))
    assert line.number.text == PHONES["Ana"]
    handoff = line.call.handoffs.get()
    assert (handoff.reason, handoff.summary) == (HandoffReason.ANGRY_CALLER, "Upset.")
    assert handoff.fields == {"name": "Ana"}


def test_our_own_record_of_a_handoff_wins_over_the_hint() -> None:
    line = live_line()
    ask(line)
    line.end_session("ended", HandoffData=json.dumps({"reason": "other"}))
    assert line.call.handoffs.get().reason == HandoffReason.CALLER_ASKED


@pytest.mark.parametrize("hint", ["", "{", "[]", "null", "7", '{"reason": ""}'])
def test_a_hint_that_says_nothing_is_no_handoff(hint: str) -> None:
    line = live_line()
    assert verbs(line.end_session("ended", HandoffData=hint)) == ["Hangup"]


@pytest.mark.parametrize("reason", ['"shouting"', "7", '["rule"]'])
def test_a_reason_nobody_knows_still_gets_a_person(reason: str) -> None:
    line = live_line()
    line.end_session("ended", HandoffData=f'{{"reason": {reason}}}')
    assert line.call.handoffs.get().reason == HandoffReason.OTHER


def test_a_caller_who_hung_up_needs_no_answer() -> None:
    line = live_line()
    assert verbs(line.end_session("completed")) == []
    assert line.call.state == CallState.OVER


def test_a_caller_who_hung_up_is_believed_whatever_the_call_says() -> None:
    line = live_line()
    assert verbs(line.end_session("completed", CallStatus="in-progress")) == []
    assert line.call.state == CallState.OVER


def test_a_caller_who_hung_up_before_the_handoff_left() -> None:
    line = live_line()
    ask(line)
    assert verbs(line.end_session("ended", CallStatus="completed")) == []
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT
    assert line.call.state == CallState.OVER


def test_a_lost_connection_is_resumed_without_a_greeting() -> None:
    line = live_line()
    first = line.token
    line.end_session("failed", ErrorCode="64105")
    assert "welcomeGreeting" not in line.relay.attrib
    assert line.token != first
    call = line.call
    assert call.relay_token_digest == token_digest(line.token)
    assert (call.relay_entries, call.relay_failures) == (2, 1)
    assert (call.state, call.session_status) == (CallState.LIVE, "")


def test_a_caller_who_never_heard_the_agent_is_greeted_after_all() -> None:
    line = accepted_line()
    first = line.token
    line.end_session("failed", ErrorCode="64102")
    assert line.relay.attrib["welcomeGreeting"]
    assert line.token != first
    assert line.call.relay_entries == 1


def test_a_resumed_call_goes_on_in_its_language() -> None:
    line = live_line()
    Call.objects.update(language="en-US")
    line.end_session("failed", ErrorCode="64105")
    assert line.relay.attrib["language"] == "en-US"


def test_after_two_resumes_a_person_is_rung() -> None:
    line = live_line()
    for _ in range(2):
        line.end_session("failed", ErrorCode="64105")
        assert line.relay is not None
    line.end_session("failed", ErrorCode="64105")
    assert line.number.text == PHONES["Ana"]
    assert line.said
    handoff = line.call.handoffs.get()
    assert handoff.reason == HandoffReason.CONNECTION_LOST
    assert Incident.objects.filter(kind=IncidentKind.SOCKET_LOST).count() == 3


def test_after_the_people_comes_voicemail_and_not_the_agent() -> None:
    line = live_line("Ana", end=PolicyEnd.BACK_TO_AGENT)
    for _ in range(3):
        line.end_session("failed")
    assert verbs(line.end_dial("no-answer"))[-3:] == ["Record", "Say", "Hangup"]
    assert line.call.state == CallState.VOICEMAIL


@pytest.mark.parametrize(
    ("code", "cause"),
    [("64101", "configuration"), ("64110", "configuration"), ("64999", "carrier")],
)
def test_what_would_fail_again_goes_to_a_person_at_once(code: str, cause: str) -> None:
    line = accepted_line()
    line.end_session("failed", ErrorCode=code)
    assert line.number.text == PHONES["Ana"]
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (IncidentKind.SESSION_FAILED, cause)
    assert code in incident.detail
    assert line.call.session_error == code


def test_the_longest_call_ends() -> None:
    line = live_line()
    assert verbs(line.end_session("failed", ErrorCode="64104")) == ["Hangup"]


@pytest.mark.parametrize("ending", [Ending.AGENT_ENDED, Ending.SILENCE, Ending.LIMIT])
def test_a_conversation_we_had_ended_is_not_resumed(ending: Ending) -> None:
    line = live_line()
    Call.objects.update(ending=ending)
    assert verbs(line.end_session("failed", ErrorCode="64105")) == ["Hangup"]


def test_a_handoff_asked_for_before_the_connection_broke_is_carried_out() -> None:
    line = live_line()
    ask(line)
    line.end_session("failed", ErrorCode="64105")
    assert line.number.text == PHONES["Ana"]
    assert line.call.handoffs.get().reason == HandoffReason.CALLER_ASKED
    assert Incident.objects.get().kind == IncidentKind.SOCKET_LOST


def test_a_caller_who_left_while_the_connection_was_broken() -> None:
    line = live_line()
    line.end_session("failed", ErrorCode="64105", CallStatus="completed")
    assert verbs(line.twiml) == []
    assert line.call.state == CallState.OVER
    assert Incident.objects.count() == 1


def test_a_call_we_took_elsewhere_is_left_alone() -> None:
    line = live_line()
    Call.objects.update(redirected=True)
    assert verbs(line.end_session("completed", CallStatus="in-progress")) == []
    assert line.call.state == CallState.LIVE


def test_a_word_nobody_knows_is_met_as_a_failure() -> None:
    line = live_line()
    line.end_session("exploded")
    assert line.relay is not None


def test_a_callback_that_comes_after_the_end_changes_nothing() -> None:
    line = live_line()
    ask(line)
    line.hang_up()
    assert verbs(line.end_session("ended")) == []
    assert line.call.state == CallState.OVER
    assert line.call.session_status == "ended"


def test_a_session_of_an_unknown_call_is_reported() -> None:
    stranger = Line("+12025550100")
    assert verbs(stranger.end_session("failed")) == ["Say", "Say", "Hangup"]
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL
    assert verbs(stranger.end_session("completed")) == []
    assert Incident.objects.count() == 1


def test_the_journal_tells_of_it() -> None:
    line = live_line()
    line.end_session(
        "failed",
        SessionId="VX1",
        ErrorCode="64105",
        ErrorMessage="Websocket ended",
    )
    ended, resumed = line.call.events.order_by("seq")[1:]
    assert ended.kind == "session_ended"
    assert ended.data == {
        "session": "VX1",
        "status": "failed",
        "error_code": "64105",
        "error_message": "Websocket ended",
        "seconds": 10,
    }
    assert resumed.kind == "reconnected"
    assert resumed.data == {"entry": 2, "why": "connection_lost"}
