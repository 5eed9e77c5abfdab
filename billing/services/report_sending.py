"""Bringing one report to all who still wait for it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone

from billing.models import Delivery, SendState, SentReport
from billing.services import report_delivery
from billing.services.report_mail import Composed
from billing.services.report_making import mail_about, style_of
from billing.services.report_post import Outcome, Post, TakenOver

# Below the time limit of a task; who is not served by then is served by the next one.
LONGEST_SECONDS = 45.0


def send(
    report_id: int,
    *,
    early: bool = False,
    post: Post | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[str, int] | None:
    """How many recipients are in which state now; None if it is not ours to send.

    Whatever happens on the way, who waits still waits and is served by a later try.
    """
    now = timezone.now()
    report = report_delivery.claim(report_id, now, early=early)
    if report is None:
        return None
    server = post or Post()
    try:
        mail = made(report, now)
        until = clock() + LONGEST_SECONDS
        for delivery in report_delivery.waiting(report):
            if clock() > until or not deliver(delivery, report, mail, server):
                break
    except TakenOver:
        return None
    finally:
        server.close()
        report_delivery.put_back(report, timezone.now())
    return Counter(report.deliveries.values_list("state", flat=True))


def made(report: SentReport, now: datetime) -> Composed:
    subscription = report.subscription
    try:
        return mail_about(
            report.period(), now, subscription.numbers, style_of(subscription)
        )
    except Exception:
        report_delivery.blame(report, "the report could not be made")
        raise


def deliver(
    delivery: Delivery, report: SentReport, mail: Composed, server: Post
) -> bool:
    """False where there is no mail server to try the next recipient with."""
    message = mail.addressed(delivery.address, f"report-{report.pk}-{delivery.pk}")

    def take() -> None:
        report_delivery.take(delivery, report.lease, timezone.now())

    outcome = server.send(message, take)
    report_delivery.note(delivery, outcome, timezone.now())
    return not outcome.lost


def send_copy(mail: Composed, address: str, now: datetime) -> Outcome:
    """To somebody who asked for it; nothing is written down."""
    server = Post()
    try:
        message = mail.addressed(address, f"copy-{now:%Y%m%d%H%M%S%f}")
        return server.send(message, lambda: None)
    finally:
        server.close()


def was_sent(outcome: Outcome) -> bool:
    return outcome.state == SendState.SENT
