"""The leg to the voice model has ended: what the caller gets next."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from calls.core.words import (
    CallState,
    CauseOwner,
    Disposition,
    Ending,
    EngineState,
    EventKind,
    HandoffReason,
    HandoffResult,
    IncidentKind,
)
from calls.models import Call, EngineSession, Incident
from calls.services import engine_entry, handoffs
from calls.services.closing import close
from routing.core.ruleset import PolicyEnd
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, people
from tests.makers_calls import NOON, make_event, sid
from tests.makers_routing import make_agent, make_number, publish

pytestmark = pytest.mark.django_db


def sip_line(
    state: EngineState = EngineState.EXPECTED, end: PolicyEnd = PolicyEnd.VOICEMAIL
) -> Line:
    """A call sent to the voice model, and where it stands there."""
    policy = people("Ana", "Ben", end=end)
    number = make_number(path="sip", agent=make_agent(policy=policy), policy=policy)
    publish()
    line = Line(number.e164)
    line.ring()
    EngineSession.objects.update(state=state)
    if state == EngineState.ATTACHED:
        Call.objects.update(state=CallState.LIVE, answered_at=timezone.now())
    return line


def talking() -> Line:
    line = sip_line(EngineState.ATTACHED)
    make_event(line.call, EventKind.GREETED, text="Hello.")
    make_event(line.call, EventKind.CALLER_SAID, text="Do you do roofs?")
    return line


def end_leg(line: Line, status: str = "completed", **params: str) -> list[str]:
    fields = {
        "DialCallStatus": status,
        "DialCallSid": sid(),
        "CallStatus": "in-progress",
    }
    return verbs(line.send("sip-ended", **{**fields, **params}))


def session() -> EngineSession:
    return EngineSession.objects.get()


def ask(line: Line, reason: HandoffReason = HandoffReason.CALLER_ASKED) -> None:
    handoffs.ask(
        line.call.pk,
        reason=reason,
        summary="Wants a plumber.",
        fields={},
        asked_by="agent",
        now=NOON,
    )


UNANSWERED = ["busy", "failed", "no-answer", "canceled", "a-word-of-next-year"]


@pytest.mark.parametrize("status", UNANSWERED)
def test_a_caller_the_model_never_took_is_greeted_over_the_relay(status: str) -> None:
    line = sip_line()
    assert end_leg(line, status)[0] == "Connect"
    assert line.relay.attrib["welcomeGreeting"]
    call = line.call
    assert (call.relay_entries, call.relay_failures, call.session_status) == (1, 1, "")
    assert session().state == EngineState.FAILED


STATES = [
    (EngineState.EXPECTED, 0, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
    (EngineState.EXPECTED, 403, IncidentKind.ACCEPT_FAILED, CauseOwner.CONFIGURATION),
    (EngineState.EXPECTED, 503, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
    (EngineState.DECIDING, 0, IncidentKind.ACCEPT_FAILED, CauseOwner.OURS),
    (EngineState.ACCEPTED, 0, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
    (EngineState.FAILED, 503, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
    (EngineState.REJECTED, 603, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
    (EngineState.OVER, 0, IncidentKind.ACCEPT_FAILED, CauseOwner.MODEL),
]


@pytest.mark.parametrize(("state", "code", "kind", "cause"), STATES)
def test_in_every_state_the_caller_is_taken_back_and_the_cause_is_known(
    state: EngineState, code: int, kind: IncidentKind, cause: CauseOwner
) -> None:
    line = sip_line(state)
    assert end_leg(line, "failed", DialSipResponseCode=str(code))[0] == "Connect"
    assert session().has_ended()
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause, incident.call) == (kind, cause, line.call)
    assert (f"SIP {code}" in incident.detail) is bool(code)


def test_a_provider_that_does_not_answer_us_in_time_is_the_cause_itself() -> None:
    line = sip_line(EngineState.DECIDING)
    EngineSession.objects.update(claimed_at=timezone.now() + timedelta(seconds=60))
    assert end_leg(line, "no-answer")[0] == "Connect"
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (
        IncidentKind.ACCEPT_FAILED,
        CauseOwner.MODEL,
    )
    assert "did not answer in time" in incident.detail


def test_what_failed_before_is_not_reported_again() -> None:
    line = sip_line(EngineState.FAILED)
    Incident.objects.create(
        call=line.call, kind="accept_failed", key=f"engine:{line.call.pk}", at=NOON
    )
    end_leg(line, "busy")
    assert Incident.objects.count() == 1


def test_a_call_the_model_lost_goes_on_over_the_relay_without_a_greeting() -> None:
    line = talking()
    assert end_leg(line)[0] == "Connect"
    assert "welcomeGreeting" not in line.relay.attrib
    call = line.call
    assert (call.state, call.relay_entries) == (CallState.LIVE, 1)
    assert session().state == EngineState.OVER
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (
        IncidentKind.SESSION_FAILED,
        CauseOwner.MODEL,
    )


def test_what_the_driver_thought_of_the_end_does_not_matter() -> None:
    line = talking()
    Call.objects.update(ending=Ending.CALLER_LEFT)
    assert end_leg(line)[0] == "Connect"
    assert line.call.ending == ""


def test_a_second_failure_is_a_person_s_turn_and_then_voicemail_s() -> None:
    line = talking()
    end_leg(line)
    line.end_session("failed", ErrorCode="64105")
    assert line.number.text == PHONES["Ana"]
    assert line.call.handoffs.get().reason == HandoffReason.CONNECTION_LOST
    line.end_dial("no-answer")
    assert line.number.text == PHONES["Ben"]
    assert "Record" in verbs(line.end_dial("busy"))


def test_without_an_agent_to_go_on_with_a_person_is_rung() -> None:
    line = talking()
    Call.objects.update(agent_key="")
    assert end_leg(line) == ["Say", "Dial", "Hangup"]
    assert line.number.text == PHONES["Ana"]


@pytest.mark.parametrize("ending", [Ending.AGENT_ENDED, Ending.SILENCE, Ending.LIMIT])
def test_a_call_that_we_ended_is_hung_up(ending: Ending) -> None:
    line = talking()
    Call.objects.update(ending=ending)
    assert end_leg(line) == ["Hangup"]
    assert line.call.state == CallState.OVER
    assert not Incident.objects.exists()


def test_a_handoff_that_was_asked_for_rings_the_first_contact() -> None:
    line = talking()
    ask(line)
    assert end_leg(line) == ["Dial", "Hangup"]
    assert line.number.text == PHONES["Ana"]
    assert session().state == EngineState.OVER
    assert not Incident.objects.exists()


def test_a_caller_who_hung_up_needs_no_answer() -> None:
    line = talking()
    assert end_leg(line, CallStatus="completed") == []
    assert line.call.state == CallState.OVER
    assert session().state == EngineState.ATTACHED  # until its driver has let go


def test_a_caller_who_hung_up_while_it_rang_needs_no_answer() -> None:
    line = sip_line()
    assert end_leg(line, "canceled", CallStatus="completed") == []
    assert session().state == EngineState.OVER
    line.hang_up()
    assert close(line.call.pk, later()) is Disposition.CALLER_HUNG_UP_EARLY


def test_a_call_that_we_fetched_elsewhere_is_left_alone() -> None:
    line = talking()
    Call.objects.update(redirected=True)
    assert end_leg(line) == []
    assert line.call.state == CallState.LIVE


def test_a_late_end_of_the_leg_does_not_take_the_caller_from_the_relay() -> None:
    line = talking()
    end_leg(line)
    assert end_leg(line) == []
    assert line.call.relay_failures == 1


def test_a_repeated_end_gets_the_same_answer() -> None:
    line = talking()
    leg = sid()
    end_leg(line, DialCallSid=leg)
    first = ElementTree.tostring(line.twiml)
    end_leg(line, DialCallSid=leg)
    assert ElementTree.tostring(line.twiml) == first
    assert line.call.relay_failures == 1


def test_the_end_of_a_leg_nobody_offered_is_known_as_such() -> None:
    line = Line("+12025550100")
    assert end_leg(line) == ["Say", "Say", "Hangup"]
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL


def test_an_announcement_after_the_end_finds_nothing_to_decide() -> None:
    line = sip_line()
    end_leg(line, "no-answer")
    assert session().state == EngineState.FAILED
    assert session().detail == "The provider never told us of it."


# The leg's own status


def test_the_leg_is_known_by_its_status_callbacks() -> None:
    line = sip_line()
    leg = Line(line.to)
    callback = line.verb("Dial")[0].attrib["statusCallback"]
    for number, status in enumerate(["initiated", "ringing", "completed", "ringing"]):
        leg.send(
            callback,
            CallStatus=status,
            ParentCallSid=line.call_sid,
            SequenceNumber=str(number),
            CallDuration="61" if status == "completed" else "",
        )
    assert (session().leg_sid, session().leg_status) == (leg.call_sid, "completed")
    assert line.call.carrier_status == ""
    used = line.call.usage.get(provider_id=leg.call_sid)
    assert (used.provider, used.item) == ("twilio", "voice_sip")
    assert used.figures == {"seconds": 61}


def test_a_leg_of_somebody_else_is_an_incident() -> None:
    Line("+12025550100").send("status", CallStatus="ringing")
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL


def test_a_forged_leg_is_an_incident() -> None:
    sip_line()
    path = "https://phoneops.test/twilio/status/?leg=1.forged"
    Line("+12025550100").send(path, CallStatus="ringing")
    assert Incident.objects.get().kind == IncidentKind.UNKNOWN_CALL
    assert engine_entry.session_of_leg("") is None


# What becomes of it in the books


def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_a_call_that_failed_and_whose_caller_did_not_wait_is_lost() -> None:
    line = sip_line(EngineState.FAILED)
    line.hang_up()
    assert close(line.call.pk, later()) is Disposition.LOST
    assert line.call.follow_ups.get().kind == "callback"


def test_a_handoff_the_carrier_never_carried_out_is_lost() -> None:
    line = talking()
    ask(line)
    line.hang_up()
    assert line.call.handoffs.get().result == HandoffResult.CALLER_LEFT
    assert close(line.call.pk, later()) is Disposition.LOST


def test_a_call_whose_driver_still_writes_is_waited_for() -> None:
    line = talking()
    until = timezone.now() + timedelta(seconds=30)
    EngineSession.objects.update(lease_owner="web-1", lease_until=until)
    line.hang_up()
    assert close(line.call.pk, until - timedelta(seconds=1)) is None
    assert close(line.call.pk, until) is not None
