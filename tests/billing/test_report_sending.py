"""Reports go to a real mail server that refuses, hangs or ends in the middle."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from billing.models import Delivery, SentReport
from billing.services import report_delivery, report_sending
from billing.services.report_post import Post, TakenOver
from calls.models import Incident
from routing.models import Release
from tests.billing.mail_server import MailServer, mail_server
from tests.billing.report_rows import make_report_row, states_of
from tests.makers_calls import NOON

pytestmark = pytest.mark.django_db
ANA, BEN, EVE = "ana@example.org", "ben@example.org", "eve@example.org"
IMPATIENT = 0.5


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


def send(report: SentReport, at: datetime = NOON) -> dict[str, str]:
    with time_machine.travel(at, tick=True):
        report_sending.send(report.pk, post=Post(IMPATIENT))
    report.refresh_from_db()
    return states_of(report)


def told() -> list[str]:
    return list(Incident.objects.order_by("pk").values_list("detail", flat=True))


def test_everybody_gets_a_mail_of_their_own(server: MailServer) -> None:
    report = make_report_row(ANA, BEN)
    assert send(report) == {ANA: "sent", BEN: "sent"}
    assert server.reached == [ANA, BEN]
    assert [mail["To"] for _, mail in server.taken] == [ANA, BEN]
    assert not report.open
    assert told() == []


def test_a_report_that_was_sent_is_not_sent_again(server: MailServer) -> None:
    report = make_report_row(ANA)
    send(report)
    send(report, NOON + timedelta(days=2))
    assert server.reached == [ANA]


def test_one_refused_recipient_neither_blocks_nor_doubles_others(
    server: MailServer,
) -> None:
    server.refused[BEN] = "550 no such user here"
    report = make_report_row(ANA, BEN, EVE)
    assert send(report) == {ANA: "sent", BEN: "refused", EVE: "sent"}
    assert server.reached == [ANA, EVE]
    assert not report.open
    assert told() == [
        "The report Clinic, 2026-11-20 was not sent to 1 of 3 recipients: the mail "
        "server refused it (550). It is not tried again: look whether the address is "
        "right."
    ]


def test_who_is_refused_for_now_is_served_later_and_alone(server: MailServer) -> None:
    server.refused[BEN] = "451 try again later"
    report = make_report_row(ANA, BEN)
    assert send(report) == {ANA: "sent", BEN: "waiting"}
    assert report.open
    assert report.next_try_at > NOON
    assert "1 of 2 recipients" in told()[0]
    assert "It is tried again." in told()[0]
    server.refused.clear()
    assert send(report, report.next_try_at)[BEN] == "sent"
    assert server.reached == [ANA, BEN]
    assert not report.open


def test_before_its_pause_is_over_nothing_is_tried(server: MailServer) -> None:
    server.refused[ANA] = "451 try again later"
    report = make_report_row(ANA)
    send(report)
    server.refused.clear()
    send(report, NOON + timedelta(seconds=30))
    assert server.reached == []
    assert report_delivery.to_send(NOON + timedelta(seconds=30), 10) == []
    assert report_delivery.to_send(report.next_try_at, 10) == [report.pk]


def test_a_server_that_refuses_all_is_tried_again_and_told_of_once(
    server: MailServer,
) -> None:
    server.refused = dict.fromkeys([ANA, BEN], "421 too busy")
    report = make_report_row(ANA, BEN)
    assert send(report) == {ANA: "waiting", BEN: "waiting"}
    assert send(report, report.next_try_at) == {ANA: "waiting", BEN: "waiting"}
    assert report.tries == 2
    assert len(told()) == 1
    server.refused.clear()
    send(report, report.next_try_at)
    assert server.reached == [ANA, BEN]
    incident = Incident.objects.get()
    assert incident.settled_at is not None
    assert incident.note == "It has been sent since."


def test_what_somebody_noted_of_a_failure_stays(server: MailServer) -> None:
    server.refused[ANA] = "451 try again later"
    report = make_report_row(ANA)
    send(report)
    Incident.objects.update(note="The mail server is being moved.")
    server.refused.clear()
    send(report, report.next_try_at)
    incident = Incident.objects.get()
    assert incident.settled_at is not None
    assert incident.note == "The mail server is being moved."


def test_a_mail_whose_text_is_refused_was_not_sent(server: MailServer) -> None:
    server.answer = "554 looks like spam"
    report = make_report_row(ANA)
    assert send(report) == {ANA: "refused"}
    assert server.taken == []


def test_a_text_refused_for_now_is_sent_later(server: MailServer) -> None:
    server.answer = "452 mailbox full"
    report = make_report_row(ANA)
    assert send(report) == {ANA: "waiting"}
    server.answer = "250 OK"
    assert send(report, report.next_try_at) == {ANA: "sent"}
    assert server.reached == [ANA]


@pytest.mark.parametrize("command", ["EHLO", "RCPT"])
def test_a_server_that_hangs_before_the_text_is_tried_again(
    server: MailServer, command: str
) -> None:
    server.hanging = command
    report = make_report_row(ANA)
    assert send(report) == {ANA: "waiting"}
    assert "did not answer in time" in told()[0]
    server.hanging = ""
    assert send(report, report.next_try_at) == {ANA: "sent"}
    assert server.reached == [ANA]


def test_a_server_that_hangs_over_the_text_may_have_the_mail(
    server: MailServer,
) -> None:
    server.hanging = "DATA"
    report = make_report_row(ANA)
    assert send(report) == {ANA: "unknown"}
    assert "may or may not have arrived" in told()[0]
    assert not report.open
    server.hanging = ""
    assert send(report, NOON + timedelta(hours=1)) == {ANA: "unknown"}


def test_no_server_at_all_is_tried_again(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_PORT = 1  # where nothing listens
    report = make_report_row(ANA, BEN)
    assert send(report) == {ANA: "waiting", BEN: "waiting"}
    assert "could not be reached" in told()[0]
    settings.EMAIL_PORT = server.port
    send(report, report.next_try_at)
    assert server.reached == [ANA, BEN]


def test_a_report_that_cannot_be_made_is_told_of_and_tried_again(
    server: MailServer,
) -> None:
    report = make_report_row(ANA)
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        unreadable = Release.objects.create(number=1, snapshot={"rules": [{}]})
    with pytest.raises(KeyError):
        send(report)
    assert states_of(report) == {ANA: "waiting"}
    assert "1 of 1 recipients: the report could not be made. It is tried" in told()[0]
    unreadable.delete()
    assert send(report, NOON + timedelta(minutes=5)) == {ANA: "sent"}


def test_pauses_grow_and_end_after_a_day(server: MailServer) -> None:
    server.refused[ANA] = "451 try again later"
    report = make_report_row(ANA)
    now = NOON
    pauses: list[timedelta] = []
    while report.open and len(pauses) < 100:
        send(report, now)
        pauses.append(report.next_try_at - now)
        now = report.next_try_at
    assert pauses[0] < pauses[1] < timedelta(minutes=5)
    assert max(pauses) < timedelta(minutes=31)
    assert states_of(report) == {ANA: "given_up"}
    assert now - NOON < timedelta(days=1)
    assert "It is not tried any more." in told()[-1]
    assert len(told()) == 2
    waited, given_up = Incident.objects.order_by("pk")
    assert "another incident tells why" in waited.note
    assert given_up.settled_at is None


def send_again(report: SentReport, at: datetime) -> dict[str, str]:
    assert report_delivery.send_again(report.pk, at) == 1
    return send(report, at)


def test_what_was_perhaps_sent_is_sent_again_when_somebody_asks(
    server: MailServer,
) -> None:
    server.hanging = "DATA"
    report = make_report_row(ANA)
    assert send(report) == {ANA: "unknown"}
    server.hanging = ""
    assert send_again(report, NOON + timedelta(hours=1)) == {ANA: "sent"}
    assert server.reached == [ANA]
    assert not report.open
    assert Incident.objects.get().note == "It has been sent since."
    assert report_delivery.send_again(report.pk, NOON + timedelta(hours=2)) == 0


def test_who_has_it_gets_nothing_when_it_is_sent_again(server: MailServer) -> None:
    server.refused[BEN] = "550 no such user here"
    report = make_report_row(ANA, BEN)
    send(report)
    server.refused.clear()
    later = NOON + timedelta(hours=1)
    assert send_again(report, later) == {ANA: "sent", BEN: "sent"}
    assert server.reached == [ANA, BEN]


def test_a_failure_that_comes_back_is_told_of_again(server: MailServer) -> None:
    server.refused[ANA] = "550 no such user here"
    report = make_report_row(ANA)
    send(report)
    server.refused[ANA] = "451 try again later"
    assert send_again(report, NOON + timedelta(hours=1)) == {ANA: "waiting"}
    refused, waiting = Incident.objects.order_by("pk")
    assert "It is being tried again" in refused.note
    assert waiting.settled_at is None
    server.refused[ANA] = "550 no such user here"
    send(report, report.next_try_at)
    assert [i.settled_at is None for i in Incident.objects.order_by("pk")] == [
        False,
        False,
        True,
    ]


def test_while_somebody_sends_it_nobody_sends_it_again(server: MailServer) -> None:
    server.refused[BEN] = "550 no such user here"
    report = make_report_row(ANA, BEN)
    send(report)
    SentReport.objects.update(leased_until=NOON + timedelta(minutes=3))
    assert report_delivery.send_again(report.pk, NOON + timedelta(minutes=1)) == 0


def test_two_workers_do_not_send_the_same_report(server: MailServer) -> None:
    report = make_report_row(ANA)
    first = report_delivery.claim(report.pk, NOON)
    assert first is not None
    assert report_delivery.claim(report.pk, NOON + timedelta(minutes=1)) is None
    assert send(report, NOON + timedelta(minutes=1)) == {ANA: "waiting"}
    assert server.reached == []


def test_a_worker_that_was_thought_dead_does_not_send_any_more(
    server: MailServer,
) -> None:
    report = make_report_row(ANA)
    slow = report_delivery.claim(report.pk, NOON)
    assert slow is not None
    send(report, NOON + timedelta(minutes=10))
    late = Delivery(pk=report.deliveries.get().pk)
    with pytest.raises(TakenOver):
        report_delivery.take(late, slow.lease, NOON + timedelta(minutes=11))
    assert server.reached == [ANA]


def test_without_a_mail_server_mails_are_kept_where_they_are_sent() -> None:
    report = make_report_row(ANA, BEN)
    assert send(report) == {ANA: "sent", BEN: "sent"}
    assert [mail.to for mail in outbox.outbox] == [[ANA], [BEN]]


# A worker that is killed


def kill_while_sending(report: SentReport, server: MailServer) -> None:
    """Another process sends the report, and is killed in the middle of a mail."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(report.pk)],
        env={
            **os.environ,
            "DATABASE_URL": url_of_test_database(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        },
    )
    server.on_text = lambda: os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(120) == -signal.SIGKILL


WORKER = """
import sys, django
django.setup()
from billing.services import report_sending
report_sending.send(int(sys.argv[1]), early=True)
"""


def url_of_test_database() -> str:
    """The engines' address with the name of the test's own database."""
    engine, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{engine}/{connection.settings_dict['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_neither_doubles_a_mail_nor_loses_the_others(
    server: MailServer,
) -> None:
    report = make_report_row(ANA, BEN, EVE, now=timezone.now())
    kill_while_sending(report, server)
    assert server.reached == [ANA]
    report.refresh_from_db()
    assert states_of(report) == {ANA: "handing_over", BEN: "waiting", EVE: "waiting"}
    server.on_text = lambda: None
    assert report.leased_until is not None
    assert send(report, report.leased_until + timedelta(seconds=1)) == {
        ANA: "unknown",
        BEN: "sent",
        EVE: "sent",
    }
    assert server.reached == [ANA, BEN, EVE]
    assert not report.open
    assert "we were stopped meanwhile" in told()[0]
