"""Admission over the wire: a signed form in, TwiML out, the call stored."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from calls.core.words import (
    CallState,
    CauseOwner,
    EngineState,
    HandoffReason,
    IncidentKind,
)
from calls.models import Callback, EngineSession, Incident
from calls.services import engine_entry
from calls.services.sessions import token_digest
from routing.core.ruleset import PolicyEnd
from routing.models import Release
from tests.calls.carrier import Line, verbs
from tests.makers_calls import make_call
from tests.makers_routing import (
    make_calendar,
    make_contact,
    make_number,
    make_policy,
    make_rule,
    publish,
)

pytestmark = pytest.mark.django_db


def line(**fields: Any) -> Line:
    number = make_number(**fields)
    publish()
    return Line(number.e164)


def ruled(action: str, **fields: Any) -> Line:
    """A line on which one rule decides every call."""
    number = make_number()
    if action == "divert":
        fields.setdefault("policy", make_policy())
    make_rule(number, name="The rule", action=action, **fields)
    publish()
    return Line(number.e164)


def test_an_accepted_call_is_connected_to_the_agent_and_stored() -> None:
    caller = line(label="Front desk")
    twiml = caller.ring()
    assert verbs(twiml) == ["Connect", "Say", "Record", "Say", "Hangup"]
    assert caller.relay.attrib["url"] == "wss://phoneops.test/twilio/relay/"
    assert caller.relay.attrib["welcomeGreeting"]
    call = caller.call
    assert (call.state, call.number_label) == (CallState.OFFERED, "Front desk")
    assert call.agent_key
    assert call.agent_name.startswith("Agent")
    assert call.policy_key
    assert call.language == "en-US"
    assert [(e.kind, e.stream, e.seq) for e in call.events.all()] == [("offered", 0, 0)]
    assert call.carrier_events == 1


def test_of_the_one_time_token_only_a_digest_is_stored() -> None:
    caller = line()
    caller.ring()
    assert len(caller.token) == 64
    assert caller.call.relay_entries == 1
    assert caller.call.relay_token_digest == token_digest(caller.token)
    stored = Callback.objects.get()
    assert caller.token not in stored.answer
    assert "[relay token 1]" in stored.answer


def test_the_decision_is_stored_with_its_reasons() -> None:
    caller = ruled("accept")
    caller.ring()
    decision = caller.call.decision
    assert (decision["verdict"], decision["rule"]) == ("accept", "The rule")
    assert (decision["steps"], decision["trace"]) == ("+", [])
    assert decision["facts"]["caller"] == caller.call.caller
    assert decision["release"] == caller.call.release_number


def test_every_call_has_a_token_of_its_own() -> None:
    first = line()
    second = Line(first.to)
    first.ring()
    second.ring()
    assert first.token != second.token


@pytest.mark.parametrize(("status", "reason"), [(603, "rejected"), (486, "busy")])
def test_a_rejected_call_is_not_answered(status: int, reason: str) -> None:
    caller = ruled("reject", sip_status=status)
    assert verbs(caller.ring()) == ["Reject"]
    assert caller.verb("Reject").attrib["reason"] == reason
    call = caller.call
    assert (call.state, call.over_at is not None) == (CallState.OVER, True)


def test_a_caller_can_be_told_why_before_the_line_goes_dead() -> None:
    caller = ruled("reject", message="This number takes no calls.")
    assert verbs(caller.ring()) == ["Say", "Hangup"]
    assert caller.said == ["This number takes no calls."]


def test_a_line_without_an_agent_cannot_send_callers_back_to_one() -> None:
    away = make_policy(make_contact(calendar=make_calendar()), end="back_to_agent")
    caller = line(path="person", agent=None, policy=away)
    assert "Record" in verbs(caller.ring())


def test_a_diverted_call_rings_the_first_contact() -> None:
    caller = ruled("divert")
    assert verbs(caller.ring()) == ["Dial", "Hangup"]
    assert caller.verb("Dial").attrib["callerId"] == caller.to
    assert caller.verb("Dial").attrib["answerOnBridge"] == "true"
    call = caller.call
    assert call.state == CallState.HANDING_OFF
    handoff = call.handoffs.get()
    assert (handoff.reason, handoff.asked_by) == (HandoffReason.RULE, "rule")
    assert handoff.policy_name
    assert [e.kind for e in call.events.order_by("seq")] == [
        "offered",
        "handoff_asked",
        "contact_ringing",
    ]


def test_a_diverted_call_with_nobody_on_duty_ends_as_the_policy_says() -> None:
    ana = make_contact(calendar=make_calendar())
    away = make_policy(ana, end=PolicyEnd.CALLBACK)
    caller = ruled("divert", policy=away)
    assert verbs(caller.ring()) == ["Say", "Say", "Hangup"]
    assert caller.call.state == CallState.OVER
    assert caller.call.follow_ups.get().kind == "callback"


def test_a_line_that_people_answer_rings_them() -> None:
    caller = line(path="person", agent=None)
    assert verbs(caller.ring()) == ["Dial", "Hangup"]


def test_a_line_over_sip_is_sent_to_the_voice_model() -> None:
    caller = line(path="sip")
    assert verbs(caller.ring()) == ["Dial", "Say", "Record", "Say", "Hangup"]
    dial = caller.verb("Dial")
    assert dial.attrib["action"].startswith("https://phoneops.test/twilio/sip-ended/#")
    assert (dial.attrib["answerOnBridge"], dial.attrib["timeout"]) == ("true", "12")
    address, _, reference = (dial.findtext("Sip") or "").partition("?X-Call-Ref=")
    assert address == (
        "sip:proj_simulated@sip.api.openai.com;transport=tls;secure=true"
    )
    session = EngineSession.objects.get(call=caller.call)
    assert session.state == EngineState.EXPECTED
    assert session.reference_digest == engine_entry.digest(reference)
    assert engine_entry.referred(reference, timezone.now()) == session
    assert len(address) + len(reference) < 255


def test_a_rule_speaks_before_the_voice_model() -> None:
    policy = make_policy()
    caller = line(path="sip", policy=policy)
    make_rule(action="accept", message="This call is recorded.")
    publish()
    assert verbs(caller.ring())[:2] == ["Say", "Dial"]


def test_a_repeated_offer_brings_the_same_reference() -> None:
    caller = line(path="sip")
    first, again = caller.ring(), caller.ring()
    assert ElementTree.tostring(first) == ElementTree.tostring(again)
    assert EngineSession.objects.count() == 1


def test_without_a_project_the_relay_takes_a_line_over_sip(settings: Settings) -> None:
    settings.OPENAI_PROJECT_ID = ""
    caller = line(path="sip")
    caller.ring()
    assert caller.relay is not None
    assert caller.call.path == "sip"
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (
        IncidentKind.NO_CONFIGURATION,
        CauseOwner.CONFIGURATION,
    )


def test_a_closed_line_takes_a_voicemail() -> None:
    never = make_calendar()
    caller = ruled("voicemail", hours_match="closed", calendar=never)
    assert verbs(caller.ring()) == ["Say", "Say", "Record", "Say", "Hangup"]
    assert "closed" in caller.said[0]
    assert caller.call.state == CallState.VOICEMAIL


def test_a_rule_says_its_own_sentence_before_the_tone() -> None:
    caller = ruled("voicemail", message="We are on holiday. Speak after the tone.")
    assert verbs(caller.ring()) == ["Say", "Record", "Say", "Hangup"]
    assert caller.said[0] == "We are on holiday. Speak after the tone."


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        ("+12025550123", "number", "+12025550123"),
        ("anonymous", "withheld", "Withheld number"),
        ("+266696687", "withheld", "Withheld number"),
        ("", "withheld", "Withheld number"),
        ("sip:alice@example.com", "sip", "sip:alice@example.com"),
        ("Reception", "other", "Reception"),
        ("A\x00b" * 200, "other", ("Ab" * 200)[:255]),
    ],
)
def test_a_caller_may_be_anything(given: str, kind: str, kept: str) -> None:
    caller = line()
    caller.ring(From=given)
    assert (caller.call.caller_kind, caller.call.caller) == (kind, kept)


def test_a_number_nobody_configured_is_turned_away_and_reported() -> None:
    line()
    stranger = Line("+12025550000")
    assert verbs(stranger.ring()) == ["Reject"]
    assert stranger.call.state == CallState.OVER
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (
        IncidentKind.NO_CONFIGURATION,
        "configuration",
    )
    Line("+12025550000").ring()
    assert Incident.objects.count() == 1


def test_without_a_release_the_caller_is_told() -> None:
    stranger = Line("+12025550000")
    assert verbs(stranger.ring()) == ["Say", "Hangup"]
    assert stranger.call.release_number == 0
    assert "no release" in Incident.objects.get().detail


def republish(change: Callable[[dict[str, Any]], None]) -> None:
    """A release as an older version may have published it, past today's checks."""
    snapshot = publish().snapshot
    change(snapshot)
    number = Release.objects.count() + 1
    Release.objects.create(number=number, snapshot=snapshot)


