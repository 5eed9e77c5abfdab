"""Admission over the wire: a signed form in, TwiML out, the call stored."""

from datetime import timedelta

import pytest

from calls.core.words import CallState, HandoffReason
from calls.models import Call, Callback, Handoff, Incident
from calls.services.sessions import token_digest
from tests.calls.carrier import Line, verbs
from tests.makers_routing import make_number, make_rule, publish

pytestmark = pytest.mark.django_db


def line(**fields: object) -> Line:
    number = make_number(**fields)
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
    assert (call.relay_entries, call.relay_token_digest) == (
        1,
        token_digest(caller.token),
    )
    assert call.decision["trace"]
    assert [e.kind for e in call.events.all()] == ["offered"]
