"""Calls whose process stopped while their socket stayed open."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.core.words import CallState, HandoffReason, HandoffResult, IncidentKind
from calls.models import Call, Incident
from calls.services import handoffs, sessions, stalled
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, live_line
from tests.makers_calls import make_call

pytestmark = pytest.mark.django_db
SESSION = "VX" + "5" * 32
OWNER = "host:1:a"


def held(seconds: float, **fields: Any) -> dict[str, Any]:
    """What a session leaves on its call whose lease ran out so many seconds ago."""
    return {
        "state": CallState.LIVE,
        "relay_session": SESSION,
        "lease_owner": OWNER,
        "lease_until": timezone.now() - timedelta(seconds=seconds),
        **fields,
    }


def stalled_line() -> Line:
    line = live_line()
    Call.objects.update(**held(8))
    return line


def claimed() -> stalled.Stalled:
    (found,) = stalled.claim(timezone.now(), 10)
    return found


def fetched(line: Line) -> str:
    url = stalled.fetch(claimed(), timezone.now())
    assert url is not None
    return url


def test_a_call_whose_lease_ran_out_is_given_out_once_in_a_while() -> None:
    call = make_call(**held(1))
    found = claimed()
    assert (found.call, found.session) == (call.pk, SESSION)
    assert stalled.Stalled.from_words(*found.as_words()) == found
    assert stalled.claim(timezone.now(), 10) == []
    Call.objects.update(checked_at=timezone.now() - stalled.LOOK_AGAIN)
    assert stalled.claim(timezone.now(), 10) == [found]


@pytest.mark.parametrize(
    "fields",
    [
        {"lease_until": timezone.now() + timedelta(days=1)},
        {"lease_owner": "", "lease_until": None},
        {"relay_token_digest": "an entry whose socket is still to come"},
        {"session_status": "failed"},
        {"state": CallState.VOICEMAIL},
        {"state": CallState.OVER},
    ],
)
def test_others_are_left_alone(fields: dict[str, Any]) -> None:
    make_call(**held(60, **fields))
    assert stalled.claim(timezone.now(), 10) == []


def test_a_lease_that_was_renewed_after_all_stops_the_rescue() -> None:
    """As when the database was away, and with it the means to renew."""
    stalled_line()
    found = claimed()
    sessions.renew_leases([found.call], owner=OWNER, now=timezone.now())
    assert not stalled.still_so(found, timezone.now())
    assert stalled.fetch(found, timezone.now()) is None
    assert not Incident.objects.exists()


def test_the_caller_goes_on_with_the_agent_and_is_not_greeted_again() -> None:
    line = stalled_line()
    line.send(fetched(line), CallStatus="in-progress")
    assert "welcomeGreeting" not in line.relay.attrib
    call = line.call
    assert (call.state, call.redirected, call.relay_failures) == ("live", False, 1)
    assert call.lease_owner == ""
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (IncidentKind.DRIVER_FAILED, "ours")


def test_whoever_wakes_up_later_cannot_interfere() -> None:
    line = stalled_line()
    line.send(fetched(line), CallStatus="in-progress")
    pk, now = line.call.pk, timezone.now()
    left = sessions.Left("caller_left", "", "en-US", {})
    assert not sessions.leave_sessions({pk: left}, owner=OWNER, now=now)
    assert sessions.renew_leases([pk], owner=OWNER, now=now) == {pk}
    wish = {"reason": HandoffReason.SILENCE, "summary": "", "fields": {}}
    asked = handoffs.ask(pk, asked_by="portal", now=now, held_by=OWNER, **wish)  # type: ignore[arg-type]  # a mixed dict
    assert asked is None
    assert line.call.state == CallState.LIVE


def test_the_end_of_the_old_session_that_comes_late_changes_nothing() -> None:
    line = stalled_line()
    line.send(fetched(line), CallStatus="in-progress")
    late = {"SessionId": SESSION, "CallStatus": "in-progress"}
    assert verbs(line.end_session("completed", **late)) == []
    assert line.call.state == CallState.LIVE


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_the_end_of_the_old_session_that_comes_first_leads_the_same_way(
    status: str,
) -> None:
    line = stalled_line()
    fetched(line)
    line.end_session(status, SessionId=SESSION, CallStatus="in-progress")
    line.send(line.verb("Redirect").text or "", CallStatus="in-progress")
    assert line.relay is not None
    assert line.call.relay_failures == 1


def test_a_person_who_was_asked_for_is_rung() -> None:
    line = stalled_line()
    handoffs.ask(
        line.call.pk,
        reason=HandoffReason.CALLER_ASKED,
        summary="Wants a plumber.",
        fields={},
        asked_by="agent",
        now=timezone.now(),
    )
    line.send(fetched(line), CallStatus="in-progress")
    assert line.number.text == PHONES["Ana"]
    late = {"SessionId": SESSION, "CallStatus": "in-progress"}
    assert verbs(line.end_session("completed", **late)) == []
    assert line.call.handoffs.get().result == HandoffResult.PENDING


def test_the_third_time_it_is_a_person() -> None:
    line = stalled_line()
    for number in range(3):
        session = f"VX{number:032x}"
        Call.objects.update(
            **held(8, relay_session=session), relay_token_digest="", checked_at=None
        )
        line.send(fetched(line), CallStatus="in-progress")
    assert line.number.text == PHONES["Ana"]


def test_a_carrier_that_could_not_be_told_is_told_again() -> None:
    line = stalled_line()
    found = claimed()
    assert stalled.fetch(found, timezone.now())
    stalled.not_fetched(found)
    assert stalled.still_so(found, timezone.now())
    assert not line.call.redirected


def test_a_worker_that_dies_before_it_told_the_carrier_is_replaced() -> None:
    line = stalled_line()
    fetched(line)
    assert stalled.claim(timezone.now(), 10) == []
    Call.objects.update(checked_at=timezone.now() - stalled.LOOK_AGAIN)
    line.send(fetched(line), CallStatus="in-progress")
    assert (line.call.state, line.call.relay_failures) == ("live", 1)
    assert Incident.objects.count() == 1


def test_a_call_that_is_over_is_not_taken_up() -> None:
    line = stalled_line()
    url = fetched(line)
    line.hang_up()
    assert verbs(line.send(url, CallStatus="completed")) == []
    assert line.call.state == CallState.OVER