def test_an_agent_that_cannot_speak_gives_way_to_people() -> None:
    number = make_number()
    republish(lambda snapshot: snapshot["numbers"][0].update(profile=""))
    caller = Line(number.e164)
    assert verbs(caller.ring()) == ["Dial", "Hangup"]
    assert Incident.objects.get().kind == IncidentKind.NO_CONFIGURATION


def test_a_release_that_cannot_be_read_loses_no_caller() -> None:
    number = make_number()
    republish(lambda snapshot: snapshot["profiles"][0]["languages"].clear())
    caller = Line(number.e164)
    assert verbs(caller.ring()) == ["Say", "Say", "Record", "Say", "Hangup"]
    assert caller.call.state == CallState.VOICEMAIL
    incident = Incident.objects.get()
    assert (incident.kind, incident.call) == (IncidentKind.WEBHOOK_FAILED, caller.call)


def test_a_profile_the_carrier_would_refuse_gives_way_to_a_voicemail() -> None:
    number = make_number()

    def misspell(snapshot: dict[str, Any]) -> None:
        snapshot["profiles"][0]["languages"][0]["voice"] = "nobody"

    republish(misspell)
    caller = Line(number.e164)
    assert verbs(caller.ring()) == ["Say", "Say", "Record", "Say", "Hangup"]
    assert caller.call.state == CallState.VOICEMAIL
    incident = Incident.objects.get()
    assert (incident.cause, incident.call) == ("configuration", caller.call)
    assert "nobody is not a voice" in incident.detail


def test_the_path_of_an_accepted_call_asks_the_database_little() -> None:
    caller = line()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        caller.ring()
    own = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    # Tests look for a release at each use; a server holds it in memory.
    own = [sql for sql in own if "routing_release" not in sql]
    assert [sql.split()[0] for sql in own] == [
        "INSERT",
        "SELECT",
        "SELECT",
        "SELECT",
        "INSERT",
        "INSERT",
        "UPDATE",
    ]


def test_only_calls_going_on_count_as_load() -> None:
    caller = line()
    make_call(dialled=caller.to, state=CallState.LIVE)
    make_call(dialled=caller.to, state=CallState.OVER)
    with CaptureQueriesContext(connection) as queries:
        caller.ring()
    counting = [q["sql"] for q in queries if "COUNT(" in q["sql"]]
    assert len(counting) == 1
    assert "state" in counting[0]
