"""Sending the reports that are due. Every task may run twice and may be lost.

Each minute it is looked which reports are due or were left lying, so nothing depends
on a message having been delivered.
"""

from celery import shared_task
from django.utils import timezone

from billing.services import report_delivery, report_sending
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
