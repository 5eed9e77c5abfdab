"""The same callback again: the same answer, and nothing is done twice."""

import pytest

from calls.models import Call, Callback, Handoff, Incident
from tests.calls.carrier import ACCOUNT, Line, post, verbs
from tests.calls.views.lines import accepted_line, live_line
from tests.calls.views.test_hunt import ringing
from tests.makers_calls import sid

pytestmark = pytest.mark.django_db

TOKEN = "I-Twilio-Idempotency-Token"


def params(line: Line, **more: str) -> dict[str, str]:
    return {"CallSid": line.call_sid, "AccountSid": ACCOUNT, **more}


def offer(line: Line, token: str) -> bytes:
    fields = params(line, From=line.caller, To=line.to)
    return bytes(post("/twilio/voice/", fields, **{TOKEN: token}).content)


def test_a_repeated_offer_gets_the_same_bytes() -> None:
    line = accepted_line()
    first, again = offer(line, "t1"), offer(line, "t1")
    assert first == again
    assert line.token.encode() in first
    assert (Call.objects.count(), Callback.objects.get().repeats) == (1, 2)


def test_a_recorded_request_under_a_new_token_is_still_a_repeat() -> None:
    line = accepted_line()
    assert offer(line, "t1") == offer(line, "t2") == offer(line, "")
    assert Call.objects.count() == 1


def test_a_repeated_end_of_a_session_counts_once() -> None:
    line = live_line()
    fields = params(
        line,
        SessionId=sid("VX"),
        SessionStatus="failed",
        ErrorCode="64105",
        CallStatus="in-progress",
    )
    answers = {post("/twilio/relay-ended/", fields).content for _ in range(3)}
    assert len(answers) == 1
    assert (line.call.relay_failures, line.call.relay_entries) == (1, 2)
    assert Incident.objects.count() == 1


def test_without_a_natural_key_the_token_tells_repeats_apart() -> None:
    line = live_line()
    fields = params(line, SessionStatus="failed", CallStatus="in-progress")
    path = "/twilio/relay-ended/"
    first = post(path, fields, **{TOKEN: "t1"}).content
    assert post(path, fields, **{TOKEN: "t1"}).content == first
    assert post(path, fields, **{TOKEN: "t2"}).content != first
    assert line.call.relay_failures == 2


def test_a_repeated_end_of_a_dial_rings_nobody_else() -> None:
    line = ringing()
    action = line.verb("Dial").attrib["action"]
    for _ in range(2):
        line.send(action, DialCallStatus="busy", CallStatus="in-progress")
        assert verbs(line.twiml) == ["Dial", "Hangup"]
    assert Handoff.objects.get().attempts.count() == 2


def test_a_repeated_key_press_is_answered_alike() -> None:
    line = ringing()
    leg = Line(line.to)
    leg.send(line.number.attrib["url"])
    action = leg.verb("Gather").attrib["action"]
    for _ in range(2):
        assert verbs(leg.send(action, Digits="1")) == []
    assert line.call.events.filter(kind="contact_answered").count() == 1


def test_a_repeat_after_a_restart_with_the_same_secret_is_the_same() -> None:
    line = accepted_line()
    stored = Callback.objects.get()
    assert line.token not in stored.answer
    assert offer(line, "t1").decode() == stored.answer.replace(
        "[relay token 1]", line.token
    )
