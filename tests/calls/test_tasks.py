"""Tasks: closing, mailing and sweeping, against a mail server and a carrier of ours."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from calls import tasks
from calls.core.words import (
    CallState,
    FollowUpKind,
    HandoffResult,
    IncidentKind,
    MailState,
)
from calls.models import Call, Incident
from calls.services import follow_ups, summary_mail
from tests.calls.mail_server import mail_server
from tests.calls.twilio_api import FakeTwilio, twilio_api
from tests.makers_calls import make_attempt, make_call, make_handoff
from tests.makers_routing import make_contact, make_policy, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def twilio(settings: Settings) -> Iterator[FakeTwilio]:
    with twilio_api() as server:
        settings.TWILIO_API_BASE_URL = server.url
        yield server


def closed(**fields: Any) -> Call:
    fields.setdefault("closed_at", timezone.now())
    fields.setdefault("summary", "Ana called.\nHow it ended: resolved.")
    return make_call(state=CallState.CLOSED, **fields)


def over(**fields: Any) -> Call:
    fields.setdefault("over_at", timezone.now() - timedelta(minutes=5))
    fields.setdefault("carrier_status", "completed")
    return make_call(state=CallState.OVER, **fields)


def state(call: Call) -> str:
    return Call.objects.get(pk=call.pk).summary_mail


def smtp(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


# Mail


def test_the_team_gets_a_mail_about_the_call(settings: Settings) -> None:
    settings.TEAM_EMAILS = ["desk@example.com", "sales@example.com"]
    call = closed(number_label="Front desk", time_zone="America/New_York")
    follow_ups.open_one(call, FollowUpKind.CALLBACK, timezone.now(), text="<Roof>")
    tasks.mail_summary(call.pk)
    assert state(call) == MailState.SENT
    sent = mail.outbox[0]
    assert sent.to == ["desk@example.com", "sales@example.com"]
    assert sent.subject == "Resolved: call to Front desk"
    assert "Ana called." in sent.body
    assert "23 Nov 2026, 12:00 EST" in sent.body
    assert "Callback, Front desk, by" in sent.body
    assert "<Roof>" in sent.body
    assert f"/admin/calls/call/{call.pk}/change/" in sent.body


def test_the_contact_who_took_the_caller_gets_it_too(settings: Settings) -> None:
    settings.TEAM_EMAILS = ["desk@example.com"]
    ana, ben = make_contact(email="ana@example.com"), make_contact(email="")
    make_policy(ana, ben)
    call = closed(release_number=publish().number)
    handoff = make_handoff(call, result=HandoffResult.CONNECTED)
    for contact in (ana, ben):
        make_attempt(handoff, contact_key=str(contact.pk), result="accepted")
    make_attempt(handoff, contact_key="gone", result="accepted")
    assert summary_mail.recipients(call) == ["desk@example.com", "ana@example.com"]


def test_without_a_team_nobody_is_mailed(settings: Settings) -> None:
    settings.TEAM_EMAILS = []
    call = closed()
    tasks.mail_summary(call.pk)
    assert state(call) == MailState.NOT_WANTED


def test_the_mail_is_also_there_in_html() -> None:
    call = closed(summary="<b>Ana</b> called.")
    follow_ups.open_one(call, FollowUpKind.MESSAGE, timezone.now(), text="a\nb")
    page, kind = summary_mail.compose(call).alternatives[0]
    assert kind == "text/html"
    assert "&lt;b&gt;Ana&lt;/b&gt; called." in str(page)
    assert "a<br>b" in str(page)


def test_no_mail_is_sent_twice() -> None:
    call = closed()
    for _ in range(3):
        tasks.mail_summary(call.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("mail_state", [MailState.SENDING, MailState.NOT_WANTED])
def test_a_mail_that_is_not_waiting_is_not_sent(mail_state: MailState) -> None:
    tasks.mail_summary(closed(summary_mail=mail_state).pk)
    tasks.mail_summary(over().pk)
    assert not mail.outbox


def test_a_real_server_takes_it(settings: Settings) -> None:
    call = closed()
    with mail_server() as server:
        smtp(settings, server.port)
        tasks.mail_summary(call.pk)
        assert "Ana called." in server.messages[0]
    assert state(call) == MailState.SENT


REFUSALS = [
    ("MAIL", "451 try again"),
    ("RCPT", "550 no such user"),
    ("DATA", "452 full"),
    ("END", "554 spam"),
]


@pytest.mark.parametrize(("at", "how"), REFUSALS)
def test_a_refused_mail_is_tried_again(
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    at: str,
    how: str,
) -> None:
    call = closed()
    with mail_server(at, how) as server:
        smtp(settings, server.port)
        with django_capture_on_commit_callbacks() as later:
            tasks.mail_summary(call.pk)
        assert not server.messages
    assert (state(call), len(later)) == ("", 1)
    assert not Incident.objects.exists()


def test_a_server_that_is_away_is_tried_again(settings: Settings) -> None:
    smtp(settings, 9)
    call = closed()
    tasks.mail_summary(call.pk)
    assert state(call) == ""


def test_after_the_last_try_it_is_an_incident(
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    smtp(settings, 9)
    call = closed()
    with django_capture_on_commit_callbacks() as later:
        tasks.mail_summary(call.pk, tasks.MOST_MAIL_TRIES - 1)
    assert (state(call), later) == (MailState.FAILED, [])
    incident = Incident.objects.get()
    assert (incident.kind, incident.call) == (IncidentKind.MAIL_FAILED, call)


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "END"])
def test_a_mail_whose_fate_nobody_knows_is_not_sent_again(
    settings: Settings, at: str, caplog: pytest.LogCaptureFixture
) -> None:
    call = closed()
    with mail_server(at) as server:
        smtp(settings, server.port)
        tasks.mail_summary(call.pk)
    assert state(call) == MailState.UNKNOWN
    assert "may or may not" in Incident.objects.get().detail
    tasks.mail_summary(call.pk)
    assert not mail.outbox
    assert call.caller not in caplog.text


def test_a_connection_that_breaks_after_the_mail_changes_nothing(
    settings: Settings,
) -> None:
    call = closed()
    with mail_server("QUIT") as server:
        smtp(settings, server.port)
        tasks.mail_summary(call.pk)
        assert len(server.messages) == 1
    assert state(call) == MailState.SENT


# Closing and checking


def test_a_closed_call_is_mailed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    call = over()
    with django_capture_on_commit_callbacks() as later:
        tasks.close_call(call.pk)
        tasks.close_call(call.pk)
    assert len(later) == 1
    assert Call.objects.get().state == CallState.CLOSED


def test_a_silent_call_is_asked_about(twilio: FakeTwilio) -> None:
    twilio.answer = 200, {"status": "completed", "duration": "33"}
    call = make_call(state=CallState.LIVE)
    tasks.check_call(call.pk)
    call.refresh_from_db()
    assert (call.state, call.carrier_seconds) == (CallState.OVER, 33)
    tasks.check_call(call.pk)
    assert len(twilio.asked) == 1


def test_a_call_the_carrier_does_not_know_is_over(twilio: FakeTwilio) -> None:
    twilio.answer = 404, {"code": 20404, "message": "not found"}
    call = make_call()
    tasks.check_call(call.pk)
    call.refresh_from_db()
    assert (call.state, call.carrier_status) == (CallState.OVER, "failed")


@pytest.mark.parametrize(("hours", "ended"), [(1, False), (26, True)])
def test_a_carrier_that_cannot_be_asked(
    twilio: FakeTwilio, hours: int, ended: bool
) -> None:
    twilio.answer = 503, {}
    call = make_call(offered_at=timezone.now() - timedelta(hours=hours))
    tasks.check_call(call.pk)
    call.refresh_from_db()
    assert (call.state == CallState.OVER) is ended


# Bringing back callers whom nobody serves


def stopped(**fields: Any) -> Call:
    """A call in a session whose process does not renew its lease any more."""
    fields.setdefault("lease_until", timezone.now() - timedelta(seconds=8))
    return make_call(
        state=CallState.LIVE, relay_session="VX1", lease_owner="host:1:a", **fields
    )


def words_of(call: Call) -> tuple[int, str, str, str]:
    assert call.lease_until is not None
    return call.pk, call.carrier_sid, "VX1", call.lease_until.isoformat()


def test_a_caller_whose_process_stopped_is_brought_back(twilio: FakeTwilio) -> None:
    twilio.first = [(200, {"calls": [], "page": 0})]
    twilio.answer = 200, {"status": "in-progress"}
    call = stopped()
    tasks.rescue_call(*words_of(call))
    tasks.rescue_call(*words_of(call))
    (_, legs, _), (method, path, form) = twilio.asked
    assert "ParentCallSid" in legs
    assert (method, path.endswith(f"/{call.carrier_sid}.json")) == ("POST", True)
    assert form["Url"][0].startswith("https://phoneops.test/twilio/resume/?session=VX1")
    call.refresh_from_db()
    assert call.redirected
    assert Incident.objects.get().kind == IncidentKind.DRIVER_FAILED


def test_a_caller_who_is_with_a_person_stays_there(twilio: FakeTwilio) -> None:
    legs = [{"sid": "CA1", "status": "in-progress"}]
    twilio.answer = 200, {"calls": legs, "page": 0}
    tasks.rescue_call(*words_of(stopped()))
    assert len(twilio.asked) == 1


def test_a_carrier_that_is_away_is_asked_again(twilio: FakeTwilio) -> None:
    twilio.answer = 503, {}
    call = stopped()
    tasks.rescue_call(*words_of(call))
    call.refresh_from_db()
    assert (call.redirected, call.state) == (False, CallState.LIVE)


def test_a_call_that_the_carrier_has_ended_is_over(twilio: FakeTwilio) -> None:
    twilio.first = [(200, {"calls": [], "page": 0})]
    twilio.answer = 404, {"code": 20404, "message": "not found"}
    call = stopped()
    tasks.rescue_call(*words_of(call))
    call.refresh_from_db()
    assert (call.redirected, call.state) == (False, CallState.OVER)


def test_calls_that_stand_still_are_looked_at_again_a_while_later(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    stopped()
    stopped(lease_until=timezone.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks() as later:
        tasks.rescue_calls()
        tasks.rescue_calls()
    assert len(later) == 1


# The sweep


def test_the_sweep_finds_what_was_left_lying(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    long_ago = timezone.now() - timedelta(minutes=30)
    over()
    make_call(state=CallState.LIVE, last_seen_at=long_ago)
    closed(closed_at=long_ago)
    with django_capture_on_commit_callbacks() as later:
        tasks.sweep()
    assert len(later) == 3


def test_the_sweep_leaves_alone_what_is_being_done(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    now = timezone.now()
    long_ago = now - timedelta(minutes=30)
    make_call(state=CallState.LIVE, last_seen_at=now)
    closed()
    closed(closed_at=long_ago, summary_mail_at=now)
    closed(closed_at=long_ago, summary_mail=MailState.SENT)
    closed(closed_at=long_ago, summary_mail=MailState.SENDING, summary_mail_at=now)
    with django_capture_on_commit_callbacks() as later:
        tasks.sweep()
    assert later == []
    assert not Incident.objects.exists()


def test_a_mail_whose_worker_died_is_an_incident_and_no_second_mail() -> None:
    long_ago = timezone.now() - timedelta(minutes=30)
    call = closed(summary_mail=MailState.SENDING, summary_mail_at=long_ago)
    tasks.sweep()
    assert state(call) == MailState.UNKNOWN
    assert Incident.objects.get().kind == IncidentKind.MAIL_FAILED


def test_a_broker_that_is_away_breaks_nothing(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no broker")

    class Unreachable:
        apply_async = staticmethod(unreachable)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.enqueue(Unreachable(), 1)  # type: ignore[arg-type]  # as far as used
