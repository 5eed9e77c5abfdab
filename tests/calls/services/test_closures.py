"""The emergency switch on real calls, from the carrier's webhook on."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from calls.core.words import CallState, Disposition
from calls.services.closing import close
from routing.models import EmergencyClosure, PhoneNumber
from routing.services import closures
from tests.calls.carrier import Line
from tests.calls.views.lines import people
from tests.makers_calls import NOON
from tests.makers_routing import make_number, publish

pytestmark = pytest.mark.django_db
LATER = NOON.replace(year=NOON.year + 10)


def close_line(**fields: str) -> EmergencyClosure:
    fields = {"line": "All numbers", "reason": "Fire alarm", **fields}
    return EmergencyClosure.objects.create(**fields)


def make_line() -> PhoneNumber:
    number = make_number(policy=people("Ana"))
    publish()
    return number


def said(line: Line) -> str:
    return " ".join(line.twiml.itertext()).strip()


def test_the_next_call_hears_the_message_and_is_counted_as_closed() -> None:
    number = make_line()
    open_before = Line(to=number.e164)
    open_before.ring()
    assert open_before.twiml.find("Connect") is not None
    close_line(action="message", message="We are closed today.")
    line = Line(to=number.e164)
    line.ring()
    assert said(line) == "We are closed today."
    assert line.twiml.find("Hangup") is not None
    assert line.call.decision["rule"] == "Emergency closure of all numbers"
    assert close(line.call.pk, LATER) is Disposition.CLOSED_HOURS
    open_before.call.refresh_from_db()
    assert open_before.call.state == CallState.OFFERED


def test_a_call_may_leave_a_voicemail() -> None:
    number = make_line()
    close_line(dialled=number.e164)
    line = Line(to=number.e164)
    line.ring()
    assert line.twiml.find("Record") is not None


def test_a_call_is_put_through() -> None:
    number = make_line()
    close_line(action="divert", message="Please hold.")
    line = Line(to=number.e164)
    line.ring()
    assert said(line).startswith("Please hold.")
    assert line.twiml.find("Dial") is not None


def test_calls_are_taken_again_when_it_is_over() -> None:
    number = make_line()
    closure = close_line(action="message", message="Closed.")
    dana = User.objects.create(username="dana")
    assert closures.end(closure, by=dana, at=timezone.now())
    line = Line(to=number.e164)
    line.ring()
    assert line.twiml.find("Connect") is not None
