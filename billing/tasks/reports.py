"""Sending the reports that are due. Every task may run twice and may be lost.

Each minute it is looked which reports are due or were left lying, so nothing depends
on a message having been delivered.
"""

from celery import shared_task
from django.utils import timezone

from billing.models import ReportSubscription
from billing.services import report_delivery, report_sending
from billing.services.report_making import latest_period, mail_about, style_of
from calls.core.words import CauseOwner, IncidentKind
from calls.services import incidents
from calls.tasks import enqueue

MOST_AT_A_TIME = 50
STALE_SECONDS = 60


@shared_task
def send_due_reports() -> None:
    now = timezone.now()
    report_delivery.open_due(now)
    for report_id in report_delivery.to_send(now, MOST_AT_A_TIME):
        enqueue(send_report, report_id, expires=STALE_SECONDS)


@shared_task
def send_report(report_id: int) -> None:
    report_sending.send(report_id)


@shared_task
def send_copy(subscription_id: int, address: str) -> None:
    """Of the latest report, to somebody who wants to see what it looks like."""
    subscription = ReportSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None:
        return
    now = timezone.now()
    mail = mail_about(
        latest_period(subscription, now),
        now,
        subscription.numbers,
        style_of(subscription),
    )
    outcome = report_sending.send_copy(mail, address, now)
    if not report_sending.was_sent(outcome):
        incidents.report(
            IncidentKind.MAIL_FAILED,
            CauseOwner.OURS,
            key=f"report copy:{subscription_id}:{now:%Y-%m-%d %H:%M:%S.%f}",
            now=now,
            detail=f"A copy of the report {subscription} was not sent: {outcome.why}.",
        )
